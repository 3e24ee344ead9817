"""The widget in its five forms, and the pages with the code for them."""

import base64
import gzip
import hashlib
import json
from xml.etree import ElementTree as ET

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app import hiding, site
from app.db import Database
from app.items import Item
from app.main import create_app
from app.people import Person
from app.statuses import Status
from app.web import kit
from app.web.memory import Memory
from tests import factories
from tests.asking import Browser
from tests.fixtures.database import ONLY_SQLITE
from tests.looking import words

FORMS = ["/embed/items/1", "/embed/items/1.svg", "/embed/items/1.svg?form=card", "/embed/items/1/badge.json"]
BOARD = ["/embed/board?sections=planned", "/embed/board.svg?sections=planned"]
HOSTILE = "<script>alert(1)</script> \"&]]>'\u202e\x01"
WIRE_MOST = 4096


@pytest.fixture
def planned(session: Session, member: Person, maintainer: Person) -> Item:
    item = factories.item(session, member, "Dark mode")
    factories.move(session, item, maintainer, Status.PLANNED, "In spring.", target="2027-Q1")
    return item


def texts(svg: str) -> list[str]:
    """What a picture says, by its title, description and letters."""
    parts = ET.fromstring(svg).iter()  # noqa: S314 - our own
    return ["".join(part.itertext()) for part in parts if part.tag.endswith(("title", "desc", "text"))]


def test_every_form_says_the_same(visitor_browser: TestClient, planned: Item) -> None:
    page = visitor_browser.get("/embed/items/1")
    assert words(page) == (
        "Dark mode · Our board Dark mode Planned promised for Q1 2027 Mira Okafor , CTO , just now In spring. "
        "Vote “Dark mode” 1 vote"
    )
    assert texts(visitor_browser.get("/embed/items/1.svg").text) == [
        "#1 Dark mode: Planned · 1 vote", "#1", "Planned · 1 vote",
    ]  # fmt: skip
    assert texts(visitor_browser.get("/embed/items/1.svg?form=card").text) == [
        "#1 Dark mode: Planned · promised for Q1 2027", "Mira Okafor, CTO, just now: In spring.",
        "Planned · promised for Q1 2027", "1 vote", "Dark mode", "Mira Okafor, CTO, just now", "In spring.",
    ]  # fmt: skip
    assert visitor_browser.get("/embed/items/1/badge.json").json() == {
        "schemaVersion": 1, "label": "#1", "message": "Planned · 1 vote", "color": "b1440b", "cacheSeconds": 300,
    }  # fmt: skip


def test_the_board_says_the_same_as_page_and_as_picture(visitor_browser: TestClient, planned: Item) -> None:
    page = visitor_browser.get("/embed/board?sections=planned,shipped")
    assert words(page) == (
        "Our board Planned Dark mode promised for Q1 2027 Mira Okafor , CTO , just now In spring. Vote “Dark mode” "
        "1 vote Shipped Nothing here at the moment. See the board"
    )
    assert texts(visitor_browser.get("/embed/board.svg?sections=planned,shipped").text) == [
        "Our board", "Planned: Dark mode. Shipped: Nothing here at the moment.", "Planned", "Dark mode", "1 vote",
        "Shipped",
    ]  # fmt: skip


def test_what_is_not_public_says_so_in_every_form(
    session: Session, visitor_browser: TestClient, planned: Item, maintainer: Person
) -> None:
    hiding.hide(session, planned, maintainer, "Advertising.")
    page, badge, card, shields = (visitor_browser.get(path) for path in FORMS)
    assert {answer.status_code for answer in (page, badge, card, shields)} == {404}
    assert {answer.headers["cache-control"] for answer in (page, badge, card, shields)} == {"private, no-store"}
    assert words(page) == "Item · Our board This item is not public. See the board"
    assert texts(badge.text) == texts(card.text) == ["Item: not public", "Item", "not public"]
    assert (shields.json()["message"], shields.json()["isError"]) == ("not public", True)


