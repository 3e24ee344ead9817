"""What a list shows of an item, read in one select of named columns."""

from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, select, union_all
from sqlmodel import Session, col

from app import db, sight
from app.boards import Board
from app.items import Item
from app.people import Person, Role, former_member
from app.statuses import Kind, Status


class _Columns(NamedTuple):
    number: int
    root: int | None
    merged_into: int | None
    kind: Kind
    title: str
    posted_at: datetime
    status: Status
    status_changed_at: datetime
    target: str | None
    reason: str | None
    workaround_html: str
    review_on: date | None
    answer: str
    answered_at: datetime | None
    waiting_since: datetime | None
    support: int
    trend: float
    vote_count: int
    comment_count: int
    hidden_at: datetime | None
    board: str
    board_slug: str
    answerer: str | None
    answerer_title: str | None


class Row(_Columns):
    """What a list shows of an item. What it was merged into is None where the reader may not know of that.

    One that was read lately and did not change is the same object (`db.run`), by which what was drawn of it is known:
    to look at two dozen values takes as long as to draw a few.
    """

    __slots__ = ()
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @property
    def path(self) -> str:
        return f"/items/{self.number}"

    @property
    def is_open(self) -> bool:
        return self.status.is_open

    @property
    def earlier_vote_count(self) -> int:
        """How many votes came with imports and name nobody."""
        return self.support - self.vote_count

    @property
    def answered_by(self) -> str:
        """Whose the latest official words are."""
        return self.answerer or former_member()


OF_ITEM = [getattr(Item, name) for name in Row._fields[:-4]]
BESIDE_ITEM = [col(Board.name), col(Board.slug), col(Person.name), col(Person.title)]


ROWS = (
    select(*OF_ITEM, *BESIDE_ITEM)
    .outerjoin(Board, col(Board.id) == Item.board_id)
    .outerjoin(Person, col(Person.id) == Item.answerer_id)
)
OF_ONE = ROWS.where(col(Item.number) == bindparam("number"))


def row(session: Session, viewer: Person | None, number: int) -> Row:
    """What a list shows this person of an item that is there."""
    (found,) = fetch(session, viewer, OF_ONE, {"number": number})
    return found


def first(among: Sequence[ColumnElement[bool]], column: Any, most: int, *, rises: bool = False) -> Select[Any]:
    """The first rows, by a column and the number, among the items of each of these conditions, which share none.

    Only these rows are read, where an index holds the order and what the conditions look at.
    """
    of_each = [ROWS.where(condition) for condition in among]
    rows: Any = union_all(*of_each) if len(of_each) > 1 else of_each[0]
    order = [rows.selected_columns[name] for name in (column.key, "number")]
    ordered: Select[Any] = rows.order_by(*(each if rises else each.desc() for each in order))
    return ordered.limit(db.most(most))


def fetch(session: Session, viewer: Person | None, rows: Select[Any], values: Mapping[str, Any]) -> list[Row]:
    """These rows as this person may read them, which is one query, and another where something was merged."""
    found: list[Row] = db.run(session, rows, values, Row._make)
    others = [number for row in found if row.merged_into for number in (row.merged_into, row.root)]
    unknown = set(others) - sight.known_among(session, viewer, others)
    return [_without(row, unknown) for row in found] if unknown else found


def _without(row: Row, unknown: Container[int | None]) -> Row:
    merged_into, root = (None if number in unknown else number for number in (row.merged_into, row.root))
    return row._replace(merged_into=merged_into, root=root)


def with_numbers(session: Session, viewer: Person | None, numbers: list[int]) -> list[Row]:
    """The rows of these items, in this order, without those that this person may not see."""
    values = {"viewer_id": viewer.id if viewer else None, "numbers": numbers}
    found = fetch(session, viewer, _with_numbers(viewer.role if viewer else None), values)
    by_number = {row.number: row for row in found}
    return [by_number[number] for number in numbers if number in by_number]


@cache
def _with_numbers(role: Role | None) -> Select[Any]:
    among = col(Item.number).in_(bindparam("numbers", expanding=True))
    return ROWS.where(sight.visible_by(role, bindparam("viewer_id")), among)
