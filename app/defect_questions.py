"""A board's defect template: the questions that save a round trip, each with its why. None of them must be answered."""

from collections.abc import Collection, Sequence
from itertools import groupby

from sqlalchemy import delete
from sqlmodel import Field, Session, SQLModel, col, select

from app import people, text
from app.boards import Board
from app.people import Person, Role
from app.words import _, number

MOST = 8
QUESTION_MOST, WHY_MOST = 80, 200


class DefectQuestion(SQLModel, table=True):
    __tablename__ = "defect_question"

    board_id: int = Field(foreign_key="board.id", primary_key=True, ondelete="CASCADE")
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    question: str = Field(max_length=QUESTION_MOST)
    why: str = Field(max_length=WHY_MOST)


def of(session: Session, board: Board) -> list[DefectQuestion]:
    """What the board asks of whoever reports a defect there, in its order."""
    return of_all(session, [board]).get(board.id or 0, [])


def of_all(session: Session, boards: Collection[Board]) -> dict[int, list[DefectQuestion]]:
    """What each of these boards asks, by the board's id."""
    asked = select(DefectQuestion).where(col(DefectQuestion.board_id).in_({board.id for board in boards}))
    in_order = session.exec(asked.order_by(col(DefectQuestion.board_id), col(DefectQuestion.place)))
    return {board_id: list(questions) for board_id, questions in groupby(in_order, key=lambda each: each.board_id)}


def put(session: Session, board: Board, person: Person, typed: Sequence[tuple[str, str]]) -> None:
    """Let the board ask these questions, each with its why, and no others; blank ones are none.

    Raises NotAllowed, Invalid.
    """
    people.need(person, Role.OWNER)
    asked = _checked(typed)
    session.execute(delete(DefectQuestion).where(col(DefectQuestion.board_id) == board.id))
    session.add_all(
        DefectQuestion(board_id=board.id or 0, place=place, question=question, why=why)
        for place, (question, why) in enumerate(asked)
    )
    session.flush()


def _checked(typed: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    check = text.Checks()
    asked: dict[str, str] = {}
    for place, (question, why) in enumerate(typed, 1):
        if not (text.is_blank(question) and text.is_blank(why)):
            told = {"place": number(place)}
            line = check.line(f"question-{place}", question, label=_("Question %(place)s") % told, most=QUESTION_MOST)
            if line in asked:
                check.wrong(f"question-{place}", _("Question %(place)s: it is asked before.") % told)
            asked[line] = check.line(f"why-{place}", why, label=_("Why %(place)s") % told, most=WHY_MOST)
    if len(asked) > MOST:
        check.wrong(f"question-{MOST + 1}", _("Questions: no more than %(most)s, please.") % {"most": number(MOST)})
    check.done()
    return list(asked.items())
