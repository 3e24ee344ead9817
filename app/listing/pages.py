"""A view's pages. Each begins after the item with which the one before it ended, so that nothing moves between them."""

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, select, true, tuple_
from sqlmodel import Session, col

from app import db, paging, search, sight
from app.items import Item
from app.listing.rows import Row, fetch, first, with_numbers
from app.listing.views import SORT_COLUMNS, Sort, View
from app.listing.ways import FEW, narrowed, shared_by_few
from app.people import Person, Role
from app.search import Scope
from app.tags import ItemTag, Tag

PAGE = 20
SHAPES_MOST = 400
BY_STATUS = frozenset({"status"})
_READ: dict[Sort, Callable[[str], Any]] = {
    Sort.TRENDING: paging.measure, Sort.VOTES: paging.count, Sort.NEW: paging.moment, Sort.ANSWERED: paging.moment,
    Sort.WAITING: paging.moment,
}  # fmt: skip


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
    start, role = paging.start(view.after, _READ[view.sort]), viewer.role if viewer else None
    values, way = values_of(viewer, view), ""
    if view.query:
        values["found"] = _found(session, viewer, view)
    else:
        way = shared_by_few(session, view.narrowed_by, values)
        way = "" if way in _in_order(view.sort) else way
    if start:
        values["start"], values["start_number"] = start
    statement = _page_of(
        role, view.sort, view.narrowed_by, way, is_begun=bool(start), is_searched=bool(view.query),
        finds_pairs=db.finds_pairs(session),
    )  # fmt: skip
    rows = fetch(session, viewer, statement, values)
    later = None
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        later = replace(view, after=paging.token(last.number, getattr(last, SORT_COLUMNS[view.sort].key)))
    return Page(rows[:PAGE], later, is_first=not start)


def tags_in_use(session: Session, viewer: Person | None) -> list[Tag]:
    """The tags of items that this person may see, to be read."""
    role, viewer_id = sight.reader(viewer)
    return db.read(session, _tags_in_use(role), {"viewer_id": viewer_id})


@cache
def _tags_in_use(role: Role | None) -> Any:
    """For each tag one item that has it is looked for, which a limit has PostgreSQL know: it would read all of them."""
    seen = (
        select(col(ItemTag.item_number))
        .join(Item, col(Item.number) == ItemTag.item_number)
        .where(col(ItemTag.tag_id) == Tag.id, sight.visible_by(role, bindparam("viewer_id")))
        .limit(db.most(1))
        .scalar_subquery()
    )
    return select(Tag).where(seen.is_not(None)).order_by(col(Tag.name))


def similar(session: Session, viewer: Person | None, title: str) -> list[Row]:
    """The rows of the items most like a title."""
    role, viewer_id = sight.reader(viewer)
    found = search.similar(session, title, Scope(sight.numbers_visible_by(role), {"viewer_id": viewer_id}))
    return with_numbers(session, viewer, found)


def _in_order(sort: Sort) -> frozenset[str]:
    """The choices that have an index of their own in this order: hardly any new one is answered, or any other waits."""
    return BY_STATUS if sort in {Sort.ANSWERED, Sort.WAITING} else frozenset()


@lru_cache(SHAPES_MOST)
def _numbers(role: Role | None, narrowed_by: frozenset[str]) -> Select[Any]:
    return select(col(Item.number)).where(narrowed(role, narrowed_by))


def values_of(viewer: Person | None, view: View) -> dict[str, Any]:
    """What the statements of a view ask for."""
    return {
        "viewer_id": viewer.id if viewer else None,
        "board": view.board, "kind": view.kind, "status": view.status, "tag": view.tag,
    }  # fmt: skip


@lru_cache(SHAPES_MOST)
def _page_of(
    role: Role | None,
    sort: Sort,
    narrowed_by: frozenset[str],
    way: str,
    *,
    is_begun: bool,
    is_searched: bool,
    finds_pairs: bool,
) -> Select[Any]:
    """The rows of a page. Put together once for each shape of view, which costs more than to read them."""
    column = sort.column
    found = [narrowed(role, narrowed_by, way), column.is_not(None)]
    if not way and narrowed_by & _in_order(sort):
        found.append(col(Item.status) == bindparam("status"))  # said once more, as a way in
    if is_searched:
        found.append(col(Item.number).in_(bindparam("found", expanding=True)))
    begun = _after(sort, finds_pairs=finds_pairs or bool(way)) if is_begun else [true()]
    return first([and_(*found, start) for start in begun], column, PAGE + 1, rises=sort.rises)


def _after(sort: Sort, *, finds_pairs: bool) -> list[ColumnElement[bool]]:
    """What lies behind the start: of the same value those that are left, and those beyond."""
    column, beyond = sort.column, operator.gt if sort.rises else operator.lt
    start: Any = bindparam("start", type_=column.type)
    start_number: Any = bindparam("start_number")
    if finds_pairs:
        return [beyond(tuple_(column, col(Item.number)), tuple_(start, start_number))]
    return [and_(column == start, beyond(col(Item.number), start_number)), beyond(column, start)]


def _found(session: Session, viewer: Person | None, view: View, most: int = search.FOUND_MOST) -> list[int]:
    among, values = _numbers(viewer.role if viewer else None, view.narrowed_by), values_of(viewer, view)
    way = shared_by_few(session, view.narrowed_by, values)
    return search.find(session, view.query, Scope(among, values, FEW[way] if way else None), most)


def _best(session: Session, viewer: Person | None, view: View) -> Page:
    """Pages of the best match begin after an item, because its order is that of a search and no column's.

    The first one is what somebody sees while typing, so no more is looked for than it shows.
    """
    found = _found(session, viewer, view, search.FOUND_MOST if view.after else PAGE + 1)
    ends = [str(number) for number in found]
    begin = ends.index(view.after) + 1 if view.after in ends else 0
    shown = found[begin : begin + PAGE]
    later = replace(view, after=str(shown[-1])) if len(found) > begin + PAGE else None
    return Page(with_numbers(session, viewer, shown), later, is_first=not begin)
