"""For owners: the boards, who sees each, and their order."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request, Response

from app import boards, defect_questions, items
from app.boards import Access, Board
from app.refusals import Invalid, Refusal, Refused
from app.web import forms, kit, pages
from app.web.forms import Pressed, typed
from app.web.kit import Db, Owner
from app.web.route import area as new_area
from app.words import _

PATH = "/settings/boards"
SPARE = 2

area = new_area()


@dataclass
class BoardForm:
    name: str = ""
    description: str = ""
    access: str = Access.PUBLIC


@dataclass
class QuestionsForm:
    question: list[str] = field(default_factory=list)
    why: list[str] = field(default_factory=list)


async def _board(session: Db, _owner: Owner, slug: str) -> Board:
    return boards.find(session, slug)


BoardInPath = Annotated[Board, Depends(_board)]


@area.get(PATH)
def show_boards(request: Request, _owner: Owner) -> Response:
    return _list(request, BoardForm())


@area.post(PATH)
def add_board(request: Request, session: Db, owner: Owner, form: Annotated[BoardForm, typed(BoardForm)]) -> Response:
    try:
        board = boards.add(session, owner, name=form.name, description=form.description, access=form.access)
    except Invalid as refusal:
        return _list(request, form, refusal)
    return kit.see_other(PATH, _("The board “%s” is there.") % board.name)


@area.get(f"{PATH}/{{slug}}")
def show_board(request: Request, board: BoardInPath) -> Response:
    return _one(request, board, _as_it_is(board))


@area.post(f"{PATH}/{{slug}}")
def change_board(
    request: Request, session: Db, owner: Owner, board: BoardInPath, form: Annotated[BoardForm, typed(BoardForm)]
) -> Response:
    try:
        boards.change(session, board, owner, name=form.name, description=form.description, access=form.access)
    except Invalid as refusal:
        return _one(request, board, form, refusal)
    return kit.see_other(PATH, _("The board “%s” is saved.") % board.name)


@area.post(f"{PATH}/{{slug}}/defect-questions")
def put_defect_questions(
    request: Request, session: Db, owner: Owner, board: BoardInPath,
    form: Annotated[QuestionsForm, typed(QuestionsForm)],
) -> Response:  # fmt: skip
    questions = forms.paired(form.question, form.why)
    try:
        defect_questions.put(session, board, owner, questions)
    except Invalid as refusal:
        return _one(request, board, _as_it_is(board), refusal, questions)
    return kit.see_other(PATH, _("The board “%s” is saved.") % board.name)


@area.post(f"{PATH}/{{slug}}/step-up")
def move_board_up(session: Db, owner: Owner, board: BoardInPath, _form: Pressed) -> Response:
    boards.move_up(session, board, owner)
    return kit.see_other(f"{PATH}#board-{board.slug}")


@area.post(f"{PATH}/{{slug}}/removal")
def remove_board(request: Request, session: Db, owner: Owner, board: BoardInPath, _form: Pressed) -> Response:
    try:
        boards.remove(session, board, owner)
    except Refused as refusal:
        return _one(request, board, _as_it_is(board), refusal)
    return kit.see_other(PATH, _("The board “%s” is gone.") % board.name)


def _list(request: Request, form: BoardForm, refusal: Invalid | None = None) -> Response:
    session = request.state.session
    shown = {"boards": boards.every(session), "counts": items.counts_by_board(session), "accesses": list(Access)}
    return pages.form(request, "settings/boards.html", refusal, form=form, **shown)


def _as_it_is(board: Board) -> BoardForm:
    return BoardForm(board.name, board.description, board.access)


def _one(
    request: Request, board: Board, form: BoardForm, refusal: Refusal | None = None,
    questions: list[tuple[str, str]] | None = None,
) -> Response:  # fmt: skip
    """The page of a board, with what was typed in a form that was not taken."""
    session = request.state.session
    if questions is None:
        asked = [(each.question, each.why) for each in defect_questions.of(session, board)]
        questions = (asked + [("", "")] * SPARE)[: defect_questions.MOST]
    held = items.counts_by_board(session).get(board.id or 0, 0)
    shown = {"board": board, "held": held, "form": form, "questions": questions, "accesses": list(Access)}
    return pages.form(request, "settings/board.html", refusal, "removal", **shown)
