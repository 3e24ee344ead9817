"""Feeds as programs read them: valid, complete, with names that last, and only of what everybody may see."""

import re
import uuid
from collections import Counter
from datetime import datetime
from xml.etree import ElementTree as ET

import feedparser
import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app import comments, db, hiding, site
from app.boards import Access
from app.config import settings
from app.db import Database
from app.imports.batches import Import
from app.items import Item
from app.main import create_app
from app.people import Person
from app.status_changes import append
from app.statuses import Kind, Status
from app.web.memory import Memory
from tests import factories, naughty
from tests.asking import Browser
from tests.looking import counted, words

HOME = "http://localhost:8000"
ATOM = "{http://www.w3.org/2005/Atom}"
EVERY = ("/feed", "/items/1/feed", "/changelog")
NOT_IN_XML = "\x01\x08\x1b\ufffe\uffff"


@pytest.fixture
def item(session: Session, member: Person, maintainer: Person) -> Item:
    """Asked, talked about, planned and shipped."""
    item = factories.item(session, member, "Dark <mode> & night", body="My **eyes** hurt.")
    factories.comment(session, item, member, "Mine too.")
    factories.move(session, item, maintainer, Status.PLANNED, "We *want* it.", target="2030-12")
    factories.move(session, item, maintainer, Status.SHIPPED, "It is there.", shipped_in="4.2")
    return item


def atom(browser: TestClient, path: str) -> ET.Element:
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
    assert feedparser.parse(answer.content)["bozo"] is False
    return ET.fromstring(answer.content)  # noqa: S314 - our own


def json(browser: TestClient, path: str) -> dict[str, object]:
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/feed+json")
    found: dict[str, object] = answer.json()
    return found


def titles(browser: TestClient, path: str) -> list[str | None]:
    return [found.text for found in atom(browser, path).findall(f"{ATOM}entry/{ATOM}title")]


def lacks(element: ET.Element, once: tuple[str, ...]) -> list[str]:
    """What RFC 4287 wants exactly once in this element, and is not; and dates that are none."""
    count = Counter(child.tag.removeprefix(ATOM) for child in element)
    dates = [child.text or "" for child in element if child.tag in {f"{ATOM}updated", f"{ATOM}published"}]
    is_date = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
    return [name for name in once if count[name] != 1] + [date for date in dates if not is_date.fullmatch(date)]


@pytest.mark.parametrize("path", [*EVERY, "/feed?board=general&kind=idea&status=shipped", "/feed?q=nothing+of+this"])
def test_a_feed_has_what_the_standard_wants(visitor_browser: TestClient, item: Item, path: str) -> None:
    name, _mark, query = path.partition("?")
    feed = atom(visitor_browser, f"{name}.atom?{query}".rstrip("?"))
    entries = feed.findall(f"{ATOM}entry")
    ids = [found.findtext(f"{ATOM}id") or "" for found in (feed, *entries)]
    assert lacks(feed, ("id", "title", "updated")) == []
    assert [lacks(entry, ("id", "title", "updated", "author", "link", "content")) for entry in entries] == [[]] * len(
        entries
    )
    assert len(set(ids)) == len(ids)
    assert [uuid.UUID(each).version for each in ids] == [5] * len(ids)
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert sorted(links) == ["alternate", "self"]
    assert visitor_browser.get((links["alternate"] or "").removeprefix(HOME)).status_code == 200
    assert visitor_browser.get((links["self"] or "").removeprefix(HOME)).status_code == 200