@pytest.mark.parametrize("path", [*FORMS, *BOARD])
def test_what_people_write_breaks_no_form(
    session: Session, visitor_browser: TestClient, member: Person, maintainer: Person, path: str
) -> None:
    maintainer.name = maintainer.title = HOSTILE[:80]
    item = factories.item(session, member, HOSTILE)
    factories.move(session, item, maintainer, Status.PLANNED, HOSTILE)
    answer = visitor_browser.get(path)
    assert "<script>alert" not in answer.text
    if ".svg" in path:
        assert HOSTILE.replace("\x01", " ") in " ".join(texts(answer.text))
    elif path.endswith(".json"):
        assert json.loads(answer.text)["label"] == "#1"


@pytest.mark.parametrize("path", [*FORMS, *BOARD])
def test_it_is_the_same_for_everybody_and_sets_no_cookie(
    visitor_browser: TestClient, owner_browser: TestClient, planned: Item, path: str
) -> None:
    answers = [browser.get(path) for browser in (visitor_browser, owner_browser)]
    assert answers[0].text == answers[1].text
    assert [name for answer in answers for name in answer.headers if name == "set-cookie"] == []
    assert {answer.headers["access-control-allow-origin"] for answer in answers} == {"*"}
    assert {answer.headers["cross-origin-resource-policy"] for answer in answers} == {"cross-origin"}


def test_only_the_widget_may_be_framed_by_whom_the_owner_lists(
    session: Session, visitor_browser: TestClient, owner_browser: TestClient, planned: Item
) -> None:
    sent = {"framers": "https://www.example.org/\nhttps://*.example.net"}
    assert owner_browser.post("/settings/embeds", data=sent).status_code == 303
    ancestors = {
        path: visitor_browser.get(path).headers["content-security-policy"].partition("frame-ancestors ")[2]
        for path in ("/embed/items/1", "/embed/items/99", "/embed/board", "/items/1", "/", "/items/1/embed")
    }
    listed = "'self' https://www.example.org https://*.example.net"
    assert ancestors == {
        "/embed/items/1": listed, "/embed/items/99": listed, "/embed/board": listed, "/items/1": "'none'",
        "/": "'none'", "/items/1/embed": "'none'; frame-src 'self'",
    }  # fmt: skip
    owner_browser.post("/settings/embeds", data=sent | {"by_all": "yes"})
    assert visitor_browser.get("/embed/board").headers["content-security-policy"].endswith("frame-ancestors *")


@ONLY_SQLITE
def test_the_script_is_small_and_keeps_its_address(visitor_browser: TestClient) -> None:
    newest = visitor_browser.get("/embed/daylight.js")
    digest = hashlib.sha384(newest.content)
    named = visitor_browser.get(f"/embed/daylight-{digest.hexdigest()[:12]}.js")
    assert named.content == newest.content
    assert (named.headers["cache-control"], newest.headers["cache-control"]) == (
        "public, max-age=31536000, immutable", "public, max-age=3600",
    )  # fmt: skip
    sheet = visitor_browser.get("/embed/daylight.css").content
    assert len(gzip.compress(newest.content)) + len(gzip.compress(sheet)) < WIRE_MOST
    assert visitor_browser.get("/embed/daylight-000000000000.js").status_code == 404


@ONLY_SQLITE
def test_the_code_to_copy_is_whole(visitor_browser: TestClient, planned: Item) -> None:
    page = visitor_browser.get("/items/1/embed")
    script = visitor_browser.get("/embed/daylight.js").content
    digest = hashlib.sha384(script)
    base = "http://localhost:8000"
    element = (
        f'<script type="module" src="{base}/embed/daylight-{digest.hexdigest()[:12]}.js" '
        f'integrity="sha384-{base64.b64encode(digest.digest()).decode()}" crossorigin="anonymous"></script> '
        f'<daylight-item number="1"><a href="{base}/items/1">Dark mode</a></daylight-item>'
    )
    frame = (
        f'<iframe src="{base}/embed/items/1" title="Dark mode" width="480" height="200" loading="lazy" '
        f'frameborder="0"></iframe> <script src="{base}/embed/frame.js" async></script>'
    )
    badge = f"[![Item #1]({base}/embed/items/1.svg)]({base}/items/1)"
    copied = {"element": element, "frame": frame, "badge": badge, "link": f"{base}/items/1"}
    fields = {name: words(page, f'<textarea id="code-{name}"', "</textarea>") for name in copied}
    assert fields == copied


