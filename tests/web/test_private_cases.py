"""The private address of somebody's cases: it reads and cannot act, for nobody to find, until it is revoked."""

import re

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app import cases, departure, seals, sign_in, votes
from app.boards import Access
from app.cases import Turn
from app.items import Item
from app.people import Person
from app.statuses import Status
from tests import factories


@pytest.fixture
def item(session: Session, member: Person, other_member: Person, maintainer: Person) -> Item:
    made = factories.item(session, member, "Dark mode")
    votes.cast(session, made, other_member)
    factories.move(session, made, maintainer, Status.PLANNED, "In spring.")
    return made


def path(session: Session, person: Person) -> str:
    return seals.paths(session, person)["cases_path"]


def test_it_shows_all_cases_and_what_happened_without_signing_in(
    session: Session, visitor_browser: TestClient, other_member: Person, item: Item
) -> None:
    factories.board(session, "own", access=Access.OWN_CASES)
    private = factories.item(session, other_member, "My invoice", board="own")
    page = visitor_browser.get(path(session, other_member)).text
    for words in (
        "Cases of <bdi>Ben Osei</bdi>",
        "Dark mode",
        "My invoice",
        "Planned by Mira Okafor, CTO",
        "In spring.",
    ):
        assert words in page
    assert f'href="{item.path}"' in page
    assert f'href="{private.path}"' not in page


def test_it_reads_and_cannot_act(
    session: Session, visitor_browser: TestClient, other_member: Person, item: Item
) -> None:
    address = path(session, other_member)
    page = visitor_browser.get(address)
    assert re.findall(r'method="post" action="([^"]*)"', page.text) == [f"{address}/revocation", "/theme"]
    assert dict(page.cookies) == {}
    assert visitor_browser.post(f"{item.path}/vote/withdrawal").status_code == 401
    assert [case.turn for case in cases.page(session, other_member).cases] == [Turn.CHANGED]


def test_nobody_keeps_or_finds_it(session: Session, visitor_browser: TestClient, other_member: Person) -> None:
    page = visitor_browser.get(path(session, other_member))
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("private, no-store", "noindex")
    assert "/cases/" not in visitor_browser.get("/sitemap.xml").text


def test_it_can_be_revoked_from_the_page_itself_and_made_anew_on_the_profile(
    session: Session, visitor_browser: TestClient, other_browser: TestClient, other_member: Person
) -> None:
    first = path(session, other_member)
    assert visitor_browser.post(f"{first}/revocation").status_code == 200
    assert visitor_browser.get(first).status_code == 404
    session.refresh(other_member)
    assert path(session, other_member) == ""
    assert other_browser.post("/me/case-link").status_code == 303
    session.refresh(other_member)
    second = path(session, other_member)
    assert [visitor_browser.get(address).status_code for address in (first, second)] == [404, 200]
    assert other_browser.post("/me/case-link/revocation").status_code == 303
    assert visitor_browser.get(second).status_code == 404
    assert "Make a private address" in other_browser.get("/me/profile").text


def test_a_new_one_ends_the_one_before(
    session: Session, visitor_browser: TestClient, other_browser: TestClient, other_member: Person
) -> None:
    first = path(session, other_member)
    other_browser.post("/me/case-link")
    session.refresh(other_member)
    assert [visitor_browser.get(each).status_code for each in (first, path(session, other_member))] == [404, 200]


def test_another_address_of_the_person_ends_it(
    session: Session, visitor_browser: TestClient, other_member: Person
) -> None:
    first = path(session, other_member)
    handle = sign_in.begin_change(session, other_member, "later@example.org")
    sign_in.complete_change(session, sign_in.find(session, handle, other_member), other_member)
    assert visitor_browser.get(first).status_code == 404


def test_leaving_ends_it(session: Session, visitor_browser: TestClient, other_member: Person) -> None:
    first = path(session, other_member)
    departure.leave(session, other_member, other_member.email or "")
    assert visitor_browser.get(first).status_code == 404


@pytest.mark.parametrize("odd", ["é", "1-é", "1-", "-", "²-x", "1-" + "x" * 32])
def test_what_was_never_made_opens_nothing(visitor_browser: TestClient, other_member: Person, odd: str) -> None:
    assert visitor_browser.get(f"/cases/{odd}").status_code == 404