def test_an_item_in_json_feed(session: Session, visitor_browser: TestClient, item: Item) -> None:
    assert item.answered_at is not None
    assert json(visitor_browser, "/feed.json") == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "New items · Our board",
        "home_page_url": f"{HOME}/?sort=new",
        "feed_url": f"{HOME}/feed.json?sort=new",
        "language": "en",
        "items": [
            {
                "id": site.the(session).feed_id("/items/1"),
                "url": f"{HOME}/items/1",
                "title": "Dark <mode> & night",
                "content_html": (
                    '<div dir="auto"><p>My <strong>eyes</strong> hurt.</p>\n\n<hr>\n'
                    "<p><b>Mira Okafor, CTO, shipped “Dark &lt;mode&gt; &amp; night”</b></p>\n"
                    "<blockquote>\n<p>It is there.</p>\n</blockquote>\n<p>Version: 4.2</p>\n</div>"
                ),
                "date_published": item.posted_at.isoformat(),
                "date_modified": item.answered_at.isoformat(),
                "authors": [{"name": "Ada Lind"}],
                "tags": ["General", "Idea", "Shipped"],
            }
        ],
    }


def test_what_people_wrote_is_not_drawn_again_for_each_reader(
    session: Session, visitor_browser: TestClient, member: Person, item: Item
) -> None:
    comment = comments.post(session, item, member, "As *written*")
    comment.html = "<p>As drawn when it was written</p>"
    session.flush()
    (newest, *_rest) = json(visitor_browser, f"{item.path}/feed.json")["items"]
    assert "<blockquote>\n<p>As drawn when it was written</p></blockquote>" in newest["content_html"]


def test_both_forms_say_the_same(visitor_browser: TestClient, item: Item) -> None:
    for path in EVERY:
        entries = atom(visitor_browser, f"{path}.atom").findall(f"{ATOM}entry")
        told = [
            {
                "id": entry.findtext(f"{ATOM}id"),
                "url": entry.find(f"{ATOM}link").get("href"),  # type: ignore[union-attr]
                "title": entry.findtext(f"{ATOM}title"),
                "content_html": entry.findtext(f"{ATOM}content"),
                "date_published": entry.findtext(f"{ATOM}published"),
                "date_modified": entry.findtext(f"{ATOM}updated"),
                "authors": [{"name": entry.findtext(f"{ATOM}author/{ATOM}name")}],
                "tags": [label.get("term") for label in entry.findall(f"{ATOM}category")],
            }
            for entry in entries
        ]
        assert json(visitor_browser, f"{path}.json")["items"] == told


def test_the_feed_of_an_item_tells_its_story_the_latest_first(
    session: Session, visitor_browser: TestClient, maintainer: Person, item: Item
) -> None:
    twin = factories.item(session, maintainer, "Night mode")
    factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of="1")
    title = "“Dark <mode> & night”"
    assert titles(visitor_browser, "/items/1/feed.atom") == [
        f"Mira Okafor, CTO, merged “Night mode” into {title}",
        f"Mira Okafor, CTO, shipped {title}",
        f"Mira Okafor, CTO, planned {title}",
        f"Ada Lind commented on {title}",
        f"Ada Lind posted {title}",
    ]


def test_the_changelog_tells_what_shipped_with_the_words(
    session: Session, visitor_browser: TestClient, member: Person, maintainer: Person, item: Item
) -> None:
    factories.item(session, member, "Not yet")
    again = factories.item(session, member, "Back again", kind=Kind.DEFECT)
    factories.move(session, again, maintainer, Status.SHIPPED)
    factories.move(session, again, maintainer, Status.ACKNOWLEDGED)
    assert titles(visitor_browser, "/changelog.atom") == ["Dark <mode> & night (4.2)"]
    page = visitor_browser.get("/changelog")
    assert words(page, '<div class="release-body">', "</article>") == (
        "Dark <mode> & night Shipped · Mira Okafor , CTO · 1 vote It is there."
    )


def test_a_view_is_followed_by_the_parameters_of_the_board(
    session: Session, visitor_browser: TestClient, member: Person, maintainer: Person, item: Item
) -> None:
    factories.item(session, member, "Sound", kind=Kind.DEFECT)
    assert titles(visitor_browser, "/feed.atom") == ["Sound", "Dark <mode> & night"]
    assert titles(visitor_browser, "/feed.atom?sort=answered") == ["Dark <mode> & night"]
    assert titles(visitor_browser, "/feed.atom?kind=defect") == ["Sound"]
    assert titles(visitor_browser, "/feed.atom?q=dark") == ["Dark <mode> & night"]
    assert visitor_browser.get("/feed.atom?board=nowhere").status_code == 404
    assert visitor_browser.get("/feed.rss").status_code == 404
    shown = visitor_browser.get("/?kind=defect").text
    for stream in ("new", "answered"):
        assert f'href="/feed.atom?sort={stream}&amp;kind=defect" type="application/atom+xml"' in shown


