"""Boards: areas of the product that group items, and who may see each."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import Field, Session, SQLModel, col, select

from app import db
from app.people import Person, Role
from app.words import N_, _


class Access(StrEnum):
    """Who sees the items of a board. Maintainers see all."""

    PUBLIC = "public"
    MEMBERS = "members"
    OWN_CASES = "own_cases"

    @property
    def label(self) -> str:
        return _(ACCESS_LABELS[self])

    def is_as_wide_as(self, other: "Access") -> bool:
        """Whether everybody who sees what is on a board with the other access sees it on one with this too."""
        widest_first = list(Access)
        return widest_first.index(self) <= widest_first.index(other)


ACCESS_LABELS = {
    Access.PUBLIC: N_("Public"),
    Access.MEMBERS: N_("Members only"),
    Access.OWN_CASES: N_("Own cases only"),
}


class Board(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=80)
    description: str = Field(default="", max_length=300)
    access: Access = Field(default=Access.PUBLIC, sa_type=db.Word(Access))
    position: int = 0
    import_id: int | None = Field(default=None, foreign_key="import.id", index=True)


def visible_to(viewer: Person | None, reporter_id: Any) -> ColumnElement[bool]:
    """The condition on Board (joined to a row whose reporter is `reporter_id`) under which this person may see it."""
    if viewer is None:
        return col(Board.access) == Access.PUBLIC
    if viewer.has_role(Role.MAINTAINER):
        return true()
    return or_(
        col(Board.access) != Access.OWN_CASES, and_(col(Board.access) == Access.OWN_CASES, reporter_id == viewer.id)
    )


def offered_to(session: Session, viewer: Person | None) -> list[Board]:
    """The boards a person may know of, in the owner's order; everybody may post to their own cases."""
    statement = select(Board).order_by(col(Board.position), col(Board.id))
    if viewer is None:
        statement = statement.where(Board.access == Access.PUBLIC)
    return list(session.exec(statement))


def with_slug(session: Session, slug: str) -> Board | None:
    return session.exec(select(Board).where(Board.slug == slug)).one_or_none()
