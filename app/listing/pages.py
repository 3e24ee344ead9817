"""A view's pages. Each begins after the item with which the one before it ended, so that nothing moves between them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal, select, tuple_
from sqlmodel import Session, col

from app import items, search
from app.boards import Board
from app.items import Item
from app.listing.rows import Row, fetch, rows_where, with_numbers
from app.listing.views import SORT_COLUMNS, Sort, View
from app.people import Person
from app.statuses import Status
from app.tags import ItemTag, Tag

PAGE = 20
NUMBER_MOST = 2**31


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    next: View | None = None


def page(session: Session, viewer: Person | None, view: View) -> Page:
    """A page of what this person may see of the view, and the view of the page after it."""
    if view.sort is Sort.BEST:
        return _best(session, viewer, view)
    statement = rows_where(items.visible_to(viewer), *narrowed(view))
    if view.query:
        statement = statement.where(col(Item.number).in_(_found(session, viewer, view)))
    rows = fetch(session, _ordered(statement, view).limit(PAGE + 1))
    more = len(rows) > PAGE
    return Page(rows[:PAGE], replace(view, after=_token(view.sort, rows[PAGE - 1])) if more else None)


def tags_in_use(session: Session, viewer: Person | None) -> list[Tag]:
    """The tags of items that this person may see."""
    seen = exists(
        select(col(ItemTag.item_number))
        .join(Item, col(Item.number) == ItemTag.item_number)
        .join(Board, col(Board.id) == Item.board_id)
        .where(col(ItemTag.tag_id) == Tag.id, items.visible_to(viewer))
    )
    return list(session.scalars(select(Tag).where(seen).order_by(col(Tag.name))))


def narrowed(view: View) -> list[ColumnElement[bool]]:
    """The conditions on Item, joined to Board, of what a reader chose."""
    tagged = select(col(ItemTag.item_number)).join(Tag, col(Tag.id) == ItemTag.tag_id).where(col(Tag.slug) == view.tag)
    chosen = [
        (view.board, col(Board.slug) == view.board),
        (view.kind, col(Item.kind) == view.kind),
        (view.tag, col(Item.number).in_(tagged)),
    ]
    standing = col(Item.status) == view.status if view.status else col(Item.status) != Status.DUPLICATE
    return [condition for value, condition in chosen if value] + [standing]


def _ordered(statement: Select[Any], view: View) -> Select[Any]:
    key = (view.sort.column, col(Item.number))
    start = _start(view)
    if start is not None:
        begins = tuple_(*key) > start if view.sort.rises else tuple_(*key) < start
        statement = statement.where(begins)
    statement = statement.where(view.sort.column.is_not(None))
    return statement.order_by(*key) if view.sort.rises else statement.order_by(*(column.desc() for column in key))


def _token(sort: Sort, row: Row) -> str:
    """Where a page ended: the number of its last item, and the value by which that was sorted."""
    value = getattr(row, SORT_COLUMNS[sort].key)
    return f"{row.number}_{value.isoformat() if isinstance(value, datetime) else repr(value)}"


def _start(view: View) -> Any:
    """The token as values of the sort's columns; None for none, or for one that was not made for this sort."""
    number, _sign, value = view.after.partition("_")
    try:
        return tuple_(literal(_READ[view.sort](value), view.sort.column.type), literal(_count(number)))
    except (ValueError, OverflowError):
        return None


def _count(value: str) -> int:
    return int(_measure(value))


def _measure(value: str) -> float:
    measure = float(value)
    if not abs(measure) < NUMBER_MOST:
        raise ValueError(value)
    return measure


def _moment(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError(value)
    return at.astimezone(UTC)


_READ: dict[Sort, Callable[[str], Any]] = {
    Sort.TRENDING: _measure, Sort.VOTES: _count, Sort.NEW: _moment, Sort.ANSWERED: _moment, Sort.WAITING: _moment,
}  # fmt: skip


def _found(session: Session, viewer: Person | None, view: View, most: int = search.FOUND_MOST) -> list[int]:
    among = select(col(Item.number)).join(Board, col(Board.id) == Item.board_id)
    return search.find(session, view.query, among.where(items.visible_to(viewer), *narrowed(view)), most)


def _best(session: Session, viewer: Person | None, view: View) -> Page:
    """Pages of the best match begin after an item, because its order is that of a search and no column's.

    The first one is what somebody sees while typing, so no more is looked for than it shows.
    """
    found = _found(session, viewer, view, search.FOUND_MOST if view.after else PAGE + 1)
    ends = [str(number) for number in found]
    begin = ends.index(view.after) + 1 if view.after in ends else 0
    numbers = found[begin : begin + PAGE]
    more = len(found) > begin + PAGE
    return Page(with_numbers(session, viewer, numbers), replace(view, after=str(numbers[-1])) if more else None)