def test_what_happened_updates_an_entry_and_keeps_its_name(
    session: Session, visitor_browser: TestClient, maintainer: Person, item: Item
) -> None:
    before = json(visitor_browser, "/feed.json")["items"][0]  # type: ignore[index]
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED, "It broke again.")
    after = json(visitor_browser, "/feed.json")["items"][0]  # type: ignore[index]
    assert after["id"] == before["id"]
    assert datetime.fromisoformat(after["date_modified"]) > datetime.fromisoformat(before["date_modified"])
    assert "It broke again." in after["content_html"]


def test_names_last_when_the_board_moves(
    monkeypatch: pytest.MonkeyPatch, visitor_browser: TestClient, item: Item
) -> None:
    before = json(visitor_browser, "/items/1/feed.json")
    monkeypatch.setenv("DAYLIGHT_BASE_URL", "https://elsewhere.example")
    settings.cache_clear()
    try:
        after = json(visitor_browser, "/items/1/feed.json")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert [entry["id"] for entry in after["items"]] == [entry["id"] for entry in before["items"]]  # type: ignore[attr-defined]
    assert {entry["url"].partition("/items")[0] for entry in after["items"]} == {"https://elsewhere.example"}  # type: ignore[attr-defined]


def test_a_reader_pages_through_everything(
    session: Session, visitor_browser: TestClient, member: Person, maintainer: Person
) -> None:
    made = [factories.item(session, member, f"Request {number}") for number in range(1, 46)]
    for each in made:
        factories.comment(session, made[0], member, f"Comment {each.number}")
        factories.move(session, each, maintainer, Status.SHIPPED)
    for path, count in (("/feed", 45), ("/changelog", 45), ("/items/1/feed", 47)):
        pages, address = [], f"{path}.atom"
        while address:
            feed = atom(visitor_browser, address)
            pages.append([found.text for found in feed.findall(f"{ATOM}entry/{ATOM}id")])
            later = feed.find(f"{ATOM}link[@rel='next']")
            address = (later.get("href") or "").removeprefix(HOME) if later is not None else ""
        assert [len(page) for page in pages] == [20, 20, count - 40]
        assert len({each for page in pages for each in page}) == count
    assert json(visitor_browser, "/feed.json")["next_url"] == (
        f"{HOME}/feed.json?sort=new&after=26_{made[25].posted_at.isoformat().replace(':', '%3A').replace('+', '%2B')}"
    )


@pytest.mark.parametrize(
    "path", ["/feed.atom?", "/feed.json?", "/changelog.json?", "/items/1/feed.atom?", "/feed.json?q=w&"]
)
def test_a_page_that_never_was_is_refused_by_name(visitor_browser: TestClient, item: Item, path: str) -> None:
    """A reader that follows the addresses of pages would otherwise begin again, and never end."""
    for after in ("x", "0", "1_x", "999999999999", "١", "%00", "/items/1%23posted", "-1"):
        answer = visitor_browser.get(f"{path}after={after}")
        assert answer.status_code == 422, after
        assert "after: no page of this list ended there. Begin again without it." in answer.text


def test_only_what_a_visitor_sees_is_told_to_anybody(
    session: Session, owner_browser: TestClient, member: Person, maintainer: Person, item: Item
) -> None:
    board = factories.board(session, "inside")
    inside = factories.item(session, member, "Inside job", board="inside")
    hidden = factories.item(session, member, "Hidden thing")
    twin = factories.item(session, member, "Twin")
    factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(inside.number))
    factories.move(session, inside, maintainer, Status.SHIPPED)
    board.access = Access.MEMBERS
    hiding.hide(session, hidden, maintainer, "It names a customer.")
    for path in ("/feed.json", "/changelog.json", "/feed.json?status=duplicate", f"{twin.path}/feed.json"):
        told = owner_browser.get(path).text
        assert [word for word in ("Inside job", "Hidden thing", f"items/{inside.number}") if word in told] == []
    assert owner_browser.get("/feed.json?board=inside").status_code == 404


