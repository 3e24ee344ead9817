"""Cases: an item that a person posted, voted for, commented on or follows, and when they last looked at it.

What such an item was merged into is a case too, for as long as it is merged, because there it goes on. Nothing is
written for that; whether they follow it is as they chose there, or else for what was merged.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, or_, union, update
from sqlmodel import Field, Session, SQLModel, col, select

from app import db, people
from app.items import Item
from app.people import Person


class Because(StrEnum):
    """What made an item a case of this person."""

    POSTED = "posted"
    VOTED = "voted"
    COMMENTED = "commented"
    FOLLOWED = "followed"


class Subscription(SQLModel, table=True):
    """A person's tie to an item. It stays when they stop following, because it is still their case."""

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    item_number: int = Field(foreign_key="item.number", primary_key=True, index=True)
    because: Because = Field(sa_type=db.Word(Because))
    is_following: bool = True
    since: datetime
    seen_at: datetime


def start(session: Session, item: Item, person: Person, because: Because, *, at: datetime | None = None) -> None:
    """Make the item a case of this person; a choice to follow or not that they made before stands."""
    start_each(session, [(item.number, person.key)], because, at=at or db.now())


def start_each(session: Session, pairs: Iterable[tuple[int, int]], because: Because, *, at: datetime) -> None:
    """The same for several pairs of an item's number and a person's id."""
    about = {"because": because, "is_following": True, "since": at, "seen_at": at}
    rows = [{"item_number": number, "person_id": person_id, **about} for number, person_id in pairs]
    db.insert_each_new(session, Subscription, rows)


def with_roots(numbers: Any) -> Any:
    """A select of these numbers of items, which is one too, and of those for which their votes count."""
    return union(numbers, select(Item.root).where(col(Item.number).in_(numbers)))


def numbers(person: Person) -> Any:
    """A select of the numbers of all cases of a person."""
    return with_roots(select(Subscription.item_number).where(Subscription.person_id == person.id))


_NUMBER: Any = bindparam("number")
TIE = (
    select(Subscription)
    .join(Item, col(Item.number) == Subscription.item_number)
    .where(Subscription.person_id == bindparam("person_id"), or_(Item.number == _NUMBER, Item.root == _NUMBER))
    .order_by(col(Item.number) != _NUMBER, col(Subscription.is_following).desc())
    .limit(1)
)


def tie(session: Session, item: Item, person: Person) -> Subscription | None:
    """What makes the item a case of this person and says whether they follow it; it may be of what was merged."""
    found: Subscription | None = session.scalars(TIE, {"person_id": person.id, "number": item.number}).first()
    return found


def follows(session: Session, item: Item, person: Person) -> bool:
    found = tie(session, item, person)
    return found is not None and found.is_following


def follow(session: Session, item: Item, person: Person) -> None:
    """Raises Refused."""
    people.keep(session, person)
    start(session, item, person, Because.FOLLOWED)
    _choose(session, item, person, is_following=True)


def unfollow(session: Session, item: Item, person: Person) -> None:
    """Not to follow a case any more; for anybody else nothing happens."""
    if tie(session, item, person) is not None:
        mute(session, item, person)


def mute(session: Session, item: Item, person: Person) -> None:
    """Not to follow it, also for somebody whose case it was not. Raises Refused."""
    people.keep(session, person)
    start(session, item, person, Because.FOLLOWED)
    _choose(session, item, person, is_following=False)


def _choose(session: Session, item: Item, person: Person, *, is_following: bool) -> None:
    session.execute(
        update(Subscription)
        .where(col(Subscription.person_id) == person.id, col(Subscription.item_number) == item.number)
        .values(is_following=is_following)
    )


def look(session: Session, item: Item, person: Person, *, at: datetime | None = None) -> None:
    """The person has seen the item as it is now."""
    session.execute(
        update(Subscription)
        .where(col(Subscription.person_id) == person.id, col(Subscription.item_number) == item.number)
        .values(seen_at=at or db.now())
    )


def look_at_all(session: Session, person: Person, at: datetime) -> None:
    """The person has seen all their cases as they were then."""
    earlier = col(Subscription.person_id) == person.id, col(Subscription.seen_at) < at
    session.execute(update(Subscription).where(*earlier).values(seen_at=at))
