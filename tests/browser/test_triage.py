"""Triage with the keys alone, and the form that moves an item as it changes under the maintainer's hands."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from app import sessions
from app.db import Database
from app.items import Item
from app.people import Role
from app.statuses import Status
from tests import factories
from tests.browser import sights
from tests.fixtures.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]

TITLES = ("Dark mode", "Print the map", "A dark theme")


@pytest.fixture
def page(chromium: Browser, live_server: Server, live_database: Database) -> Page:
    """A maintainer at the triage of three new items."""
    with live_database.session() as session:
        mira, ada = (
            factories.person(session, "Mira Okafor", role=Role.MAINTAINER),
            factories.person(session, "Ada Lind"),
        )
        for title in TITLES:
            factories.item(session, ada, title)
        key = sessions.start(session, mira.key)
    page = sights.of_somebody(chromium, live_server, key)
    page.goto(f"{live_server.url}/triage")
    return page


@pytest.fixture
def press(page: Page) -> Callable[[str], None]:
    def press(keys: str) -> None:
        for key in keys.split():
            page.keyboard.press(key)

    return press


def chosen(page: Page) -> list[str]:
    return [box.input_value() for box in page.locator("[name=chosen]:checked").all()]


def test_the_keys_choose_and_answer_several(page: Page, press: Callable[[str], None], live_database: Database) -> None:
    press("j x j j x")
    assert chosen(page) == ["1-new", "3-new"]
    press("k")
    expect(page.get_by_role("link", name="Print the map")).to_be_focused()
    press("m Space")
    page.get_by_label("Explanation").focus()
    page.keyboard.type("jkxm? We see them.")
    assert chosen(page) == ["1-new", "3-new"]
    page.get_by_role("button", name="Move all that are chosen").press("Enter")
    expect(page.locator(".notice")).to_have_text("2 items are “Acknowledged” now.")
    with live_database.session(writes=False) as session:
        stand = [session.get_one(Item, number).status for number in (1, 2, 3)]
    assert stand == [Status.ACKNOWLEDGED, Status.NEW, Status.ACKNOWLEDGED]


def test_words_for_several_outlive_a_lost_page(page: Page, press: Callable[[str], None], live_server: Server) -> None:
    press("j x j j x m Space")
    page.get_by_label("Explanation").fill("We see them.")
    page.goto(f"{live_server.url}/roadmap")
    page.goto(f"{live_server.url}/triage")
    expect(page.get_by_label("Explanation")).to_have_value("We see them.")
    expect(page.locator("[data-chosen-count]")).to_have_text("2 / 3")
    page.get_by_role("button", name="Move all that are chosen").press("Enter")
    expect(page.locator(".notice")).to_have_text("2 items are “Acknowledged” now.")
    page.goto(f"{live_server.url}/triage")
    expect(page.locator("[data-chosen-count]")).to_have_text("")
    expect(page.get_by_label("Explanation")).to_have_value("")


def test_enter_opens_and_a_question_mark_shows_the_keys(page: Page, press: Callable[[str], None]) -> None:
    press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    press("Escape j j Enter")
    page.wait_for_url("**/items/2")


def test_the_keys_can_be_turned_off(page: Page, press: Callable[[str], None]) -> None:
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Keys are on in this browser").uncheck()
    page.reload()
    press("j x")
    assert chosen(page) == []


def test_a_duplicate_is_found_by_its_title_and_a_refused_form_stays_where_it_is(
    page: Page, live_server: Server
) -> None:
    page.goto(f"{live_server.url}/items/3")
    expect(page.get_by_label("Reason")).to_be_hidden()
    page.get_by_role("radio", name="Duplicate").check()
    page.get_by_label("Explanation").fill("Both want it dark.")
    page.get_by_role("button", name="Move it").click()
    expect(page.locator("#move-problem-duplicate_of")).to_be_visible()
    assert page.get_by_label("Explanation").input_value() == "Both want it dark."
    page.get_by_label("Find it by the words of its title").press_sequentially("dark mode")
    page.get_by_role("button", name="Take #1").click()
    expect(page.get_by_label("Number of the item it is the same as")).to_have_value("1")
    page.get_by_role("button", name="Move it").click()
    expect(page.locator(".notice")).to_have_text("#3 is “Duplicate” now.")


def test_the_question_is_asked_for_by_its_name(page: Page, live_server: Server) -> None:
    page.goto(f"{live_server.url}/items/1")
    page.get_by_role("radio", name="Needs information").check()
    expect(page.get_by_label("Question")).to_be_visible()
    expect(page.get_by_label("Why we ask")).to_be_visible()
    expect(page.get_by_label("Target")).to_be_hidden()
