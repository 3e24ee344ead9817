"""The first run: the one-time link makes an owner, once."""

import re
from collections.abc import Callable

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app import first_run, site
from app.people import Person, Role
from app.roles import RoleChange
from app.web import kit

FORM = {"name": "Noor Haddad", "email": "Noor@example.org", "title": "Founder", "site_name": "Ask Aurora"}


@pytest.fixture
def path(session: Session) -> str:
    link = first_run.owner_link(session, "http://localhost")
    assert link is not None
    session.flush()
    return link.removeprefix("http://localhost")


def test_the_person_who_opens_the_link_becomes_the_owner(
    visitor_browser: TestClient, session: Session, path: str
) -> None:
    page = visitor_browser.get(path)
    assert (page.status_code, page.headers["cache-control"]) == (200, "private, no-store")
    answer = visitor_browser.post(path, data=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    owner = session.exec(select(Person)).one()
    assert (owner.name, owner.email, owner.title, owner.role) == (
        "Noor Haddad",
        "noor@example.org",
        "Founder",
        Role.OWNER,
    )
    assert site.the(session).name == "Ask Aurora"
    assert kit.session_cookie() in answer.cookies
    board = visitor_browser.get("/").text
    assert "Welcome, Noor Haddad. This board is yours." in board
    assert visitor_browser.get("/me").status_code == 200


def test_it_is_written_down(visitor_browser: TestClient, session: Session, path: str) -> None:
    visitor_browser.post(path, data=FORM)
    row = session.exec(select(RoleChange)).one()
    assert (row.from_role, row.to_role, row.person_id == row.by_id) == (Role.MEMBER, Role.OWNER, True)


def test_the_link_works_once(
    browser_of: Callable[[Person | None], TestClient], visitor_browser: TestClient, session: Session, path: str
) -> None:
    visitor_browser.post(path, data=FORM)
    late = browser_of(None)
    for answer in (late.get(path), late.post(path, data={**FORM, "email": "eve@example.org"})):
        assert answer.status_code == 404
        assert "This link was used before" in answer.text
    assert len(session.exec(select(Person)).all()) == 1
    assert first_run.owner_link(session, "http://localhost") is None


def test_a_newer_link_ends_the_older(visitor_browser: TestClient, session: Session, path: str) -> None:
    newer = first_run.owner_link(session, "")
    session.flush()
    assert newer is not None
    assert visitor_browser.get(path).status_code == 404
    assert visitor_browser.get(newer).status_code == 200
    assert visitor_browser.get("/welcome/guess").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", " ", "Your name: please write something here."),
        ("name", "x" * 81, "the limit is 80"),
        ("email", "noor", "write an address like"),
        ("title", "x" * 81, "the limit is 80"),
        ("site_name", "", "Name of the board: please write something here."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    visitor_browser: TestClient, session: Session, path: str, field: str, value: str, words: str
) -> None:
    typed = {**FORM, field: value}
    answer = visitor_browser.post(path, data=typed)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert {name: f'name="{name}"' in answer.text for name in typed} == dict.fromkeys(typed, True)
    values = re.findall(r'name="\w+" type="\w+" value="([^"]*)"', answer.text)
    assert values == [typed["name"], typed["title"], typed["email"], typed["site_name"]]
    assert session.exec(select(Person)).all() == []
    assert visitor_browser.post(path, data=FORM).status_code == 303


def test_a_title_may_be_left_out(visitor_browser: TestClient, session: Session, path: str) -> None:
    visitor_browser.post(path, data={**FORM, "title": ""})
    assert session.exec(select(Person)).one().byline == "Noor Haddad"


def test_a_member_who_opens_it_stays_the_same_person(
    member_browser: TestClient, session: Session, member: Person, path: str
) -> None:
    member_browser.post(path, data={**FORM, "email": member.email})
    session.refresh(member)
    assert (member.role, session.exec(select(Person)).all()) == (Role.OWNER, [member])
