"""The pages on which an owner brings in another board's export and the samples."""

import re
from collections.abc import Callable

import pytest
from httpx import Response
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app import votes
from app.db import Database
from app.imports import running
from app.imports.batches import Import, State
from app.imports.csv_files import storing
from app.items import Item
from app.people import Person
from app.statuses import Status
from tests import factories
from tests.csv_imports import brought_in
from tests.looking import words

ROWS = (
    "id,title,description,status,created\n1,Dark mode,My eyes hurt,Open,2021-09-30\n2,Search,Slow,Closed,2021-10-01\n"
)


def upload(browser: TestClient, content: str | bytes = ROWS, name: str = "board.csv", **fields: str) -> Response:
    return browser.post("/settings/import", files={"file": (name, content)}, data=fields)


def chosen(page: Response, **changes: object) -> dict[str, object]:
    """The form of the mapping as it stands on a page, with changes."""
    form = page.text.partition('id="import-mapping"')[2].partition("</form>")[0]
    sent: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', form):
        sent.setdefault(name, []).append(value)
    for name, options in re.findall(r'<select id="[^"]*" name="([a-z_]+)".*?>(.*?)</select>', form, re.DOTALL):
        value = re.search(r'<option value="([^"]*)" selected', options)
        sent.setdefault(name, []).append(value[1] if value else "")
    source = re.findall(r'name="source" type="text" value="([^"]*)"', form)
    return {**sent, "source": source, "then": "check", **changes}


def test_a_file_is_looked_into_and_nothing_is_on_the_board_yet(owner_browser: TestClient, session: Session) -> None:
    answer = upload(owner_browser)
    assert answer.status_code == 303
    page = owner_browser.get(answer.headers["location"])
    assert page.status_code == 200
    assert "Bring in 2 items" in page.text
    assert '<option value="title" selected>title</option>' in page.text
    assert session.exec(select(Item)).all() == []


def test_an_import_from_the_file_to_the_board(owner_browser: TestClient, session: Session, database: Database) -> None:
    path = upload(owner_browser).headers["location"]
    page = owner_browser.get(path)
    form = chosen(page)
    assert (form["status_of"], form["status_to"]) == (["Open", "Closed"], ["new", ""])
    refused = owner_browser.post(path, data=form | {"then": "run"})
    assert refused.status_code == 409
    assert words(refused, 'id="problems"', "</div>") == (
        "One thing needs your attention: Choose first where these stand here: “Closed”"
    )
    answer = owner_browser.post(path, data=form | {"status_to": ["new", "declined:as_designed"], "then": "run"})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "Coming in" in owner_browser.get(path).text
    running.work(database)
    assert "2 items came in." in owner_browser.get(path).text
    assert {item.title: item.status for item in session.exec(select(Item))} == {
        "Dark mode": Status.NEW, "Search": Status.DECLINED,
    }  # fmt: skip
    assert "Dark mode" in owner_browser.get("/").text


def test_columns_can_be_changed_and_checked_again(owner_browser: TestClient, session: Session) -> None:
    path = upload(owner_browser).headers["location"]
    form = chosen(owner_browser.get(path))
    columns = [{"title": "description"}.get(column, column) for column in form["column_to"]]  # type: ignore[attr-defined]
    assert owner_browser.post(path, data=form | {"column_to": columns, "source": "Our old board"}).status_code == 303
    batch = session.exec(select(Import)).one()
    assert (batch.source, batch.mapping["columns"]["title"], batch.state) == (
        "Our old board",
        "description",
        State.PREPARED,
    )


