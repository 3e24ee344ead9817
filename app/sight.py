"""Who may see which items: by their board, by who posted them, and whether they were put out of sight."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlmodel import Session, col, select

from app import boards
from app.boards import Board
from app.items import Item
from app.people import Person, Role
from app.refusals import NotFound
from app.words import _


def visible_to(viewer: Person | None) -> ColumnElement[bool]:
    """The condition on Item under which this person may see it; hidden ones show to their reporter."""
    return visible_by(viewer.role, viewer.id) if viewer else visible_by(None, None)


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
    return select(Item.number).where(visible_by(role, bindparam("viewer_id")))


def numbers_visible_to(viewer: Person | None) -> Any:
    """A select of the numbers of all items this person may see."""
    return select(Item.number).where(visible_to(viewer))


def known_among(session: Session, viewer: Person | None, numbers: Iterable[int | None]) -> set[int]:
    """Those of these items that somebody may know of; no other may be named to them. Without any, nothing is asked."""
    asked = {number for number in numbers if number is not None}
    return set(session.exec(numbers_visible_to(viewer).where(col(Item.number).in_(asked)))) if asked else set()


def among(session: Session, viewer: Person | None, numbers: Iterable[int | None]) -> list[Item]:
    """Those of these items that this person may see. Without any, nothing is asked."""
    asked = {number for number in numbers if number is not None}
    return list(session.exec(select(Item).where(col(Item.number).in_(asked), visible_to(viewer)))) if asked else []


def find(session: Session, number: int, viewer: Person | None) -> Item:
    """An item that this person may see; absent and forbidden are both NotFound."""
    role, key = (viewer.role, viewer.id) if viewer else (None, None)
    item: Item | None = session.scalars(_on_boards_of(role), {"number": number, "viewer_id": key}).one_or_none()
    if item is None:
        raise NotFound(_("There is no item with this number."))
    return item


@cache
def _on_boards_of(role: Role | None) -> Any:
    """The item of a number, on a board that somebody of this role may see; built once, because every act begins so."""
    on_board = boards.visible_by(role, Item.board_id, Item.reporter_id, bindparam("viewer_id"))
    return select(Item).where(Item.number == bindparam("number"), on_board)
