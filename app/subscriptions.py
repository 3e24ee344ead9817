"""Cases: an item that a person posted, voted for, commented on or follows, and when they last looked at it.

A vote says all that there is to say until its person looks, or chooses not to follow: no row is written for it before.
What such an item was merged into is a case too, for as long as it is merged, because there it goes on. Nothing is
written for that either; whether they follow it is as they chose there, or else for what was merged.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, literal, or_, select, true, union, union_all, update
from sqlmodel import Field, Session, SQLModel, col

from app import db, people
from app.items import Item
from app.people import Person
from app.votes import Vote


class Because(StrEnum):
    """What made an item a case of this person."""

    POSTED = "posted"
    VOTED = "voted"
    COMMENTED = "commented"
    FOLLOWED = "followed"


class Subscription(SQLModel, table=True):
    """A person's tie to an item, written down. It stays when they stop following, because it is still their case."""

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    item_number: int = Field(foreign_key="item.number", primary_key=True, index=True)
    because: Because = Field(sa_type=db.Word(Because))
    is_following: bool = True
    since: datetime
    seen_at: datetime


class Tie(NamedTuple):
    """A person's tie to an item, written down or by a vote alone."""

    person_id: int
    item_number: int
    because: Because
    is_following: bool
    since: datetime
    seen_at: datetime


_IS_WRITTEN = exists().where(
    col(Subscription.person_id) == Vote.person_id, col(Subscription.item_number) == Vote.item_number
)
_WRITTEN = select(*(getattr(Subscription, name) for name in Tie._fields))
_BY_VOTE = select(
    col(Vote.person_id),
    col(Vote.item_number),
    literal(Because.VOTED, db.Word(Because)),
    true(),
    col(Vote.at),
    col(Vote.at),
).where(~_IS_WRITTEN)
TIES = union_all(_WRITTEN, _BY_VOTE).subquery("tie")


def start(session: Session, item: Item, person: Person, because: Because, *, at: datetime | None = None) -> None:
    """Make the item a case of this person; a choice to follow or not that they made before stands."""
    at = at or db.now()
    _write_down(session, person, col(Vote.item_number) == item.number)
    _write(session, [Tie(person.key, item.number, because, is_following=True, since=at, seen_at=at)])


def outlast_votes(session: Session, item: Item, person: Person) -> None:
    """Let it stay a case when their vote is taken back, and what was merged, which that vote may have been for.

    Raises Refused.
    """
    people.keep(session, person)
    family = select(col(Item.number)).where(col(Item.root) == item.root)
    _write_down(session, person, col(Vote.item_number).in_(family))


def _write_down(session: Session, person: Person, *which: Any) -> None:
    """Make rows of what these votes alone say, before something becomes different from it."""
    by_vote = session.execute(_BY_VOTE.where(col(Vote.person_id) == person.id, *which))
    _write(session, (Tie._make(row) for row in by_vote))


def _write(session: Session, ties: Iterable[Tie]) -> None:
    db.insert_each_new(session, Subscription, [tie._asdict() for tie in ties])


def with_roots(numbers: Any) -> Any:
    """A select of these numbers of items, which is one too, and of those for which their votes count."""
    return union(numbers, select(col(Item.root)).where(col(Item.number).in_(numbers)))


def numbers(person: Person) -> Any:
    """A select of the numbers of all cases of a person."""
    return with_roots(select(TIES.c.item_number).where(TIES.c.person_id == person.id))


def followers(numbers: Any) -> Any:
    """A select of the ids, as `person_id`, of who follows items with these selected numbers.

    Both kinds of ties are narrowed before they are put together, because PostgreSQL would first put together all.
    """
    written = select(col(Subscription.person_id)).where(
        col(Subscription.item_number).in_(numbers), col(Subscription.is_following)
    )
    by_vote = _BY_VOTE.with_only_columns(col(Vote.person_id)).where(col(Vote.item_number).in_(numbers))
    return union_all(written, by_vote)


def ties(session: Session, person: Person) -> list[Tie]:
    """All cases of a person but those that are such by a merge."""
    of_person = select(TIES).where(TIES.c.person_id == person.id).order_by(TIES.c.item_number)
    return [Tie._make(row) for row in session.execute(of_person)]


_NUMBER: Any = bindparam("number")
_PERSON_ID: Any = bindparam("person_id")
_HERE = select(col(Item.number)).where(or_(Item.number == _NUMBER, Item.root == _NUMBER))
# Narrowed as in `followers`, on SQLite too: a person may have voted for thousands of items.
_TIES_HERE = union_all(
    _WRITTEN.where(col(Subscription.person_id) == _PERSON_ID, col(Subscription.item_number).in_(_HERE)),
    _BY_VOTE.where(col(Vote.person_id) == _PERSON_ID, col(Vote.item_number).in_(_HERE)),
).subquery()
TIE = (
    select(_TIES_HERE).order_by(_TIES_HERE.c.item_number != _NUMBER, _TIES_HERE.c.is_following.desc()).limit(db.most(1))
)


def tie(session: Session, item: Item, person: Person) -> Tie | None:
    """What makes the item a case of this person and says whether they follow it; it may be of what was merged."""
    found = db.run(session, TIE, {"person_id": person.id, "number": item.number})
    return Tie._make(*found) if found else None


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
    """The person has seen the item as it is now. Raises Refused."""
    people.keep(session, person)
    _write_down(session, person, col(Vote.item_number) == item.number)
    session.execute(
        update(Subscription)
        .where(col(Subscription.person_id) == person.id, col(Subscription.item_number) == item.number)
        .values(seen_at=at or db.now())
    )


def look_at_all(session: Session, person: Person, at: datetime) -> None:
    """The person has seen all their cases as they were then. Raises Refused."""
    people.keep(session, person)
    _write_down(session, person)
    earlier = col(Subscription.person_id) == person.id, col(Subscription.seen_at) < at
    session.execute(update(Subscription).where(*earlier).values(seen_at=at))
