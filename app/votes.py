"""Votes: one person's support for one item. The key keeps it to one, and the count always equals the rows."""

from datetime import datetime
from enum import StrEnum
from functools import reduce
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, or_, update
from sqlmodel import Field, Session, SQLModel, col, select

from app import db, events, items, policy, site, trend
from app.items import Item
from app.people import Person
from app.refusals import Invalid
from app.words import N_, _


class Weight(StrEnum):
    """How much it matters to the voter, if they say so. What matters more comes first in the alphabet."""

    NICE_TO_HAVE = "nice_to_have"
    IMPORTANT = "important"
    BLOCKS_ME = "blocks_me"

    @property
    def label(self) -> str:
        return _(WEIGHT_LABELS[self])


WEIGHT_LABELS = {
    Weight.NICE_TO_HAVE: N_("Nice to have"),
    Weight.IMPORTANT: N_("Important"),
    Weight.BLOCKS_ME: N_("Blocks me"),
}


class Vote(SQLModel, table=True):
    __table_args__ = {"sqlite_with_rowid": False}

    item_number: int = Field(foreign_key="item.number", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    at: datetime
    weight: Weight | None = Field(default=None, sa_type=db.Word(Weight))


# Built once: putting a statement together costs as much as running it.
_COUNTED = or_(col(Item.root) == bindparam("number"), col(Item.number) == bindparam("number"))
_IMPORTED = select(func.sum(Item.imported_vote_count)).where(_COUNTED).correlate(None).scalar_subquery()
COUNTS = (
    select(func.count(func.distinct(Vote.person_id)), _IMPORTED)
    .join(Item, col(Item.number) == Vote.item_number)
    .where(_COUNTED)
)


def cast(session: Session, item: Item, person: Person, *, at: datetime | None = None) -> Item:
    """Vote once, however often it is called; on a duplicate the vote goes to the item it was merged into.

    Returns the item that carries the vote. Raises NotAllowed.
    """
    policy.need(policy.may_take_part(person, item))
    at = at or db.now()
    family = items.lock_family(session, item)
    root = _root(family)
    earlier = _of_family(session, family, person)
    row = {"item_number": root.number, "person_id": person.id, "at": at}
    if db.insert_new(session, Vote, row) and not earlier:  # who voted for what was merged is a voter already
        count = root.vote_count + 1
        db.store(session, root, **with_one_more(count, root.earlier_vote_count, root.trend, at))
        events.note_votes(session, root.number, count, person.key, at)
    return root


def with_one_more(count: int, imported: int, before: float, at: datetime) -> dict[str, Any]:
    """The columns of an item that a new vote changes; `count` has it in it, the trend `before` has not."""
    return {"vote_count": count, "support": count + imported, "trend": trend.warmer(before, trend.heat(at))}


def withdraw(session: Session, item: Item, person: Person) -> Item:
    """Take the vote back, from the item and from all that were merged into it; without a vote nothing happens.

    Returns the item that carried it. Raises NotAllowed.
    """
    policy.need(policy.may_take_part(person, item))
    family = items.lock_family(session, item)
    given = _of_family(session, family, person)
    if given:
        numbers = [vote.number for vote in given]
        session.execute(delete(Vote).where(col(Vote.person_id) == person.id, col(Vote.item_number).in_(numbers)))
        _count_without(session, given, family)
    return _root(family)


def withdraw_all(session: Session, person: Person) -> None:
    """Take back every vote of a person who leaves."""
    site.lock(session)  # merges wait, or an item could count elsewhere by the time that it is locked
    given = [Given(*row) for row in session.execute(GIVEN.where(Vote.person_id == person.id))]
    voted_for = items.lock(session, *{number for vote in given for number in (vote.number, vote.root)})
    session.execute(delete(Vote).where(col(Vote.person_id) == person.id))
    _count_without(session, given, voted_for)


class Given(NamedTuple):
    """A vote of one person: for which item, where it counts, and since when."""

    number: int
    root: int
    at: datetime


GIVEN = select(Vote.item_number, Item.root, Vote.at).join(Item, col(Item.number) == Vote.item_number)
OF_FAMILY = GIVEN.where(
    Vote.person_id == bindparam("person_id"), col(Vote.item_number).in_(bindparam("numbers", expanding=True))
)


def _of_family(session: Session, family: list[Item], person: Person) -> list[Given]:
    asked = {"person_id": person.id, "numbers": [item.number for item in family]}
    return [Given(*row) for row in db.run(session, OF_FAMILY, asked)]


def _count_without(session: Session, given: list[Given], locked: list[Item]) -> None:
    """Take the votes of one person, which are gone, from what these items count.

    A person counts once where votes count together, since the first. To read all other votes again would keep whoever
    wants to vote waiting, the longer the more people want the same.
    """
    first: dict[int, datetime] = {}
    for vote in given:
        first[vote.root] = min(vote.at, first.get(vote.root, vote.at))
    touched = first.keys() | {vote.number for vote in given}
    for item in (each for each in locked if each.number in touched):
        at = first.get(item.number)
        warmth = item.trend if at is None else trend.cooler(item.trend, trend.heat(at))
        if warmth is None:
            recount(session, item)
        else:
            db.store(session, item, vote_count=item.vote_count - 1, support=item.support - 1, trend=warmth)


def _root(family: list[Item]) -> Item:
    return next(item for item in family if item.root == item.number)


def weigh(session: Session, item: Item, person: Person, weight: str) -> None:
    """Say how much it matters, also at all that was merged, or take it back with an empty string.

    Raises Invalid; without a vote nothing happens.
    """
    if weight and weight not in set(Weight):
        raise Invalid({"weight": _("How much it matters: choose one of those offered.")})
    family = select(Item.number).where(Item.root == item.root)
    session.execute(
        update(Vote)
        .where(col(Vote.item_number).in_(family), col(Vote.person_id) == person.id)
        .values(weight=weight or None)
    )


def recount(session: Session, item: Item) -> None:
    """Take counts and trend from the rows: of the item, and of all that was merged into it. The item must be locked.

    Each voter counts once, from the first of their votes on. What imports counted elsewhere is added up.
    """
    cast_at = select(func.min(Vote.at)).join(Item, col(Item.number) == Vote.item_number)
    times = session.exec(cast_at.where(Item.root == item.number).group_by(col(Vote.person_id))).all()
    [(item.vote_count, imported)] = db.run(session, COUNTS, {"number": item.number})
    item.support = item.vote_count + imported
    item.trend = reduce(trend.warmer, map(trend.heat, times), trend.heat(item.posted_at))
    session.add(item)


_AMONG: Any = bindparam("numbers", expanding=True)
_FAMILIES = select(Item.number).where(or_(col(Item.root).in_(_AMONG), col(Item.number).in_(_AMONG)))
OWN = (  # by the numbers, or all that this person ever voted for would be looked through
    select(Item.root, Item.number, Vote.weight)
    .join(Vote, col(Vote.item_number) == Item.number)
    .where(Vote.person_id == bindparam("person_id"), col(Vote.item_number).in_(_FAMILIES))
    .order_by(col(Vote.weight).desc().nulls_first())
)


def of(session: Session, person: Person | None, numbers: list[int]) -> dict[int, Weight | None]:
    """Which of these items carry this person's vote, by item number, with its weight: one query for a whole page."""
    if person is None or not numbers:
        return {}
    rows = db.run(session, OWN, {"person_id": person.id, "numbers": numbers})
    found: dict[int, Weight | None] = {}
    for root, number, weight in rows:  # of what was merged, the one that matters most is last
        found[root] = found[number] = weight
    return found


_MOST = (
    select(func.min(Vote.weight).label("weight"))
    .join(Item, col(Item.number) == Vote.item_number)
    .where(Item.root == bindparam("number"), col(Vote.weight).is_not(None))
    .group_by(col(Vote.person_id))
    .subquery()
)
WEIGHTS = select(_MOST.c.weight, func.count()).group_by(_MOST.c.weight)


def weights(session: Session, item: Item) -> dict[Weight, int]:
    """How many voters said how much it matters, each by what matters most to them among all that was merged.

    Of a merged item none: they count for the one that stays.
    """
    rows = db.run(session, WEIGHTS, {"number": item.number})
    return {Weight(weight): count for weight, count in rows if weight}
