"""What a person finds and changes about themselves: cases, profile, address, sessions, data, leaving."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import db, people, roles, sessions, sign_in
from app.notifications import telling
from app.outbox import Mail
from app.people import Person, Role
from app.statuses import Status
from app.web import kit
from tests import factories
from tests.asking import Browser
from tests.fixtures.database import RolledBack

LONG_AGO = db.now() - timedelta(days=30)
BELL = re.compile(r'<a class="bell"[^>]* aria-label="([^"]*)"')
PAGES = ["/me", "/me/profile", "/me/deletion", "/me/dossier.json"]


def code(session: Session) -> str:
    mail = session.exec(select(Mail).order_by(col(Mail.id).desc())).first()
    assert mail is not None
    return re.findall(r"^    (\d{6})$", mail.body, re.MULTILINE)[0]


def queries(database: RolledBack, browser: TestClient, path: str) -> int:
    """How many statements a page takes."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "pragma", "ROLLBACK")):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    assert browser.get(path).status_code == 200
    event.remove(database.engine, "before_cursor_execute", note)
    return len(seen)


@pytest.mark.parametrize("path", PAGES)
def test_a_visitor_signs_in_first(visitor_browser: TestClient, path: str) -> None:
    answer = visitor_browser.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (401, "private, no-store")
    assert f'name="next_path" value="{path}"' in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_nobody_keeps_these_pages(member_browser: TestClient, path: str) -> None:
    assert member_browser.get(path).headers["cache-control"] == "private, no-store"


def test_the_cases_stand_in_groups_with_what_changed(
    member_browser: TestClient, session: Session, member: Person, maintainer: Person
) -> None:
    owed, declined, _quiet = (factories.item(session, member, f"Case {number}", at=LONG_AGO) for number in range(3))
    factories.move(session, owed, maintainer, Status.NEEDS_INFO)
    factories.move(session, declined, maintainer, Status.DECLINED, "Another tool does this better.")
    page = member_browser.get("/me").text
    headings = re.findall(r'<h2 class="cases-turn">(.*?)</h2>', page)
    assert headings == ["You owe an answer", "Changed since you looked", "Nothing new"]
    assert re.findall(r">(Case \d)</a>", page) == ["Case 0", "Case 1", "Case 2"]
    assert "Declined by Mira Okafor, CTO" in page
    assert "Another tool does this better." in page
    assert f'href="{owed.path}#comment-form"' in page


def test_all_cases_are_marked_as_seen(
    member_browser: TestClient, session: Session, member: Person, other_member: Person
) -> None:
    item = factories.item(session, member, at=LONG_AGO)
    factories.comment(session, item, other_member)
    page = member_browser.get("/me").text
    (until,) = re.findall(r'name="until" value="(.*?)"', page)
    assert member_browser.post("/me/seen", data={"until": until}).status_code == 303
    page = member_browser.get("/me").text
    assert ["Mark all as seen" in page, "1 new comment" in page] == [False, False]
    assert member_browser.post("/me/seen", data={"until": "tomorrow"}).status_code == 303
    assert member_browser.post("/me/seen", data={"until": "2026-01-01T00:00:00"}).status_code == 303


