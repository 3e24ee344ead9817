"""Who may see which items: by their board, by who posted them, and whether they were put out of sight."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlmodel import Session, col, select

from app import boards, db
from app.boards import Board
from app.items import Item
from app.people import Person, Role
from app.refusals import NotFound
from app.words import _

_VIEWER_ID: Any = bindparam("viewer_id")
_NUMBERS: Any = bindparam("numbers", expanding=True)


def reader(viewer: Person | None) -> tuple[Role | None, int | None]:
    """The role and the id of a viewer, as `visible_by` takes them; a visitor has neither."""
    return (viewer.role, viewer.id) if viewer else (None, None)


def visible_to(viewer: Person | None) -> ColumnElement[bool]:
    """The condition on Item under which this person may see it; hidden ones show to their reporter."""
    return visible_by(*reader(viewer))


def visible_by(role: Role | None, viewer_id: Any) -> ColumnElement[bool]:
    """The same for somebody of this role; without one, for a visitor."""
    on_board = boards.visible_by(role, Item.board_id, Item.reporter_id, viewer_id)
    if role is not None and role.rank >= Role.MAINTAINER.rank:
        return on_board
    shown: ColumnElement[bool] = col(Item.hidden_at).is_(None)
    return and_(on_board, or_(shown, col(Item.reporter_id) == viewer_id) if role else shown)


def differ_by_member(session: Session) -> bool:
    """Whether members see different items: where some are hidden, or a board shows each their own cases only."""
    hidden = select(Item.number).where(col(Item.hidden_at).is_not(None)).exists()
    own = select(Board.id).where(Board.access == boards.Access.OWN_CASES).exists()
    return session.exec(select(or_(hidden, own))).one()


@cache
def numbers_visible_by(role: Role | None) -> Any:
    """A select of the numbers of all items somebody of this role may see; its parameter `viewer_id` says who."""
    return select(Item.number).where(visible_by(role, _VIEWER_ID))


def known_among(session: Session, viewer: Person | None, numbers: Iterable[int | None]) -> set[int]:
    """Those of these items that somebody may know of; no other may be named to them. Without any, nothing is asked."""
    role, asked = _asked(viewer, numbers)
    return {number for (number,) in db.run(session, _numbers_among(role), asked)} if asked["numbers"] else set()


def among(session: Session, viewer: Person | None, numbers: Iterable[int | None]) -> list[Item]:
    """Those of these items that this person may see, to be read. Without any, nothing is asked."""
    role, asked = _asked(viewer, numbers)
    return db.read(session, _among(role), asked) if asked["numbers"] else []


def _asked(viewer: Person | None, numbers: Iterable[int | None]) -> tuple[Role | None, dict[str, Any]]:
    role, key = reader(viewer)
    return role, {"numbers": [number for number in set(numbers) if number is not None], "viewer_id": key}


@cache
def _among(role: Role | None) -> Any:
    return select(Item).where(col(Item.number).in_(_NUMBERS), visible_by(role, _VIEWER_ID))


@cache
def _numbers_among(role: Role | None) -> Any:
    return _among(role).with_only_columns(col(Item.number))


def find(session: Session, number: int, viewer: Person | None) -> Item:
    """An item that this person may see; absent and forbidden are both NotFound."""
    role, key = reader(viewer)
    return _one(session.scalars(_on_boards_of(role), {"number": number, "viewer_id": key}).all())


def read(session: Session, number: int, viewer: Person | None) -> Item:
    """The same, only to be read."""
    role, key = reader(viewer)
    return _one(db.read(session, _on_boards_of(role), {"number": number, "viewer_id": key}))


@cache
def _on_boards_of(role: Role | None) -> Any:
    """The item of a number, on a board that somebody of this role may see; built once, because every act begins so."""
    on_board = boards.visible_by(role, Item.board_id, Item.reporter_id, _VIEWER_ID)
    return select(Item).where(Item.number == bindparam("number"), on_board)


def _one(found: Sequence[Item]) -> Item:
    if not found:
        raise NotFound(_("There is no item with this number."))
    return found[0]
