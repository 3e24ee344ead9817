"""Ballots: votes that come at the same moment are counted together, by as many statements as one vote takes.

Most votes are alike: of somebody signed in, for an item that all members see and into which nothing was merged. Any
other is given back, and goes through `taking_part.vote` alone, where its person hears what is wrong with it.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from app import db, events, limits, sight, sign_in, taking_part, votes
from app.items import Item
from app.people import Role
from app.votes import Vote


class Ballot(NamedTuple):
    """One press of a vote button: the secret of the person's session, and the number of the item."""

    key: str
    number: int


class Counted(NamedTuple):
    """An item as its vote button shows it, with this vote."""

    number: int
    title: str
    vote_count: int
    support: int
    trend: float

    @property
    def root(self) -> int:
        return self.number

    @property
    def earlier_vote_count(self) -> int:
        """How many votes came with imports and name nobody."""
        return self.support - self.vote_count


Pair = tuple[int, int]  # the number of an item, and the id of a person

_THESE: Any = bindparam("numbers", expanding=True)
ITEMS = (
    select(*(getattr(Item, name) for name in Counted._fields))
    .where(col(Item.number).in_(_THESE), Item.root == Item.number, sight.visible_by(Role.MEMBER, None))
    .order_by(col(Item.number))
    .with_for_update(key_share=True)
)
MERGED_INTO = select(Item.root).where(col(Item.root).in_(_THESE), Item.root != Item.number)


def count(session: Session, ballots: list[Ballot]) -> list[Counted | None]:
    """Count the votes; returns the item for each ballot in its place, or None for one that has to go alone."""
    at = db.now()
    voters = sign_in.recognised_among(session, {ballot.key for ballot in ballots})
    found = _locked(session, {ballot.number for ballot in ballots if ballot.key in voters})
    known = [
        (ballot.number, voters[ballot.key]) if ballot.key in voters and ballot.number in found else None
        for ballot in ballots
    ]
    pairs = _within_limits(session, known)
    cast = list(dict.fromkeys(filter(None, pairs)))
    _enter(session, found, cast, at)
    return [found[pair[0]] if pair else None for pair in pairs]


def _locked(session: Session, numbers: Iterable[int]) -> dict[int, Counted]:
    """Those of these items that are as most are. What was merged into them is looked for after they were locked."""
    asked = {"numbers": sorted(numbers)}
    found = {number: Counted(number, *about) for number, *about in db.run(session, ITEMS, asked)}
    for (root,) in db.run(session, MERGED_INTO, {"numbers": list(found)}):
        found.pop(root, None)
    return found


def _within_limits(session: Session, pairs: list[Pair | None]) -> list[Pair | None]:
    """Without those of a person who votes too often."""
    keys = [taking_part.vote_limit(pair[1]) if pair else "" for pair in pairs]
    asked = Counter(filter(None, keys))
    left = Counter(limits.spend_each(session, asked, most=taking_part.VOTES_MOST, per=taking_part.VOTES_PER))
    within: list[Pair | None] = []
    for pair, key in zip(pairs, keys, strict=True):
        within.append(pair if left[key] > 0 else None)
        left[key] -= 1
    return within


def _enter(session: Session, found: dict[int, Counted], cast: list[Pair], at: datetime) -> None:
    """Write the votes down, each once, and count those that are new."""
    rows = [{"item_number": number, "person_id": person_id, "at": at} for number, person_id in cast]
    new = db.insert_each_new(session, Vote, rows)
    changed: dict[int, dict[str, Any]] = {}
    for number, person_id in (pair for pair in cast if pair in new):
        item = found[number]
        changed[number] = votes.with_one_more(item.vote_count + 1, item.earlier_vote_count, item.trend, at)
        found[number] = item._replace(**changed[number])
        events.note_votes(session, number, item.vote_count + 1, person_id, at)
    db.store_each(session, Item, changed)