def test_a_choice_that_cannot_be_is_refused_by_its_name(owner_browser: TestClient) -> None:
    path = upload(owner_browser).headers["location"]
    form = chosen(owner_browser.get(path))
    answer = owner_browser.post(path, data=form | {"source": "x" * 41})
    assert answer.status_code == 422
    assert "the limit is 40" in answer.text
    assert owner_browser.post(path, data=form | {"status_of": ["Open"]}).status_code == 422
    assert owner_browser.post(path, data=form | {"kind": "beetle"}).status_code == 422
    assert owner_browser.post(path, data=form | {"surprise": "x"}).status_code == 422


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [(b"", "board.csv", "The file is empty."), (b"x", "", "File: choose the one to bring in."),
     (b"PK\x03\x04", "board.xlsx", "This is a file of Excel."), (b"\0\1\2" * 99, "board.csv", "This is no text file."),
     (b"title,body\n", "board.csv", "The file has headings and nothing below them.")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_in_plain_words(
    owner_browser: TestClient, content: bytes, name: str, words: str
) -> None:
    answer = upload(owner_browser, content, name)
    assert answer.status_code == 422
    assert words in answer.text


def test_an_encoding_may_be_named(owner_browser: TestClient, session: Session) -> None:
    upload(owner_browser, "title\nמצב כהה\nחיפוש\n".encode("cp1255"), encoding="windows-1255")
    assert "מצב כהה" in str(session.exec(select(Import)).one().report["columns"])
    assert upload(owner_browser, encoding="klingon").status_code == 422


def test_a_file_may_be_much_larger_than_other_forms(
    owner_browser: TestClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "title,description\n" + f'Item,"{"words " * 1_000}"\n' * 700
    assert upload(owner_browser, rows).status_code == 303
    assert session.exec(select(Import)).one().total == 700
    monkeypatch.setattr(storing, "BYTES_MOST", 1_000_000)
    answer = upload(owner_browser, rows)
    assert answer.status_code == 422
    assert "larger than 1 MB" in answer.text


def test_a_file_is_discarded_without_a_trace(owner_browser: TestClient, session: Session) -> None:
    path = upload(owner_browser).headers["location"]
    answer = owner_browser.post(f"{path}/removal")
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/import")
    assert session.exec(select(Import)).all() == []
    assert owner_browser.get(path).status_code == 404


def test_an_import_is_undone_and_people_are_asked_about(
    owner_browser: TestClient, session: Session, database: Database, member: Person
) -> None:
    batch = brought_in(database, "title\nDark mode\nSearch\n")
    assert "Nobody has touched any of them since." in owner_browser.get(batch.path).text
    votes.cast(session, session.exec(select(Item).where(Item.title == "Search")).one(), member)
    assert "on 1 of these items since" in owner_browser.get(batch.path).text
    answer = owner_browser.post(f"{batch.path}/removal", data={"keep": "touched"})
    assert (answer.status_code, answer.headers["location"]) == (303, batch.path)
    running.work(database)
    assert "1 item stayed" in owner_browser.get(batch.path).text
    assert [item.title for item in session.exec(select(Item))] == ["Search"]
    assert owner_browser.post(f"{batch.path}/removal", data={"keep": "nothing"}).status_code == 409


def test_progress_is_asked_for_only_while_something_happens(
    owner_browser: TestClient, database: Database, session: Session
) -> None:
    path = upload(owner_browser, "title\nDark mode\nSearch\n").headers["location"]
    owner_browser.post(path, data=chosen(owner_browser.get(path)) | {"then": "run"})
    assert 'data-hx-trigger="every 1s"' in owner_browser.get(path).text
    running.work(database)
    assert "data-hx-trigger" not in owner_browser.get(path).text.partition("<main")[2]


@pytest.mark.samples
def test_imports_are_listed_without_the_samples(owner_browser: TestClient, database: Database) -> None:
    brought_in(database, "title\nDark mode\nSearch\n", "wishes.csv")
    page = owner_browser.get("/settings/import").text
    assert "wishes.csv" in page
    assert "Lineside" not in page.partition("<main")[2]


PATHS = ("/settings/import", "/settings/import/1", "/settings/samples")
FORMS = (*PATHS[:2], "/settings/import/1/removal", "/settings/samples", "/settings/samples/removal")


def test_only_an_owner_finds_these_pages(
    browser_of: Callable[[Person | None], TestClient], maintainer: Person, database: Database
) -> None:
    brought_in(database, "title\nDark mode\nSearch\n")
    browser = browser_of(maintainer)
    assert [browser.get(path).status_code for path in PATHS] == [404] * 3
    assert [browser.post(path).status_code for path in FORMS] == [404] * 5


def test_a_visitor_is_not_let_to_upload(visitor_browser: TestClient, session: Session) -> None:
    assert upload(visitor_browser).status_code == 404
    assert session.exec(select(Import)).all() == []


def test_an_empty_board_is_filled_and_emptied_with_one_click_each(owner_browser: TestClient, session: Session) -> None:
    assert "Fill with sample items" in owner_browser.get("/settings/samples").text
    filled = owner_browser.post("/settings/samples")
    assert (filled.status_code, filled.headers["location"]) == (303, "/")
    assert len(session.exec(select(Item)).all()) == 44
    assert "Remove the samples" in owner_browser.get("/settings/samples").text
    assert owner_browser.post("/settings/samples").status_code == 409
    removed = owner_browser.post("/settings/samples/removal")
    assert (removed.status_code, removed.headers["location"]) == (303, "/")
    assert session.exec(select(Item)).all() == []


def test_samples_are_not_offered_to_a_board_with_items(
    owner_browser: TestClient, session: Session, member: Person
) -> None:
    factories.item(session, member)
    assert "Samples are for an empty board." in owner_browser.get("/settings/samples").text
    assert owner_browser.post("/settings/samples").status_code == 409


@pytest.mark.samples
def test_samples_are_no_import_that_could_be_undone(owner_browser: TestClient, session: Session) -> None:
    batch = session.exec(select(Import)).one()
    assert owner_browser.get(f"/settings/import/{batch.id}").status_code == 404
    assert owner_browser.post(f"/settings/import/{batch.id}/removal").status_code == 404
