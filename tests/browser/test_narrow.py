"""Small windows: what is long wraps, what is a word stays whole, and what comes next is in reach."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app import sessions
from app.db import Database
from app.people import Role
from tests import factories
from tests.browser import sights
from tests.fixtures.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]

TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
SPACING = "* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important; line-height: 1.5 !important }"
SPACE = "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets.push(sheet); }"
LINES = """element => {
  const words = document.createRange();
  words.selectNodeContents(element);
  return words.getClientRects().length;
}"""


def middle(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["y"] + box["height"] / 2


@pytest.fixture
def page(chromium: Browser, live_server: Server, live_database: Database) -> Page:
    """An owner with a small phone; many want one of their items, and a board has a long name."""
    with live_database.session() as session:
        mira = factories.person(session, "Mira Okafor", role=Role.OWNER)
        for title in ("Dark mode", "Print the map"):
            factories.item(session, mira, title).vote_count = 12_345
        factories.board(session, "ships", name="Donaudampfschifffahrtsgesellschaftskapitänsmützen")
        key = sessions.start(session, mira.key)
    page = sights.of_somebody(chromium, live_server, key, width=320, height=568)
    page.goto(live_server.url)
    return page


def test_a_large_count_stays_in_one_line(page: Page) -> None:
    count = page.locator(".vote-button").first
    expect(count).to_have_text("12,345")
    assert count.evaluate(LINES) == 1


def test_a_long_name_of_a_board_wraps(page: Page, live_server: Server) -> None:
    page.goto(f"{live_server.url}/triage")
    assert not page.evaluate(TOO_WIDE)


def test_the_way_to_the_answer_is_in_sight_once_something_is_chosen(page: Page, live_server: Server) -> None:
    page.goto(f"{live_server.url}/triage")
    onward = page.get_by_role("link", name="Answer those chosen")
    expect(onward).to_be_hidden()
    page.get_by_label("Choose “Dark mode”").check()
    expect(onward).to_be_in_viewport()
    onward.click()
    expect(page.get_by_role("heading", name="Answer those chosen")).to_be_in_viewport()


def test_the_head_of_the_page_takes_two_lines_in_their_order(page: Page) -> None:
    name, person = page.locator(".masthead-name"), page.get_by_role("button", name="Mira Okafor")
    places, search = page.locator(".masthead-nav"), page.locator(".masthead-search")
    assert middle(name) == middle(person) < middle(places) == middle(search)


def test_widely_spaced_letters_do_not_make_the_page_wider(page: Page) -> None:
    page.context.clear_cookies()
    page.reload()
    page.evaluate(SPACE, SPACING)
    assert not page.evaluate(TOO_WIDE)


def test_words_in_a_table_stay_whole(page: Page, live_server: Server) -> None:
    page.goto(f"{live_server.url}/settings/boards")
    assert page.get_by_role("cell", name="Public").first.evaluate(LINES) == 1


def test_boxes_are_of_one_size_however_long_their_words(page: Page, live_server: Server) -> None:
    page.goto(f"{live_server.url}/me/tokens")
    sizes = page.locator("[type=checkbox]").evaluate_all("boxes => boxes.map(box => box.getBoundingClientRect().width)")
    assert set(sizes) == {20}
