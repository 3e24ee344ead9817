"""Loading never moves what is there already, on a phone and on a desk."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import tour
from tests.browser import sights
from tests.fixtures.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]

WATCH = """
window.shifts = [];
new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
"""
LOOKED_AT = {"board", "board of a member", "roadmap", "item, planned", "item, planned, with the forms of the team",
             "new item", "triage"}  # fmt: skip
SLOWED = 6
SETTLED = 400  # milliseconds, within which scripts have done what they do to a new page


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_shifts_while_a_page_loads(chromium: Browser, live_server: Server, width: int) -> None:
    """On a machine so slow that the page is drawn while it comes."""
    page = sights.context_of(chromium, width).new_page()
    page.add_init_script(WATCH)
    machine = page.context.new_cdp_session(page)
    full = sights.fill(live_server)
    shifts = {}
    for stop in (stop for stop in tour.STOPS if stop.name in LOOKED_AT):
        machine.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        sights.go(page, live_server, full, stop)
        machine.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        shifts[stop.name] = shifted(page)
    assert shifts == {name: [] for name in LOOKED_AT}


def test_similar_items_appear_without_moving_the_title(chromium: Browser, live_server: Server) -> None:
    page = sights.context_of(chromium, 390).new_page()
    sights.fill(live_server)
    page.goto(f"{live_server.url}/items/new")
    title = page.get_by_label("Title")
    before = title.bounding_box()
    title.press_sequentially("σκούρο θέμα")
    expect(page.locator("#similar")).to_contain_text("Ζητώ σκούρο θέμα")
    assert title.bounding_box() == before


def shifted(page: Page) -> list[float]:
    page.wait_for_timeout(SETTLED)
    found: list[float] = page.evaluate("window.shifts")
    return found
