"""The stream of one item: what it says at the beginning, to whom, and how many there may be."""

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app import hiding, live
from app.items import Item
from app.people import Person
from app.statuses import Status
from app.web.streams import MOST_OF_A_NETWORK, MOST_OF_A_PERSON, Streams
from tests import factories


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Dark mode")


def said(browser: TestClient, after: object = 0, **headers: str) -> list[str]:
    """The parts of what a stream says, but for when to come again."""
    answer = browser.get(f"/items/1/live?after={after}", headers=headers)
    assert answer.status_code == 200
    first, *rest = answer.text.removesuffix("\n\n").split("\n\n")
    assert first.startswith("retry: ")
    return rest


def test_a_page_knows_what_its_story_tells_and_asks_for_what_came_later(
    session: Session, visitor_browser: TestClient, item: Item, other_member: Person
) -> None:
    newest = live.newest(session, item)
    assert f'<ol class="story" id="story" data-newest="{newest}">' in visitor_browser.get("/items/1").text
    assert said(visitor_browser, newest) == [":"]
    factories.comment(session, item, other_member)
    assert said(visitor_browser, newest) == [
        f"id: {live.newest(session, item)}\ndata: Ben Osei commented on “Dark mode”"
    ]


def test_it_is_kept_by_nobody_and_held_up_by_nobody(visitor_browser: TestClient, item: Item) -> None:
    headers = visitor_browser.get("/items/1/live", headers={"Accept-Encoding": "gzip"}).headers
    told = {name: headers.get(name) for name in ("cache-control", "x-accel-buffering", "content-encoding", "etag")}
    assert told == {"cache-control": "no-store", "x-accel-buffering": "no", "content-encoding": None, "etag": None}
    assert headers["content-type"] == "text/event-stream; charset=utf-8"


def test_who_comes_again_hears_only_of_more(
    session: Session, visitor_browser: TestClient, item: Item, other_member: Person
) -> None:
    before = live.newest(session, item)
    factories.comment(session, item, other_member)
    last = live.newest(session, item)
    assert said(visitor_browser, before, **{"Last-Event-ID": str(last)}) == [":"]
    factories.comment(session, item, other_member, "One more.")
    assert said(visitor_browser, before, **{"Last-Event-ID": str(last)}) == [
        f"id: {live.newest(session, item)}\ndata: 2 new comments"
    ]


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 40, "1e3"])
def test_what_is_no_number_is_the_beginning(
    session: Session, visitor_browser: TestClient, item: Item, other_member: Person, after: str
) -> None:
    factories.comment(session, item, other_member)
    assert said(visitor_browser, after, **{"Last-Event-ID": after}) == [
        f"id: {live.newest(session, item)}\ndata: Ben Osei commented on “Dark mode”"
    ]


def test_nobody_is_told_of_their_own_act(
    session: Session, other_browser: TestClient, member_browser: TestClient, item: Item, other_member: Person
) -> None:
    factories.comment(session, item, other_member)
    assert said(other_browser) == [":"]
    assert said(member_browser) != [":"]


def test_a_hidden_item_has_news_for_those_who_see_it(
    session: Session, visitor_browser: TestClient, member_browser: TestClient, maintainer: Person, item: Item
) -> None:
    factories.move(session, item, maintainer, Status.PLANNED)
    hiding.hide(session, item, maintainer, "It was spam.")
    assert visitor_browser.get("/items/1/live").status_code == 404
    assert said(member_browser) != [":"]


@pytest.mark.parametrize(
    ("status", "person", "network", "others"),
    [
        (None, "", "here", []),
        (None, "ada", "here", [("ada", "home")] * (MOST_OF_A_PERSON - 1)),
        (429, "ada", "here", [("ada", "home")] * MOST_OF_A_PERSON),
        (None, "", "here", [("", "home")] * MOST_OF_A_NETWORK),
        (429, "", "here", [("", "here")] * MOST_OF_A_NETWORK),
        (503, "", "here", [("", f"network {number}") for number in range(300)]),
    ],
)
def test_there_is_an_end_to_how_many_there_may_be(
    status: int | None, person: str, network: str, others: list[tuple[str, str]]
) -> None:
    streams = Streams()
    streams.most = 300
    opened = [streams.opened(*whose) for whose in others]
    for one in opened:
        one.__enter__()
    refusal = streams.refusal(person, network)
    assert (refusal and refusal.status_code) == status
    if refusal:
        assert refusal.headers["retry-after"] == "60"
    for one in opened:
        one.__exit__(None, None, None)
    assert (streams.refusal(person, network), len(streams.open), streams.of) == (None, 0, {})


def test_whoever_asks_for_its_head_only_is_not_held(visitor_browser: TestClient, item: Item) -> None:
    answer = visitor_browser.head("/items/1/live")
    assert (answer.status_code, answer.content) == (200, b"")
