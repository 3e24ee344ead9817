"""Exports: everything the public sees, nothing that opens a door, and no cell that a spreadsheet would run."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from app import boards, db, defect_questions, exports, hiding, people, sign_in
from app.boards import Access
from app.db import Database
from app.exports import Choice
from app.imports.cells import restored
from app.items import Item
from app.people import Role
from app.refusals import Refused
from app.statuses import Kind, Status
from tests import factories
from tests.csv_imports import brought_in
from tests.fixtures.database import Databases

PUBLIC, ALL, NAMED = Choice(), Choice(everything=True), Choice(with_emails=True)
FORMULA = '=HYPERLINK("http://evil.example","+1")'

Read = Callable[[Choice], Any]


@pytest.fixture
def board(own_database: Database) -> Database:
    with own_database.session() as session:
        tell(session)
    return own_database


def tell(session: Session) -> None:
    ada = factories.person(session, "Ada Lind")
    mira = factories.person(session, "Mira Okafor", role=Role.OWNER, title="CTO")
    factories.board(session, "inside", access=Access.MEMBERS)
    defect_questions.put(session, boards.find(session, "general"), mira, [("Which file?", "To open it here.")])
    idea = factories.item(session, ada, FORMULA, body='Line one,\n"quoted" — ünïcode')
    factories.move(session, idea, mira, Status.PLANNED, "We will do it.", target="2027-Q1")
    factories.comment(session, idea, mira, "It grows.")
    hidden_words = factories.comment(session, idea, ada, "Something rude.")
    hidden_words.hidden_at, hidden_words.hidden_because = db.now(), "It was rude."
    factories.item(session, ada, "It stops", kind=Kind.DEFECT, expected="A file", steps="Press", version="3")
    factories.item(session, ada, "Only for members", board="inside")
    hiding.hide(session, factories.item(session, ada, "Buy my shoes"), mira, "It is an advertisement.")
    sign_in.open_session(session, ada)


@pytest.fixture
def table(board: Database, tmp_path: Path) -> Read:
    def read(choice: Choice) -> list[dict[str, str]]:
        path = tmp_path / "board.csv"
        exports.export(board, path, choice)
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    return read


@pytest.fixture
def told(board: Database, tmp_path: Path) -> Read:
    def read(choice: Choice) -> dict[str, Any]:
        path = tmp_path / "board.json"
        exports.export(board, path, choice)
        return dict(json.loads(path.read_text()))

    return read


@pytest.mark.parametrize(("choice", "is_named"), [(PUBLIC, False), (NAMED, False), (ALL, True)])
def test_what_an_item_was_merged_into_is_named_to_who_may_know_of_it(
    board: Database, table: Read, told: Read, choice: Choice, is_named: bool
) -> None:
    with board.session() as session:
        mira = people.with_email(session, "mira.okafor@example.org")
        later = factories.board(session, "later")
        inside, twin = factories.item(session, mira, board="later"), factories.item(session, mira, "Twin")
        factories.move(session, twin, mira, Status.DUPLICATE, duplicate_of=str(inside.number))
        later.access = Access.MEMBERS
    number = inside.number if is_named else None
    assert [row["duplicate of"] for row in table(choice) if row["title"] == "Twin"] == [str(number or "")]
    (item,) = (item for item in told(choice)["items"] if item["title"] == "Twin")
    assert (item["merged_into"], item["status_changes"][0]["duplicate_of"]) == (number, number)


def test_the_table_has_a_row_for_each_public_item(table: Read) -> None:
    idea, defect = table(PUBLIC)
    assert {name: idea[name] for name in ("number", "type", "status", "votes", "target", "answer", "answered by")} == {
        "number": "1", "type": "idea", "status": "planned", "votes": "1", "target": "2027-Q1",
        "answer": "We will do it.", "answered by": "Mira Okafor, CTO",
    }  # fmt: skip
    assert idea["description"] == 'Line one,\n"quoted" — ünïcode'
    assert (defect["type"], defect["expected"], defect["version"], defect["answer"]) == ("defect", "A file", "3", "")
    assert defect["waiting since"] == defect["created"]


def test_no_cell_runs_in_a_spreadsheet_and_the_import_undoes_exactly_that(table: Read) -> None:
    (idea, _defect) = table(PUBLIC)
    assert idea["title"] == "'" + FORMULA
    assert restored(idea["title"]) == FORMULA


def test_the_json_tells_the_whole_public_story(told: Read) -> None:
    whole = told(PUBLIC)
    assert [(board["slug"], board["defect_questions"]) for board in whole["boards"]] == [
        ("general", [{"question": "Which file?", "why": "To open it here."}])
    ]
    idea, _defect = whole["items"]
    assert idea["title"] == FORMULA
    assert [(change["to_status"], change["by"]) for change in idea["status_changes"]] == [
        ("planned", "Mira Okafor, CTO")
    ]
    assert [(move["to_target"], move["by"]) for move in idea["target_moves"]] == [("2027-Q1", "Mira Okafor, CTO")]
    assert [(comment["body"], comment["by"]) for comment in idea["comments"]] == [("It grows.", "Mira Okafor, CTO")]
    assert "hidden_because" not in idea


def test_what_the_public_does_not_see_comes_only_when_asked_for(table: Read, told: Read, tmp_path: Path) -> None:
    public = [row["title"] for row in table(PUBLIC)]
    (tmp_path / "board.csv").unlink()
    assert [row["title"] for row in table(ALL)] == [*public, "Only for members", "Buy my shoes"]
    whole = told(ALL)
    assert [board["slug"] for board in whole["boards"]] == ["general", "inside"]
    assert [comment["hidden_because"] for comment in whole["items"][0]["comments"]] == ["", "It was rude."]
    assert whole["items"][-1]["hidden_because"] == "It is an advertisement."


@pytest.mark.parametrize("choice", [PUBLIC, ALL])
def test_nothing_in_it_names_an_address_or_opens_a_door(
    told: Read, table: Read, tmp_path: Path, choice: Choice
) -> None:
    told(choice)
    table(choice)
    for name in ("board.json", "board.csv"):
        text = (tmp_path / name).read_text()
        assert "@example.org" not in text
        assert "hash" not in text


def test_the_import_takes_back_all_that_the_table_says_of_an_item(
    board: Database, tmp_path: Path, databases: Databases
) -> None:
    with board.session() as session:
        idea = session.exec(select(Item).where(Item.title == FORMULA)).one()
        idea.workaround = "Press **twice**."
        factories.imported(session, idea, 41)
    exports.export(board, tmp_path / "board.csv", PUBLIC)
    elsewhere = Database(db.make_engine(databases.migrated()))
    brought_in(elsewhere, (tmp_path / "board.csv").read_bytes())
    with elsewhere.session(writes=False) as session:
        idea = session.exec(select(Item).where(Item.title == FORMULA)).one()
    elsewhere.close()
    assert (idea.imported_vote_count, idea.workaround) == (42, "Press **twice**.")
    assert idea.workaround_html == "<p>Press <strong>twice</strong>.</p>\n"
    assert "\n\nTarget on Daylight: 2027-Q1\n\n" in idea.body


def test_merged_items_have_their_votes_once_in_the_table_and_after_they_were_brought_in_again(
    board: Database, table: Read, tmp_path: Path, databases: Databases
) -> None:
    with board.session() as session:
        mira = people.with_email(session, "mira.okafor@example.org")
        later = factories.board(session, "later")
        twin, idea, alone, inside = (
            factories.item(session, mira, title, board=at)
            for title, at in (("Twin", "general"), ("Idea", "general"), ("Alone", "general"), ("Inside", "later"))
        )
        for item, count in ((twin, 30), (idea, 4), (alone, 500)):
            factories.imported(session, item, count)
        for item, into in ((twin, idea), (alone, inside)):
            factories.move(session, item, mira, Status.DUPLICATE, duplicate_of=str(into.number))
        later.access = Access.MEMBERS
    counted = {row["title"]: (row["votes"], row["imported votes"]) for row in table(PUBLIC)}
    told = {title: counted[title] for title in ("Twin", "Idea", "Alone")}
    assert told == {"Twin": ("", ""), "Idea": ("1", "34"), "Alone": ("1", "500")}
    again = Database(db.make_engine(databases.migrated()))
    brought_in(again, (tmp_path / "board.csv").read_bytes())
    with again.session(writes=False) as session:
        support = dict(session.exec(select(Item.title, Item.support)).all())
    again.close()
    assert {title: support[title] for title in told} == {"Twin": 0, "Idea": 35, "Alone": 501}


def test_emails_and_voters_come_only_when_asked_for(told: Read, table: Read) -> None:
    idea = told(NAMED)["items"][0]
    assert idea["reporter_email"] == "ada.lind@example.org"
    assert [(vote["by"], vote["email"]) for vote in idea["votes"]] == [("Ada Lind", "ada.lind@example.org")]
    assert table(NAMED)[0]["author email"] == "ada.lind@example.org"


def test_another_ending_and_a_file_that_is_there_are_refused(board: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"\.csv or \.json"):
        exports.export(board, tmp_path / "board.xlsx", PUBLIC)
    (tmp_path / "board.csv").write_text("mine")
    with pytest.raises(Refused, match="already"):
        exports.export(board, tmp_path / "board.csv", PUBLIC)
    assert (tmp_path / "board.csv").read_text() == "mine"


def test_an_empty_board_is_an_empty_file(own_database: Database, tmp_path: Path) -> None:
    assert exports.export(own_database, tmp_path / "board.json", PUBLIC) == 0
    assert json.loads((tmp_path / "board.json").read_text())["items"] == []
