"""What a board asks of whoever reports a defect: the owner writes it, each question with its why."""

import pytest
from sqlmodel import Session, select

from app import boards, defect_questions
from app.boards import Board
from app.defect_questions import DefectQuestion
from app.people import Person
from app.refusals import Invalid, NotAllowed
from tests import factories

TWO = [("Which phone?", "They differ."), ("Which *train*?", "To find its message.")]


@pytest.fixture
def board(session: Session) -> Board:
    return factories.board(session, "app")


def asked(session: Session, board: Board) -> list[tuple[str, str]]:
    return [(each.question, each.why) for each in defect_questions.of(session, board)]


def test_a_board_asks_what_its_owner_wrote_in_that_order_and_no_longer_what_stood_before(
    session: Session, owner: Person, board: Board
) -> None:
    defect_questions.put(session, board, owner, [TWO[0], ("", "\u200b"), TWO[1]])
    assert asked(session, board) == TWO
    defect_questions.put(session, board, owner, [TWO[1]])
    assert asked(session, board) == TWO[1:]
    defect_questions.put(session, board, owner, [])
    assert asked(session, board) == []


def test_each_board_asks_its_own(session: Session, owner: Person, board: Board) -> None:
    other, silent = factories.board(session, "web"), factories.board(session, "silent")
    defect_questions.put(session, board, owner, TWO)
    defect_questions.put(session, other, owner, TWO[:1])
    found = defect_questions.of_all(session, [board, other, silent])
    assert {key: [each.question for each in theirs] for key, theirs in found.items()} == {
        board.id: ["Which phone?", "Which *train*?"], other.id: ["Which phone?"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "problems"),
    [
        ([("Which?", "")], {"why-1": "Why 1: please write something here."}),
        ([("", ""), (" ", "So.")], {"question-2": "Question 2: please write something here."}),
        (
            [("x" * 81, "y" * 201)],
            {
                "question-1": "Question 1: 81 characters are too many; the limit is 80.",
                "why-1": "Why 1: 201 characters are too many; the limit is 200.",
            },
        ),
        ([("Which?", "So."), ("Which?", "And.")], {"question-2": "Question 2: it is asked before."}),
        ([(f"{place}?", "So.") for place in range(9)], {"question-9": "Questions: no more than 8, please."}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    session: Session, owner: Person, board: Board, typed: list[tuple[str, str]], problems: dict[str, str]
) -> None:
    defect_questions.put(session, board, owner, TWO)
    with pytest.raises(Invalid) as refusal:
        defect_questions.put(session, board, owner, typed)
    assert refusal.value.problems == problems
    assert asked(session, board) == TWO


def test_only_an_owner_writes_them(session: Session, maintainer: Person, board: Board) -> None:
    with pytest.raises(NotAllowed):
        defect_questions.put(session, board, maintainer, TWO)


def test_they_go_with_their_board(session: Session, owner: Person, board: Board) -> None:
    defect_questions.put(session, board, owner, TWO)
    session.expunge_all()
    boards.remove(session, boards.find(session, "app"), owner)
    assert session.exec(select(DefectQuestion)).all() == []