def test_a_quiet_bell_says_on_how_many_items_there_is_news(
    member_browser: TestClient, session: Session, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    assert BELL.findall(member_browser.get("/").text) == ["My cases: nothing new"]
    factories.move(session, item, maintainer, Status.PLANNED)
    while telling.tell_some(session):
        pass
    assert BELL.findall(member_browser.get("/roadmap").text) == ["My cases: news on 1 item"]
    member_browser.post("/me/seen", data={"until": ""})
    assert BELL.findall(member_browser.get("/").text) == ["My cases: nothing new"]


@pytest.mark.parametrize("show", ["posted", "voted", "following", "all", "nonsense"])
def test_every_choice_of_cases_is_an_address(member_browser: TestClient, show: str) -> None:
    assert member_browser.get(f"/me?show={show}").status_code == 200


@pytest.mark.parametrize("page", ["2", "0", "-1", "x", "99999999999999999999", "٣"])
def test_any_page_number_is_answered(member_browser: TestClient, page: str) -> None:
    assert member_browser.get("/me", params={"page": page}).status_code == 200


def test_more_than_fifty_cases_are_paged(member_browser: TestClient, session: Session, member: Person) -> None:
    for _ in range(51):
        factories.item(session, member)
    first, second = member_browser.get("/me?show=posted").text, member_browser.get("/me?show=posted&page=2").text
    assert ("/me?page=2&amp;show=posted" in first, "/me?page=1&amp;show=posted" in second) == (True, True)
    assert (first.count('<li class="row"'), second.count('<li class="row"')) == (50, 1)


def test_the_number_of_queries_does_not_grow_with_the_cases(
    member_browser: TestClient, database: RolledBack, session: Session, member: Person, maintainer: Person
) -> None:
    taken = []
    for count in (1, 2):
        for _ in range(count):
            item = factories.item(session, member, at=LONG_AGO)
            factories.move(session, item, maintainer, Status.PLANNED, target="2027-Q1")
            factories.comment(session, item, maintainer)
        taken.append(queries(database, member_browser, "/me"))
    assert taken == [11, 11]


def test_a_member_has_a_name_and_no_title(member_browser: TestClient, session: Session, member: Person) -> None:
    assert 'name="title"' not in member_browser.get("/me/profile").text
    answer = member_browser.post("/me/profile", data={"name": "  Ada  Byron ", "title": "CTO"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/profile")
    session.refresh(member)
    assert (member.name, member.title) == ("Ada Byron", "")


def test_a_maintainer_has_a_title(maintainer_browser: TestClient, session: Session, maintainer: Person) -> None:
    maintainer_browser.post("/me/profile", data={"name": "Mira", "title": "Search team"})
    session.refresh(maintainer)
    assert maintainer.byline == "Mira, Search team"


def test_a_name_that_cannot_be_taken_stays_typed(member_browser: TestClient, session: Session, member: Person) -> None:
    long = "x" * 81
    answer = member_browser.post("/me/profile", data={"name": long})
    assert answer.status_code == 422
    assert ["limit is 80" in answer.text, f'value="{long}"' in answer.text] == [True, True]
    assert member_browser.post("/me/profile", data={"name": "  "}).status_code == 422
    session.refresh(member)
    assert member.name == "Ada Lind"


def test_an_address_changes_after_its_code_and_ends_other_sessions(
    browser_of: Callable[[Person | None], TestClient], session: Session, member: Person
) -> None:
    here, there = browser_of(member), browser_of(member)
    asked = here.post("/me/address", data={"email": "new@example.org"})
    assert there.post(asked.headers["location"], data={"code": "12"}).status_code == 422
    session.refresh(member)
    assert member.email == "ada.lind@example.org"
    answer = here.post(asked.headers["location"], data={"code": code(session)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/profile")
    session.refresh(member)
    assert member.email == "new@example.org"
    assert (here.get("/me").status_code, there.get("/me").status_code) == (200, 401)


def test_an_address_that_has_an_account_is_said_only_to_who_holds_it(
    member_browser: TestClient, session: Session, member: Person, other_member: Person
) -> None:
    asked = member_browser.post("/me/address", data={"email": other_member.email})
    assert asked.status_code == 303
    page = member_browser.get(asked.headers["location"])
    assert "account of its own" not in page.text
    answer = member_browser.post(asked.headers["location"], data={"code": code(session)})
    assert answer.status_code == 409
    assert "account of its own" in answer.text
    session.refresh(member)
    assert member.email == "ada.lind@example.org"


def test_a_code_of_somebody_else_is_not_there(
    member_browser: TestClient, other_browser: TestClient, session: Session
) -> None:
    asked = member_browser.post("/me/address", data={"email": "new@example.org"}).headers["location"]
    assert other_browser.get(asked).status_code == 404
    assert other_browser.post(asked, data={"code": code(session)}).status_code == 404


@pytest.mark.parametrize("email", ["", "ada@", "ada.lind@example.org"])
def test_a_new_address_must_be_one(member_browser: TestClient, email: str) -> None:
    answer = member_browser.post("/me/address", data={"email": email})
    assert answer.status_code == 422
    assert f'name="email" type="email" value="{email}"' in answer.text


def test_sessions_are_listed_and_revoked(
    browser_of: Callable[[Person | None], TestClient], session: Session, member: Person, other_member: Person
) -> None:
    here, there, third = (browser_of(member) for _ in range(3))
    others = browser_of(other_member)
    page = here.get("/me/profile").text
    marks = re.findall(r"/me/sessions/(\w+)/revocation", page)
    assert (len(marks), page.count("this one")) == (2, 1)
    assert others.post(f"/me/sessions/{marks[0]}/revocation").status_code == 303
    assert {there.get("/me").status_code, third.get("/me").status_code} == {200}
    assert here.post(f"/me/sessions/{marks[0]}/revocation").status_code == 303
    assert sorted([there.get("/me").status_code, third.get("/me").status_code]) == [200, 401]
    assert here.post("/me/sessions/revocation").status_code == 303
    assert [browser.get("/me").status_code for browser in (here, there, third)] == [200, 401, 401]
    assert len(sessions.of(session, other_member.key)) == 1


def test_no_key_stands_on_the_page(member_browser: TestClient) -> None:
    key = member_browser.cookies[kit.session_cookie()]
    page = member_browser.get("/me/profile").text
    assert [secret in page for secret in (key, sessions.hashed(key))] == [False, False]


def test_my_data_is_a_file(member_browser: TestClient, session: Session, member: Person, other_member: Person) -> None:
    factories.item(session, member, "Mine")
    answer = member_browser.get("/me/dossier.json")
    assert answer.headers["content-disposition"] == f'attachment; filename="daylight-{db.now():%Y-%m-%d}.json"'
    assert answer.headers["content-type"] == "application/json"
    everything = answer.json()
    assert everything["profile"]["email"] == member.email
    assert [item["title"] for item in everything["items"]] == ["Mine"]
    assert other_member.email not in answer.text


def test_leaving_is_explained_and_confirmed(member_browser: TestClient, session: Session, member: Person) -> None:
    assert "under “A former member”" in member_browser.get("/me/deletion").text
    answer = member_browser.post("/me/deletion", data={"email": "other@example.org"})
    assert answer.status_code == 422
    assert 'value="other@example.org"' in answer.text
    answer = member_browser.post("/me/deletion", data={"email": member.email})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert 'session="";' in answer.headers["set-cookie"]
    assert member_browser.get("/me").status_code == 401
    session.refresh(member)
    assert member.is_deleted


def test_the_last_owner_is_told_what_to_do(
    owner_browser: TestClient, session: Session, owner: Person, member: Person
) -> None:
    answer = owner_browser.post("/me/deletion", data={"email": owner.email})
    assert (answer.status_code, "Make somebody else an owner first" in answer.text) == (409, True)
    roles.give(session, member, Role.OWNER, owner)
    assert owner_browser.post("/me/deletion", data={"email": owner.email}).status_code == 303


def test_who_has_no_name_is_asked_for_one(app: FastAPI, session: Session) -> None:
    handle = sign_in.begin(session, "new@example.org")
    person = sign_in.complete(session, sign_in.find(session, handle))
    browser = Browser(app, base_url="http://localhost", follow_redirects=False)
    browser.cookies.set(kit.session_cookie(), sign_in.open_session(session, person))
    assert f"Others see you as “Member {person.id}”" in browser.get("/me").text
    browser.post("/me/profile", data={"name": "Nia Roth"})
    assert "Others see you as" not in browser.get("/me").text


def test_who_gets_no_mails_is_told_why_and_has_them_sent_again(
    session: Session, member: Person, member_browser: TestClient
) -> None:
    people.note_bounce(session, member, "550 no such user")
    page = member_browser.get("/me/profile").text
    assert "“550 no such user”. No news are sent there." in page
    assert member_browser.post("/me/arrival").status_code == 303
    assert (member.bounced_at, member.bounced_because) == (None, "")
    assert "No news are sent there" not in member_browser.get("/me/profile").text
