"""A page that is open learns of what is new, and waits until it is asked to show it."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session

from app import sessions
from app.db import Database
from app.items import Item
from app.people import Person, Role
from app.statuses import Status
from tests import factories
from tests.browser import sights
from tests.fixtures.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]

Happens = Callable[[Callable[[Session, Item, Person, Person], object]], None]
PLACE = "[scrollY, document.activeElement.id, document.activeElement.value]"

HIDE = """value => {
  Object.defineProperty(document, "hidden", { value, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def happens(live_database: Database) -> Happens:
    """Somebody else does something to the item: Ben, who comments, or Mira, who answers."""

    def happens(act: Callable[[Session, Item, Person, Person], object]) -> None:
        with live_database.session() as session:
            act(session, session.get_one(Item, 1), session.get_one(Person, 2), session.get_one(Person, 3))

    return happens


@pytest.fixture
def page(chromium: Browser, live_server: Server, live_database: Database) -> Iterator[Page]:
    """Ada at her item, which has a long story."""
    with live_database.session() as session:
        ada, ben = factories.person(session, "Ada Lind"), factories.person(session, "Ben Osei")
        factories.person(session, "Mira Okafor", role=Role.MAINTAINER, title="CTO")
        item = factories.item(session, ada, "Dark mode")
        for count in range(12):
            factories.comment(session, item, ben, f"Reason {count}")
        key = sessions.start(session, ada.key)
    page = sights.of_somebody(chromium, live_server, key, height=700)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/items/1")
    yield page
    page.context.close()
    assert troubles == []


def test_news_are_told_without_moving_focus_or_place(page: Page, happens: Happens) -> None:
    page.get_by_label("Add a comment").press_sequentially("As I was say")
    before, entries = page.evaluate(PLACE), page.locator("#story > li")
    happens(lambda session, item, ben, _mira: factories.comment(session, item, ben, "And one more."))
    expect(page.get_by_text("Ben Osei commented on “Dark mode”")).to_be_visible()
    happens(lambda session, item, _ben, mira: factories.move(session, item, mira, Status.PLANNED))
    expect(page.get_by_text("1 new answer · 1 new comment")).to_be_visible()
    assert page.evaluate(PLACE) == before
    expect(entries).to_have_count(13)


def test_what_is_new_is_shown_when_asked_for(page: Page, happens: Happens) -> None:
    page.get_by_label("Add a comment").fill("As I was saying")
    happens(lambda session, item, _ben, mira: factories.move(session, item, mira, Status.PLANNED))
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#story > li")).to_have_count(14)
    expect(page.locator("#story > li").last).to_be_focused()
    expect(page.locator("#standing")).to_contain_text(re.compile("Planned.*Mira Okafor", re.DOTALL))
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    expect(page.get_by_label("Add a comment")).to_have_value("As I was saying")
    happens(lambda session, item, ben, _mira: factories.comment(session, item, ben, "Thank you."))
    expect(page.get_by_text("Ben Osei commented on “Dark mode”")).to_be_visible()


def test_ones_own_comment_is_no_news(page: Page, happens: Happens) -> None:
    happens(lambda session, item, ben, _mira: factories.comment(session, item, ben, "And one more."))
    expect(page.get_by_role("button", name="Show")).to_be_visible()
    page.get_by_label("Add a comment").fill("As I was saying")
    page.get_by_role("button", name="Post the comment").click()
    expect(page.locator("#story > li")).to_have_count(15)
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    happens(lambda session, item, _ben, mira: factories.comment(session, item, mira, "So it is.", official=True))
    expect(page.locator("#news")).to_contain_text("Mira Okafor, CTO, answered “Dark mode”")


def test_a_page_that_nobody_sees_has_no_stream_and_misses_nothing(page: Page, happens: Happens) -> None:
    page.evaluate(HIDE, True)
    happens(lambda session, item, ben, _mira: factories.comment(session, item, ben, "And one more."))
    page.evaluate(HIDE, False)
    expect(page.locator("#news")).to_contain_text("Ben Osei commented on “Dark mode”")


def test_news_are_in_sight_of_whoever_reads_the_item_above_a_long_story(page: Page, happens: Happens) -> None:
    page.set_viewport_size({"width": 390, "height": 400})
    expect(page.locator("#story")).not_to_be_in_viewport()
    happens(lambda session, item, ben, _mira: factories.comment(session, item, ben, "And one more."))
    expect(page.get_by_role("button", name="Show")).to_be_in_viewport()


def test_without_script_there_is_nothing(chromium: Browser, page: Page, live_server: Server) -> None:
    plain = chromium.new_context(java_script_enabled=False).new_page()
    plain.goto(page.url)
    expect(plain.locator("#story > li")).to_have_count(13)
    expect(plain.get_by_role("button", name="Show")).to_be_hidden()
    expect(plain.locator("#news")).to_have_text(re.compile(r"^\s*Show\s*$"))