@ONLY_SQLITE
def test_an_item_leads_to_its_code_where_it_is_public(
    session: Session, member_browser: TestClient, planned: Item, maintainer: Person
) -> None:
    assert 'href="/items/1/embed"' in member_browser.get("/items/1").text
    hiding.hide(session, planned, maintainer, "Advertising.")
    assert 'href="/items/1/embed"' not in member_browser.get("/items/1").text
    assert member_browser.get("/items/1/embed").status_code == 404


# oEmbed

OWN = "http://localhost:8000"


@pytest.mark.parametrize("path", ["/items/1", "/roadmap", "/", "/?kind=idea&status=planned"])
def test_a_page_leads_to_what_stands_in_place_of_a_link_to_it(
    visitor_browser: TestClient, planned: Item, path: str
) -> None:
    page = visitor_browser.get(path).text
    address = page.partition('type="application/json+oembed" href="http://localhost:8000')[2].partition('"')[0]
    told = visitor_browser.get(address).json()
    frame = {
        "/items/1": "/embed/items/1", "/?kind=idea&status=planned": "/embed/board?sections=planned&amp;kind=idea",
    }.get(path, "/embed/board")  # fmt: skip
    assert (told["version"], told["type"], told["width"]) == ("1.0", "rich", 480)
    assert told["html"].partition(" title")[0] == f'<iframe src="{OWN}{frame}"'


def test_it_is_as_large_as_asked_for_and_no_larger(visitor_browser: TestClient, planned: Item) -> None:
    def size(asked: str) -> tuple[int, int]:
        told = visitor_browser.get(f"/oembed?url={OWN}/items/1{asked}").json()
        assert f'width="{told["width"]}" height="{told["height"]}"' in told["html"]
        return told["width"], told["height"]

    sizes = [size(asked) for asked in ("", "&maxwidth=300&maxheight=120", "&maxwidth=9000", "&maxwidth=-1&maxheight=x")]
    assert sizes == [(480, 200), (300, 120), (480, 200), (480, 200)]


@pytest.mark.parametrize("url", [
    "", "x", "https://evil.example/items/1", f"{OWN}.evil.example/items/1", f"{OWN}/items/99", f"{OWN}/items/1/edit",
    f"{OWN}/me", "http://[", f"{OWN}/items/9999999999", f"{OWN}/items/٣",
])  # fmt: skip
def test_of_other_addresses_nothing_is_told(visitor_browser: TestClient, planned: Item, url: str) -> None:
    assert visitor_browser.get("/oembed", params={"url": url}).status_code == 404


def test_another_format_is_not_spoken(visitor_browser: TestClient, planned: Item) -> None:
    assert visitor_browser.get(f"/oembed?url={OWN}/items/1&format=xml").status_code == 501


def test_a_widget_is_remembered_whatever_cookie_comes_with_it(own_database: Database) -> None:
    memory = Memory(create_app(own_database), own_database)
    with own_database.session() as session:
        factories.item(session, factories.person(session))
    reader = Browser(memory, base_url="http://localhost")
    first = reader.get("/embed/items/1")
    reader.cookies.set(kit.session_cookie(), "somebody")
    again = reader.get("/embed/items/1", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, len(memory.answers)) == (304, 1)


@ONLY_SQLITE
def test_the_sheet_has_the_accent_of_the_owner(session: Session, visitor_browser: TestClient) -> None:
    site.the(session).accent = "#ff0000"
    assert ":root, :host { --accent: light-dark(#cc0000, #ff2e2e)" in visitor_browser.get("/embed/daylight.css").text
