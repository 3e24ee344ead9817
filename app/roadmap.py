"""The roadmap: where the promised items stand, and what we will not do, and why."""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import Select, bindparam
from sqlmodel import Session, col

from app import listing, targets
from app.items import Item
from app.listing import Row, Sort, View
from app.people import Person, Role
from app.statuses import Status

MOST, REFUSALS_MOST = 20, 5  # a refusal is long: it has its reason, its words and what can be done today
SHAPES_MOST = 100
STATIONS = tuple(status for status in Status if status not in {Status.NEW, Status.DUPLICATE})


@dataclass(frozen=True)
class Station:
    """A stop on the way: a view of one status, the first of its items, and whether there are more."""

    view: View
    status: Status
    rows: list[Row]
    has_more: bool

    @property
    def all_of_them(self) -> View:
        return self.view.but(sort=Sort.VOTES if self.status.is_open else Sort.ANSWERED)

    @property
    def anchor(self) -> str:
        return self.status.replace("_", "-")

    @property
    def groups(self) -> list[tuple[str | None, list[Row]]]:
        """What may be promised, by the period it is promised for, the nearest first; else all together."""
        if not self.status.takes_target:
            return [(None, self.rows)] if self.rows else []
        by_target = groupby(sorted(self.rows, key=_due), key=lambda row: row.target)
        return [(target, list(rows)) for target, rows in by_target]


def stations(session: Session, viewer: Person | None) -> list[Station]:
    """Where things stand, from acknowledged to shipped, then what is declined; at most two queries for each."""
    most = defaultdict(lambda: MOST, {Status.DECLINED: REFUSALS_MOST})
    return [station(session, viewer, status, View(), most[status]) for status in STATIONS]


def station(session: Session, viewer: Person | None, status: Status, within: View, most: int) -> Station:
    """The first of what has this status within a view: the most wanted, or of what is closed the latest."""
    view = within.but(status=status)
    values = listing.values_of(viewer, view)
    way = listing.shared_by_few(session, view.narrowed_by if status.is_open else within.narrowed_by, values)
    rows = _rows(viewer.role if viewer else None, view.narrowed_by, way, most + 1, is_open=status.is_open)
    found = listing.fetch(session, viewer, rows, values)
    return Station(view, status, found[:most], len(found) > most)


@lru_cache(SHAPES_MOST)
def _rows(role: Role | None, narrowed_by: frozenset[str], way: str, most: int, *, is_open: bool) -> Select[Any]:
    narrowed = listing.narrowed(role, narrowed_by, way)
    if is_open:
        return listing.first([narrowed], col(Item.support), most)
    if not way:  # there is an index of just this
        narrowed &= col(Item.status) == bindparam("status")
    return listing.first([narrowed], col(Item.status_changed_at), most)


def _due(row: Row) -> tuple[bool, Any, str]:
    return (row.target is None, targets.last_day(row.target) if row.target else None, row.target or "")
