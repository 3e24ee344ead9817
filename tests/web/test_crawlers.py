"""What search engines and link previews are given."""

from xml.etree import ElementTree as ET

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app import hiding, site, sitemap
from app.boards import Access
from app.people import Person
from tests import factories

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def addresses(xml: str, of: str = "url") -> list[str | None]:
    return [found.text for found in ET.fromstring(xml).findall(f"s:{of}/s:loc", NAMES)]  # noqa: S314 - our own


def test_robots_are_shown_the_sitemap(visitor_browser: TestClient) -> None:
    assert visitor_browser.get("/robots.txt").text == (
        "User-agent: *\nDisallow: /cases/\nDisallow: /mail/\n"
        "Disallow: /me\nDisallow: /settings\nDisallow: /sign-in\nDisallow: /triage\n"
        "Disallow: /welcome/\n\nSitemap: http://localhost:8000/sitemap.xml\n"
    )


def test_robots_are_kept_out_where_the_owner_wants_it(session: Session, visitor_browser: TestClient) -> None:
    site.the(session).is_indexed = False
    assert visitor_browser.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    assert visitor_browser.get("/sitemap.xml").status_code == 404
    assert visitor_browser.get("/sitemap-1.xml").status_code == 404


def test_the_sitemap_names_the_pages_and_every_public_item(
    session: Session, visitor_browser: TestClient, member: Person
) -> None:
    item = factories.item(session, member)
    base = "http://localhost:8000"
    shown = addresses(visitor_browser.get("/sitemap.xml").text)
    assert shown == [f"{base}/", f"{base}/roadmap", f"{base}/changelog", f"{base}/items/{item.number}"]


def test_a_long_sitemap_is_a_list_of_files(session: Session, visitor_browser: TestClient, member: Person) -> None:
    site.the(session).last_item_number = sitemap.PAGE
    item = factories.item(session, member)
    base = "http://localhost:8000"
    files = addresses(visitor_browser.get("/sitemap.xml").text, "sitemap")
    assert files == [f"{base}/sitemap-1.xml", f"{base}/sitemap-2.xml"]
    assert addresses(visitor_browser.get("/sitemap-2.xml").text) == [f"{base}/items/{item.number}"]
    assert visitor_browser.get("/sitemap-3.xml").status_code == 404


def test_an_item_has_a_preview_card(session: Session, visitor_browser: TestClient, member: Person) -> None:
    item = factories.item(session, member)
    for path in (f"{item.path}/card.png", "/card.png"):
        answer = visitor_browser.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert answer.headers["cache-control"] == "public, max-age=3600"


def test_no_card_tells_of_what_is_not_public(
    session: Session, visitor_browser: TestClient, member_browser: TestClient, member: Person, maintainer: Person
) -> None:
    factories.board(session, "inside", access=Access.MEMBERS)
    inside, hidden = factories.item(session, member, board="inside"), factories.item(session, member)
    hiding.hide(session, hidden, maintainer, "It names a customer.")
    assert visitor_browser.get(f"{inside.path}/card.png").status_code == 404
    assert visitor_browser.get(f"{hidden.path}/card.png").status_code == 404
    assert member_browser.get(f"{inside.path}/card.png").headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("number", ["0", "-1", "99999999999", "x"])
def test_a_card_of_nothing_is_absent(visitor_browser: TestClient, number: str) -> None:
    assert visitor_browser.get(f"/items/{number}/card.png").status_code == 404
