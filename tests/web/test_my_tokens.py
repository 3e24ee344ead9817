"""The page of one's tokens."""

import re

from sqlmodel import Session
from starlette.testclient import TestClient

from app import tokens
from app.people import Person
from tests import looking

FORM = {"name": "Weekly report", "scopes": ["read", "write"], "days": "30"}


def secrets_on(page: str) -> list[str]:
    return re.findall(rf"{tokens.SIGN}[\w-]{{43}}", page)


def test_a_secret_is_shown_once(session: Session, member_browser: TestClient, member: Person) -> None:
    answer = member_browser.post("/me/tokens", data=FORM)
    (secret,) = secrets_on(answer.text)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
    assert tokens.recognise(session, secret) is not None
    page = member_browser.get("/me/tokens")
    assert secrets_on(page.text) == []
    assert "Weekly report read, write Ends on" in looking.words(page)


def test_a_revoked_token_is_gone(session: Session, member_browser: TestClient, member: Person) -> None:
    token, secret = tokens.make(session, member, "Weekly report", ["read"], "30")
    answer = member_browser.post(f"/me/tokens/{token.id}/revocation")
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/tokens")
    assert tokens.recognise(session, secret) is None


def test_nobody_revokes_the_token_of_another(session: Session, other_browser: TestClient, member: Person) -> None:
    token, secret = tokens.make(session, member, "Weekly report", ["read"], "30")
    other_browser.post(f"/me/tokens/{token.id}/revocation")
    assert tokens.recognise(session, secret) is not None


def test_the_page_says_when_a_token_was_used(
    member_browser: TestClient, member_script: TestClient, member: Person
) -> None:
    assert "never used" in looking.words(member_browser.get("/me/tokens"))
    member_script.get("/api/v1/me")
    assert "last used just now" in looking.words(member_browser.get("/me/tokens"))


def test_a_form_that_is_refused_keeps_what_was_chosen(member_browser: TestClient) -> None:
    answer = member_browser.post("/me/tokens", data=FORM | {"name": ""})
    assert answer.status_code == 422
    assert looking.typed_into(answer, "/me/tokens") == FORM | {"name": ""}
