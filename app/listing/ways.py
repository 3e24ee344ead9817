"""How the items of a view are found: by walking an order until a page is full, or by a choice that few items share.

To walk past thousands of others takes as long as to sort hundreds, and SQLite does not know how many share what: left
to itself it sorts a third of all items for their tag, or walks past all for the ten of a small board.
"""

from collections.abc import Mapping
from functools import lru_cache
from math import isqrt
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select
from sqlmodel import Session, col

from app import db, sight
from app.boards import Board
from app.items import Item
from app.people import Role
from app.statuses import Status
from app.tags import ItemTag, Tag

SHAPES_MOST = 400
# A page walks past 21 * all / few items, and one of few is read in the time of five. Of a tag more are few: each item
# that is passed is asked for its tags, and those of one tag often stand far from the beginning, all together.
BALANCE = {"tag": 15, "board": 4, "status": 4}
FEW_MOST = {"tag": 1_500, "board": 600, "status": 600}
FENCE = 2_000  # more than are ever few; PostgreSQL finds first what has a limit, and knows thereby that it is little

_BOARD = select(col(Board.id)).where(col(Board.slug) == bindparam("board")).scalar_subquery()
_TAG = select(col(Tag.id)).where(col(Tag.slug) == bindparam("tag")).scalar_subquery()
_TAGGED = select(col(ItemTag.item_number)).where(col(ItemTag.tag_id) == _TAG)
_STATUS: Any = bindparam("status")
SHARING = {
    "tag": _TAGGED,
    "board": select(col(Item.number)).where(col(Item.board_id) == _BOARD),
    "status": select(col(Item.number)).where(col(Item.status) == _STATUS),
}
FEW = {name: sharing.limit(db.most(FENCE)) for name, sharing in SHARING.items()}


def shared_by_few(session: Session, choices: frozenset[str], values: Mapping[str, Any]) -> str:
    """The one of these choices that so few items share that they are sorted sooner than an order is walked, or none."""
    names = tuple(sorted(choices & SHARING.keys()))
    if not names:
        return ""
    ((every, *counts),) = db.run(session, _counts(names), values)
    few = [(count, name) for count, name in zip(counts, names, strict=True) if count < _few(name, every or 0)]
    return min(few)[1] if few else ""


def _few(name: str, every: int) -> int:
    return min(isqrt(BALANCE[name] * every), FEW_MOST[name])


@lru_cache(SHAPES_MOST)
def _counts(names: tuple[str, ...]) -> Select[Any]:
    """How many items there are, nearly, and how many share each of these choices, as far as it matters."""
    some = [SHARING[name].limit(db.most(FEW_MOST[name])).subquery() for name in names]
    counts = [select(func.count()).select_from(each).scalar_subquery() for each in some]
    return select(select(func.max(Item.number)).scalar_subquery(), *counts)


@lru_cache(SHAPES_MOST)
def narrowed(role: Role | None, narrowed_by: frozenset[str], way: str = "") -> ColumnElement[bool]:
    """The condition on Item of what somebody of this role may see, narrowed by what the values of a view name.

    It is a way in by the choice `way` alone. All else that it looks at stands in the indexes of the orders, but for
    tags, which are looked up.
    """
    status = db.not_a_way_in(Item.status)
    conditions = {
        "board": db.not_a_way_in(Item.board_id) == _BOARD,
        "kind": col(Item.kind) == bindparam("kind"),
        "status": status == _STATUS,
        "tag": _TAGGED.where(col(ItemTag.item_number) == Item.number).exists(),
    }
    chosen = [condition for name, condition in conditions.items() if name in narrowed_by - {way}]
    if way:
        chosen.append(col(Item.number).in_(FEW[way]))
    if "status" not in narrowed_by:
        chosen.append(status != Status.DUPLICATE)
    return and_(sight.visible_by(role, bindparam("viewer_id")), *chosen)