def test_a_hidden_comment_is_told_by_its_reason_alone(
    session: Session, visitor_browser: TestClient, other_member: Person, maintainer: Person, item: Item
) -> None:
    comment = factories.comment(session, item, other_member, "Buy my pills")
    feeds_before = titles(visitor_browser, "/items/1/feed.atom")
    factories.comments.hide(session, comment, maintainer, "An advertisement.")
    told = json(visitor_browser, "/items/1/feed.json")["items"][0]  # type: ignore[index]
    assert len(titles(visitor_browser, "/items/1/feed.atom")) == len(feeds_before)
    assert (told["title"], told["content_html"]) == (
        "A comment was hidden",
        '<div dir="auto"><p>An advertisement.</p></div>',
    )


def test_what_xml_cannot_hold_is_left_out(session: Session, visitor_browser: TestClient, member: Person) -> None:
    factories.item(session, member, f"a{NOT_IN_XML}b ]]> 😀", body=f"c{NOT_IN_XML}d")
    assert titles(visitor_browser, "/feed.atom") == ["ab ]]> 😀"]


def test_hostile_strings_break_no_feed(
    session: Session, visitor_browser: TestClient, member: Person, maintainer: Person
) -> None:
    for text in naughty.together((string.replace("\0", "") for string in naughty.strings()), 5000):
        each = factories.item(session, member, f"x{text[:150]}", body=text)
        factories.move(session, each, maintainer, Status.SHIPPED, f"x{text}", shipped_in=f"4{text[:40]}")
    for path in EVERY:
        for entry in atom(visitor_browser, f"{path}.atom").findall(f"{ATOM}entry"):
            assert naughty.frame(entry.findtext(f"{ATOM}content") or "")[1] == []


def test_a_feed_costs_the_same_however_much_is_in_it(
    session: Session, visitor_browser: TestClient, member: Person, maintainer: Person, item: Item
) -> None:
    def costs() -> list[int]:
        found = []
        for path in EVERY:
            with counted(session) as statements:
                visitor_browser.get(f"{path}.atom")
            found.append(len(statements))
        return found

    before = costs()
    for number in range(12):
        each = factories.item(session, member, f"Request {number}")
        factories.comment(session, item, maintainer, f"Answer {number}", official=True)
        factories.move(session, each, maintainer, Status.SHIPPED)
    assert costs() == before


def test_a_reader_who_has_the_latest_is_told_so_in_few_bytes(own_database: Database) -> None:
    with own_database.session() as session:
        factories.item(session, factories.person(session))
    reader = Browser(Memory(create_app(own_database), own_database), base_url="http://localhost")
    for path in EVERY:
        etag = reader.get(f"{path}.atom").headers["etag"]
        again = reader.get(f"{path}.atom", headers={"if-none-match": etag})
        assert (again.status_code, again.content) == (304, b"")
    with own_database.session() as session:
        factories.item(session, factories.person(session))
    assert reader.get("/feed.atom", headers={"if-none-match": etag}).status_code == 200


def test_what_came_closed_is_told_as_the_import(session: Session, visitor_browser: TestClient, member: Person) -> None:
    batch = Import(source="csv")
    session.add(batch)
    session.flush()
    came = factories.item(session, member, "From the old board")
    came.import_id = batch.id
    append.append(session, came, Status.SHIPPED, db.now(), is_automatic=True, explanation="Done in 2019.")
    told = json(visitor_browser, "/items/1/feed.json")["items"][0]  # type: ignore[index]
    assert told["title"] == "“From the old board” came with the import"
    assert titles(visitor_browser, "/changelog.atom") == ["From the old board"]
