"""A view's pages. Each begins after the item with which the one before it ended, so that nothing moves between them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal, select, tuple_
from sqlmodel import Session, col

from app import db, items, search
from app.boards import Board
from app.items import Item
from app.listing.rows import Row, first, with_numbers
from app.listing.views import SORT_COLUMNS, Sort, View
from app.people import Person
from app.statuses import Status
from app.tags import ItemTag, Tag

PAGE = 20
NUMBER_MOST = 2**31


@dataclass(frozen=True)
class Page:
    """A page, the view of the page after it, and whether it is the first: also one after what means nothing is."""

    rows: list[Row]
    next: View | None = None
    is_first: bool = True


def page(session: Session, viewer: Person | None, view: View) -> Page:
    """A page of what this person may see of the view, and the view of the page after it."""
    if view.sort is Sort.BEST:
        return _best(session, viewer, view)
    numbers = numbers_in(viewer, view)
    if view.query:
        numbers = numbers.where(col(Item.number).in_(_found(session, viewer, view)))
    rows = first(session, _begun(numbers, view), _order(view.sort), PAGE + 1)
    later = replace(view, after=_token(view.sort, rows[PAGE - 1])) if len(rows) > PAGE else None
    return Page(rows[:PAGE], later, is_first=_start(view) is None)


def tags_in_use(session: Session, viewer: Person | None) -> list[Tag]:
    """The tags of items that this person may see."""
    seen = exists(
        select(col(ItemTag.item_number))
        .join(Item, col(Item.number) == ItemTag.item_number)
        .where(col(ItemTag.tag_id) == Tag.id, items.visible_to(viewer))
    )
    return list(session.scalars(select(Tag).where(seen).order_by(col(Tag.name))))


def numbers_in(viewer: Person | None, view: View) -> Select[Any]:
    """The numbers of what this person may see of the view, in no order.

    Its conditions are no way in: all of them stand in the indexes of the orders, and to walk one of those until a page
    is full reads less than to sort everything of one status or one board.
    """
    tagged = select(col(ItemTag.item_number)).join(Tag, col(Tag.id) == ItemTag.tag_id).where(col(Tag.slug) == view.tag)
    board = select(col(Board.id)).where(col(Board.slug) == view.board).scalar_subquery()
    status = db.not_a_way_in(Item.status)
    chosen = [
        (view.board, db.not_a_way_in(Item.board_id) == board),
        (view.kind, col(Item.kind) == view.kind),
        (view.tag, col(Item.number).in_(tagged)),
    ]
    standing = status == view.status if view.status else status != Status.DUPLICATE
    narrowed = [condition for value, condition in chosen if value]
    return select(col(Item.number)).where(items.visible_to(viewer), *narrowed, standing)


def _order(sort: Sort) -> list[ColumnElement[Any]]:
    key = [sort.column, col(Item.number)]
    return key if sort.rises else [column.desc() for column in key]


def _begun(numbers: Select[Any], view: View) -> Select[Any]:
    """Those that have a place in the view's order, behind its token."""
    start, key = _start(view), tuple_(view.sort.column, col(Item.number))
    if start is not None:
        numbers = numbers.where(key > start if view.sort.rises else key < start)
    return numbers.where(view.sort.column.is_not(None))


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
    return search.find(session, view.query, numbers_in(viewer, view), most)


def _best(session: Session, viewer: Person | None, view: View) -> Page:
    """Pages of the best match begin after an item, because its order is that of a search and no column's.

    The first one is what somebody sees while typing, so no more is looked for than it shows.
    """
    found = _found(session, viewer, view, search.FOUND_MOST if view.after else PAGE + 1)
    ends = [str(number) for number in found]
    begin = ends.index(view.after) + 1 if view.after in ends else 0
    numbers = found[begin : begin + PAGE]
    later = replace(view, after=str(numbers[-1])) if len(found) > begin + PAGE else None
    return Page(with_numbers(session, viewer, numbers), later, is_first=not begin)
