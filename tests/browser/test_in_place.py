"""What htmx does in place: where an answer takes the place of a control, and where it must not."""

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from app import listing, sessions
from app.boards import Access, Board
from app.db import Database
from app.people import Person, Role
from tests import factories
from tests.browser import sights
from tests.fixtures.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]

BAD_GATEWAY = "<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>"
LOST = "Daylight could not be reached. Nothing was changed; please try again."


@pytest.fixture
def page(chromium: Browser, live_server: Server, live_database: Database) -> Page:
    """A maintainer at a new item of somebody else."""
    with live_database.session() as session:
        mira = factories.person(session, "Mira Okafor", role=Role.MAINTAINER)
        factories.item(session, factories.person(session, "Ada Lind"), "Dark mode")
        key = sessions.start(session, mira.key)
    page = sights.of_somebody(chromium, live_server, key, width=390)
    page.goto(f"{live_server.url}/items/1")
    return page


@pytest.mark.parametrize("trouble", ["the page of a proxy", "no answer"])
def test_what_goes_nowhere_changes_nothing_and_everybody_is_told(page: Page, trouble: str) -> None:
    vote, told = page.locator("#vote-1"), page.get_by_text(LOST)
    expect(told).to_have_count(0)
    page.route(
        "**/vote",
        lambda route: route.abort() if trouble == "no answer" else route.fulfill(status=502, body=BAD_GATEWAY),
    )
    vote.press("Enter")
    expect(told).to_be_in_viewport()
    assert told.evaluate("element => element.getBoundingClientRect().height") > 24
    expect(vote).to_be_focused()
    expect(vote).to_have_attribute("aria-pressed", "false")

    page.unroute("**/vote")
    vote.press("Enter")
    expect(vote).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#live")).to_have_class("visually-hidden")


def test_a_form_that_is_sent_twice_goes_once_and_keeps_the_focus(page: Page) -> None:
    sent: list[Route] = []

    def hold(route: Route) -> None:
        sent.append(route)

    page.route("**/status-changes", hold)
    page.get_by_role("radio", name="Duplicate").check()
    page.get_by_label("Explanation").fill("Both want it dark.")
    with page.expect_request("**/status-changes"):
        page.locator("#move-send").press("Enter")
    page.locator("#move-send").press("Enter")
    sent[0].continue_()
    expect(page.locator("#move-problem-duplicate_of")).to_be_visible()
    expect(page.locator("#move-send")).to_be_focused()
    page.locator("#vote-1").press("Enter")
    expect(page.locator("#vote-1")).to_have_attribute("aria-pressed", "true")
    assert len(sent) == 1


def test_whoever_comes_back_to_a_form_finds_all_that_was_typed(page: Page, live_server: Server) -> None:
    page.goto(f"{live_server.url}/items/new")
    typed = {"Title": "Print the map", "What do you want to do": "For walks."}
    for label, words in typed.items():
        page.get_by_label(label).fill(words)
    page.get_by_role("link", name="Roadmap").click()
    page.wait_for_url("**/roadmap")
    page.go_back()
    for label, words in typed.items():
        expect(page.get_by_label(label)).to_have_value(words)
    page.reload()
    for label, words in typed.items():
        expect(page.get_by_label(label)).to_have_value(words)


def test_what_a_maintainer_types_stays_until_it_is_said(page: Page, live_server: Server) -> None:
    page.get_by_role("radio", name="Won’t do").check()
    typed = {"Explanation": "The map is drawn elsewhere.", "Workaround": "Print the page."}
    for label, words in typed.items():
        page.get_by_label(label).fill(words)
    page.get_by_label("Reason").select_option("out_of_scope")
    for _visit in range(2):
        page.goto(f"{live_server.url}/roadmap")
        page.goto(f"{live_server.url}/items/1")
        for label, words in typed.items():
            expect(page.get_by_label(label)).to_have_value(words)
    expect(page.get_by_label("Reason")).to_have_value("out_of_scope")
    page.locator("#move-send").press("Enter")
    expect(page.locator(".notice")).to_have_text("#1 is “Won’t do” now.")
    expect(page.get_by_label("Explanation")).to_have_value("")
    page.goto(f"{live_server.url}/items/1")
    expect(page.locator("#comment-send")).to_be_visible()
    expect(page.get_by_label("Explanation")).to_have_value("")


@pytest.mark.parametrize("javascript", [True, False])
def test_whoever_comes_back_to_a_long_list_finds_their_place(
    chromium: Browser, live_server: Server, live_database: Database, javascript: bool
) -> None:
    with live_database.session() as session:
        ada = factories.person(session, "Ada Lind")
        for number in range(1, 2 * listing.PAGE + 1):
            factories.item(session, ada, f"Item {number}")
    page = sights.context_of(chromium, 390, java_script_enabled=javascript).new_page()
    page.goto(f"{live_server.url}/?sort=new")
    page.get_by_role("link", name="Show more items").click()
    title = page.get_by_role("link", name="Item 2", exact=True)
    title.scroll_into_view_if_needed()
    place = title.bounding_box()
    title.click()
    page.wait_for_url("**/items/2")
    page.go_back()
    expect(title).to_be_in_viewport()
    assert title.bounding_box() == place


def test_a_refusal_that_takes_the_page_is_read_and_leads_back(page: Page, live_database: Database) -> None:
    with live_database.session() as session:
        session.get_one(Board, 1).access = Access.OWN_CASES
        session.get_one(Person, 1).role = Role.MEMBER
    page.locator("#follow").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.get_by_role("link", name="Go back to where you were").click()
    page.wait_for_url("**/items/1")


def test_signing_in_begins_at_the_field(page: Page) -> None:
    page.context.clear_cookies()
    page.locator("#follow").press("Enter")
    expect(page.get_by_label("E-mail")).to_be_focused()


def test_what_is_said_is_in_sight_where_the_page_begins_at_what_was_done(page: Page, chromium: Browser) -> None:
    plain = chromium.new_context(
        viewport={"width": 390, "height": 400}, java_script_enabled=False, storage_state=page.context.storage_state()
    ).new_page()
    plain.goto(page.url)
    plain.get_by_role("radio", name="Acknowledged").check()
    plain.get_by_label("Explanation").fill("We see it.")
    plain.locator("#move-send").click()
    expect(plain.locator(".notice")).to_be_in_viewport()
    expect(plain.get_by_role("heading", name="Move it")).to_be_in_viewport()
    notice, form = plain.locator(".notice").bounding_box(), plain.locator("#move").bounding_box()
    assert notice
    assert form
    assert notice["y"] + notice["height"] <= form["y"]


def test_choosing_a_status_moves_nothing_beside_the_form(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 844})
    story = page.get_by_role("heading", name="The story so far")
    before = story.bounding_box()
    page.get_by_role("radio", name="Won’t do").check()
    expect(page.get_by_label("Reason")).to_be_visible()
    assert story.bounding_box() == before
