"""Boards: areas of the product that group items, and who may see each."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, true
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, select

from app import db, people, text
from app.people import Person, Role
from app.refusals import NotFound, Refused
from app.words import N_, _

DESCRIPTION_MOST = 300

Place = tuple[int, int]  # a board, and who posted what stands there


class Access(StrEnum):
    """Who sees the items of a board. Maintainers see all."""

    PUBLIC = "public"
    MEMBERS = "members"
    OWN_CASES = "own_cases"

    @property
    def label(self) -> str:
        return _(ACCESS_LABELS[self])

    @property
    def meaning(self) -> str:
        return _(ACCESS_MEANINGS[self])

    def is_as_wide_as(self, other: "Access") -> bool:
        """Whether everybody who sees what is on a board with the other access sees it on one with this too."""
        widest_first = list(Access)
        return widest_first.index(self) <= widest_first.index(other)


ACCESS_LABELS = {
    Access.PUBLIC: N_("Public"),
    Access.MEMBERS: N_("Members only"),
    Access.OWN_CASES: N_("Own cases only"),
}
ACCESS_MEANINGS = {
    Access.PUBLIC: N_("everybody, also without an account and search engines"),
    Access.MEMBERS: N_("everybody who has signed in"),
    Access.OWN_CASES: N_("each person their own items, and the team all of them"),
}


class Board(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=text.NAME_MOST)
    description: str = Field(default="", max_length=DESCRIPTION_MOST)
    access: Access = Field(default=Access.PUBLIC, sa_type=db.Word(Access))
    position: int = 0
    import_id: int | None = Field(default=None, foreign_key="import.id", index=True)

    @property
    def is_public(self) -> bool:
        return self.access is Access.PUBLIC


def visible_by(role: Role | None, board_id: Any, reporter_id: Any, viewer_id: Any) -> ColumnElement[bool]:
    """The condition under which somebody of this role, or a visitor, who has none, may see a row with these columns.

    It is no way to find rows: most boards are open to most readers, so that going by boards would read nearly all.
    """
    if role is not None and role.rank >= Role.MAINTAINER.rank:
        return true()
    board = db.not_a_way_in(board_id)
    if role is None:
        return board.in_(_ids(col(Board.access) == Access.PUBLIC))
    own_cases = col(Board.access) == Access.OWN_CASES
    return or_(board.in_(_ids(~own_cases)), and_(board.in_(_ids(own_cases)), reporter_id == viewer_id))


def reaches_as_far(session: Session, place: Place, others: Iterable[Place]) -> bool:
    """Whether everybody who may see what stands at the other places may see what stands at this one too."""
    access = {board.id: board.access for board in every(session)}
    own, reporter_id = access[place[0]], place[1]
    return all(
        own.is_as_wide_as(access[board_id]) and (own is not Access.OWN_CASES or poster_id == reporter_id)
        for board_id, poster_id in others
    )


def _ids(condition: ColumnElement[bool]) -> Any:
    return select(Board.id).where(condition)


def offered_to(session: Session, viewer: Person | None) -> list[Board]:
    """The boards a person may know of, in the owner's order; everybody may post to their own cases."""
    return [board for board in every(session) if viewer is not None or board.is_public]


def with_slug(session: Session, slug: str) -> Board | None:
    return session.exec(select(Board).where(Board.slug == slug)).one_or_none()


OF_ID = select(Board).where(Board.id == bindparam("id"))


def of(session: Session, board_id: int) -> Board:
    """The board with this id, to be read."""
    (board,) = db.read(session, OF_ID, {"id": board_id})
    return board


EVERY = select(Board).order_by(col(Board.position), col(Board.id))


def every(session: Session) -> list[Board]:
    """In the owner's order, to be read."""
    return db.read(session, EVERY)


def find(session: Session, slug: str) -> Board:
    """Raises NotFound."""
    board = with_slug(session, slug)
    if board is None:
        raise NotFound(_("There is no such board."))
    return board


def add(session: Session, person: Person, *, name: str, description: str, access: str) -> Board:
    """A new board after the others. Raises NotAllowed, Invalid."""
    people.need(person, Role.OWNER)
    fields = _checked(name, description, access)
    present = every(session)
    position = max((board.position for board in present), default=0) + 1
    slug = text.free_slug(fields["name"], {board.slug for board in present})
    board = Board(slug=slug, position=position, **fields)
    session.add(board)
    session.flush()
    return board


def change(session: Session, board: Board, person: Person, *, name: str, description: str, access: str) -> None:
    """Its address stays. Raises NotAllowed, Invalid."""
    people.need(person, Role.OWNER)
    for field, value in _checked(name, description, access).items():
        setattr(board, field, value)
    session.add(board)
    session.flush()


def move_up(session: Session, board: Board, person: Person) -> None:
    """Let the board change places with the one before it; the first stays first. Raises NotAllowed."""
    people.need(person, Role.OWNER)
    order = list(session.exec(EVERY))
    at = order.index(board)
    if at > 0:
        order[at - 1 : at + 1] = [board, order[at - 1]]
    for position, each in enumerate(order):
        each.position = position
    session.add_all(order)
    session.flush()


def remove(session: Session, board: Board, person: Person) -> None:
    """Raises NotAllowed, and Refused for the last board or one that holds items."""
    people.need(person, Role.OWNER)
    if len(every(session)) == 1:
        raise Refused(_("The last board stays. Add another one first."))
    try:
        with session.begin_nested():
            session.delete(board)
    except IntegrityError:  # the items' foreign key, which also sees what somebody posts at this moment
        raise Refused(_("“%s” still holds items. Move them to another board first.") % board.name) from None


def _checked(name: str, description: str, access: str) -> dict[str, Any]:
    check = text.Checks()
    fields = {
        "name": check.line("name", name, label=_("Name"), most=text.NAME_MOST),
        "description": check.line(
            "description", description, label=_("Description"), most=DESCRIPTION_MOST, needed=False
        ),
        "access": check.choice("access", access, set(Access), label=_("Who sees it")),
    }
    check.done()
    return fields | {"access": Access(access)}
