"""What a file's columns and words are here: proposed, chosen, surveyed."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from app import db
from app.db import Database
from app.imports import outcomes
from app.imports.batches import Import
from app.imports.csv_files import preparing, rows
from app.imports.csv_files.mapping import Mapping
from app.imports.outcomes import OFFERED, Outcome
from app.people import Person
from app.refusals import Invalid
from app.statuses import Kind, Reason, Status
from tests import factories
from tests.csv_imports import found, odd, prepared

WORDS = {
    ("Resolved", "Fixed"): "shipped",
    ("Resolved", "Won't Fix"): "declined:out_of_scope",
    ("Resolved", "Won’t Do"): "declined:out_of_scope",
    ("Resolved", "Not A Problem"): "declined:as_designed",
    ("Resolved", "Cannot Reproduce"): "declined:cannot_reproduce",
    ("Resolved", "Abandoned"): "declined:obsolete",
    ("Resolved", "Duplicate"): "duplicate",
    ("Closed as duplicate", ""): "duplicate",
    ("Resolved", ""): "shipped",
    ("Open", ""): "new",
    ("", ""): "new",
    ("Reopened", ""): "acknowledged",
    ("Needs info", ""): "acknowledged",
    ("Under Review", ""): "acknowledged",
    ("planned", ""): "planned",
    ("Patch Available", ""): "in_progress",
    ("In Arbeit", ""): "in_progress",
    ("対応中", ""): "in_progress",
    ("Closed", ""): "",
    ("Fermé", ""): "",
    ("Whatever", ""): "",
}


@pytest.mark.parametrize(("words", "outcome"), WORDS.items(), ids=str)
def test_their_words_for_a_status_are_ours_where_they_tell_it(words: tuple[str, str], outcome: str) -> None:
    assert outcomes.guess(*words) == outcome


def test_every_outcome_is_written_as_it_is_read() -> None:
    assert [str(Outcome.of(written)) for written in OFFERED] == OFFERED
    assert Outcome.of("declined:obsolete") == Outcome(Status.DECLINED, Reason.OBSOLETE)


def test_our_own_statuses_and_reasons_mean_themselves() -> None:
    own = [status for status in Status if status not in {Status.DECLINED, Status.NEEDS_INFO}]
    assert {status: outcomes.guess(status, "") for status in own} == {status: status.value for status in own}
    assert {reason: outcomes.guess("declined", reason) for reason in Reason} == {
        reason: f"declined:{reason}" for reason in Reason
    }


@pytest.mark.parametrize(("words", "kind"), [("Bug", Kind.DEFECT), ("Fehler", Kind.DEFECT), ("Story", Kind.IDEA)])
def test_faults_of_all_sorts_are_defects(words: str, kind: Kind) -> None:
    assert outcomes.kind_of(words) is kind


def arrival(database: Database, content: str, **chosen: Any) -> Any:
    """The first row as it arrives."""
    batch = prepared(database, content, **chosen)
    path = preparing.stored_file(batch.mapping["file"])
    return next(rows.read(path, Mapping.of(batch.mapping))).arrival


def test_a_row_arrives_with_all_that_it_tells(database: Database) -> None:
    content = (
        "Id,Title,Description,Type,Status,Resolution,Created,Resolved,Author,Email,Votes,Tags,Answer,URL,"
        "Affects Version/s,Fix Version/s,Steps to reproduce\n"
        '#12,Dark  mode,"My eyes\r\nhurt",Bug,Resolved,Fixed,2021-09-30,2021-10-02,Ana,Ana@Example.org,"1,234",'
        '"ui, night",Done.,https://example.com/12,3.4,3.5,Open it\n'
    )
    made = arrival(database, content)
    assert (made.line, made.source_id, made.title, made.body) == (2, "12", "Dark mode", "My eyes\r\nhurt")
    assert (made.kind, made.words, made.outcome) == (Kind.DEFECT, "Resolved / Fixed", Outcome(Status.SHIPPED))
    assert (made.posted_at, made.closed_at) == (datetime(2021, 9, 30, tzinfo=UTC), datetime(2021, 10, 2, tzinfo=UTC))
    assert (made.reporter, made.email, made.vote_count, made.tags) == ("Ana", "ana@example.org", 1234, ["ui", "night"])
    assert (made.answer, made.link, made.shipped_in) == ("Done.", "https://example.com/12", "3.5")
    assert made.details == {"version": "3.4", "steps": "Open it"}


def test_a_reporter_may_be_a_name_with_an_address(database: Database) -> None:
    made = arrival(database, "title,author\nDark mode,Ana Lind <Ana@Example.org>\nSearch,Bo\nExport,Cy\n")
    assert (made.reporter, made.email) == ("Ana Lind", "ana@example.org")


def test_ids_that_a_spreadsheet_has_touched_are_themselves(database: Database) -> None:
    assert arrival(database, "id,title\n12.0,Dark mode\n").source_id == "12"


def test_a_row_without_an_id_is_known_by_what_it_says(database: Database) -> None:
    first, same, other = (arrival(database, f"title,description\n{row}\n") for row in ("A,b", "A,b", "A,c"))
    assert first.source_id == same.source_id != other.source_id


def test_what_is_odd_is_told_by_its_line(database: Database) -> None:
    batch = prepared(
        database,
        "id,title,description,created,votes,email,url,status\n"
        "1,,Only words,2021-09-30,3,a@example.org,https://example.com,Open\n"
        f"2,{'x' * 201},,soon,many,nobody,nowhere,Open\n"
        "3,,,2021-09-30,3,b@example.org,https://example.com,Open\n"
        "1,Again,,2021-09-30,3,c@example.org,https://example.com,Open\n"
        "5,Future,,2099-01-01,3,d@example.org,https://example.com,Open\n"
        "6,Few,,2021-09-30\n"
        "7,Many,,2021-09-30,3,e@example.org,https://example.com,Open,surplus\n"
        "8,Loved,,2021-09-30,2147483647,f@example.org,https://example.com,Open\n"
        f"9,Adored,,2021-09-30,{'9' * 5000},g@example.org,https://example.com,Open\n",
    )
    assert odd(batch) == [
        (2, "No title: the first words of the description stand for it."),
        (3, "The title has 201 characters; all of it stands above the description."),
        (3, "“nobody” is no e-mail address."),
        (3, "Posted on: “soon” is no date that can be read."),
        (3, "“many” is no number of votes."),
        (3, "“nowhere” is no address of a page."),
        (4, "Left out: no title and no description."),
        (5, "Left out: it has the same id as line 2."),
        (6, "Posted on: “2099-01-01” lies in the future."),
        (7, "The last columns are missing and count as empty."),
        (8, "Left out: 9 columns instead of 8."),
        (9, "“2147483647” is no number of votes."),
        (10, f"“{'9' * 20}” is no number of votes."),
    ]
    assert (found(batch, "rows"), found(batch, "items"), found(batch, "left_out")) == (9, 6, 3)


def test_a_survey_counts_what_would_come_in(database: Database, session: Session, member: Person) -> None:
    batch = prepared(
        database,
        "title,type,status,created,author,email,votes,tags,board\n"
        f"A,bug,Open,2021-09-30,Ada,{member.email},5,x,Web\n"
        "B,idea,Done,2023-01-02,Bo,bo@example.org,7,\"x, y\",Phone\n"
        "C,idea,Closed,,Cy,,1,,General\n"
        "D,idea,duplicate,2022-01-02,,,1,,General\n",
    )  # fmt: skip
    survey = batch.report["survey"]
    assert (survey["kinds"], survey["votes"]) == ({"defect": 1, "idea": 3}, 14)
    assert (survey["first"], survey["last"], survey["undated"]) == ("2021-09-30", "2023-01-02", 1)
    assert (survey["people"], survey["with_email"], survey["people_here"], survey["nameless"]) == (3, 2, 1, 1)
    assert survey["tags"] == {"x": 2, "y": 1}
    assert survey["boards"] == {"Web": 1, "Phone": 1, "general": 2}
    assert (survey["unclear"], survey["lone_duplicates"]) == (["Closed"], 1)
    assert survey["statuses"]["Done"] == {"outcome": "shipped", "count": 1}


def test_the_order_of_day_and_month_is_told_by_the_whole_file(database: Database) -> None:
    american = prepared(database, "title,created\n" + "A,03/04/2021\n" * 3000 + "B,03/25/2021\n")
    assert (american.mapping["day_first"], found(american, "last")) == (False, "2021-03-25")
    assert prepared(database, "title,created\nA,03/04/2021\nB,25/03/2021\n").mapping["day_first"]


def test_an_order_that_nothing_tells_is_a_doubt(database: Database) -> None:
    ambiguous = prepared(database, "title,created\nA,03/04/2021\nB,05/04/2021\n")
    assert len(preparing.doubts(ambiguous)) == 1
    assert found(ambiguous, "first") == "2021-04-03"
    assert found(prepared(database, "title,created\nA,03/04/2021\n", day_first=False), "first") == "2021-03-04"
    both = prepared(database, "title,created\nA,03/25/2021\nB,25/03/2021\nC,1/1/2021\n")
    assert len(preparing.doubts(both)) == 1
    assert preparing.doubts(prepared(database, "title,created\nA,2021-03-04\n")) == []


@pytest.mark.parametrize(
    ("heading", "source"),
    [("Summary,Issue id,Affects Version/s", "Jira"), ("Post Title,Vote Count,Author Name", "Canny"),
     ("Title,Whatever,Nothing", "wishes of customers")],
)  # fmt: skip
def test_the_source_is_told_by_the_headings_or_the_name(database: Database, heading: str, source: str) -> None:
    assert prepared(database, f"{heading}\nA,1,2\n", "wishes_of_customers-2026-11.csv").source == source


def test_a_person_chooses_columns_words_and_boards(database: Database, session: Session) -> None:
    factories.board(session, "phone", name="Phone")
    batch = prepared(
        database,
        "what,more,state,area\nDark mode,My eyes hurt,Closed,Web\n",
        columns={"title": "what", "body": "more", "status": "state", "board": "area"},
        outcomes={"Closed": "declined:as_designed"},
        boards={"Web": "phone"},
        source="Old board",
        kind="defect",
    )
    survey = batch.report["survey"]
    assert (survey["boards"], survey["kinds"], survey["unclear"]) == ({"phone": 1}, {"defect": 1}, [])
    assert survey["statuses"]["Closed"]["outcome"] == "declined:as_designed"
    assert batch.source == "Old board"


@pytest.mark.parametrize(
    ("chosen", "field"),
    [({"source": " "}, "source"), ({"source": "x" * 41}, "source"), ({"source": "Sample"}, "source"),
     ({"columns": {"title": "none"}}, "column-title"), ({"columns": {"title": ""}}, "column-title"),
     ({"columns": {"wrong": "title"}}, "columns"), ({"outcomes": {"Open": "gone"}}, "outcomes"),
     ({"kinds": {"Bug": "beetle"}}, "kinds"), ({"boards": {"Web": "nowhere"}}, "boards"),
     ({"board": "nowhere"}, "board"), ({"kind": "beetle"}, "kind"), ({"markup": "runes"}, "markup")],
)  # fmt: skip
def test_a_choice_that_was_not_offered_is_refused_by_its_name(
    database: Database, chosen: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        prepared(database, "title\nDark mode\nSearch\n", **chosen)
    assert set(refused.value.problems) == {field}


def test_few_values_of_a_board_column_are_boards_and_many_are_not(database: Database) -> None:
    few = "title,board\n" + "".join(f"Item {number},Area {number % 12}\n" for number in range(40))
    many = "title,board\n" + "".join(f"Item {number},Area {number % 13}\n" for number in range(40))
    assert len(found(prepared(database, few), "boards")) == 12
    assert found(prepared(database, many), "boards") == {"": 40}


def test_headings_without_rows_are_refused_and_leave_no_file(database: Database) -> None:
    before = stored_files()
    with pytest.raises(Invalid):
        prepared(database, "title,description\n")
    assert stored_files() == before


def stored_files() -> list[Path]:
    return sorted(preparing.stored_file("x").parent.glob("*"))


def test_what_was_never_begun_is_forgotten_after_some_days(database: Database, session: Session) -> None:
    old, young = (prepared(database, f"title\n{title}\nSearch\n") for title in ("Old", "Young"))
    long_ago = db.now() - timedelta(days=3)
    session.get_one(Import, old.id).started_at = long_ago
    os.utime(preparing.stored_file(old.mapping["file"]), (long_ago.timestamp(), long_ago.timestamp()))
    latest = prepared(database, "title\nLatest\nSearch\n")
    assert set(session.exec(select(Import.id))) == {young.id, latest.id}
    assert not preparing.stored_file(old.mapping["file"]).exists()
    assert preparing.stored_file(young.mapping["file"]).exists()


def test_an_import_that_is_discarded_leaves_nothing(database: Database, session: Session) -> None:
    before = stored_files()
    batch = prepared(database, "title\nDark mode\nSearch\n")
    assert len(stored_files()) == len(before) + 1
    with database.session() as own:
        preparing.discard(own, batch)
    assert stored_files() == before
    assert session.get(Import, batch.id) is None
