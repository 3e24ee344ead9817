"""Everybody can use every page: checked by rules in both themes and at both widths, and by hand with the keyboard."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests import tour
from tests.browser import sights
from tests.fixtures.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]

# Of what the rules may fetch beforehand only the media are wanted: none that is on reads the style sheets once more.
ALL_RULES = {
    "resultTypes": ["violations"],
    "selectors": False,
    "rules": {"target-size": {"enabled": True}},
    "preload": {"assets": ["media"]},
}
COLOURS = {"resultTypes": ["violations"], "selectors": False, "runOnly": ["color-contrast", "link-in-text-block"]}
LOOKS: list[tuple[int, Literal["light", "dark"], dict[str, Any]]] = [
    (390, "dark", ALL_RULES),
    (1280, "light", ALL_RULES),
    (1280, "dark", COLOURS),
]
VOTES_MOST_SMALL = 44
SMALL_VOTES = f"""() => [...document.querySelectorAll(".vote button")]
    .map(button => button.getBoundingClientRect())
    .filter(box => box.width < {VOTES_MOST_SMALL} || box.height < {VOTES_MOST_SMALL})
    .map(box => `${{box.width}} x ${{box.height}}`)"""
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


def violations(page: Page, rules: dict[str, Any]) -> list[str]:
    found = page.evaluate("async rules => (await axe.run(document, rules)).violations", rules)
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


def complaints(page: Page) -> Iterator[str]:
    """What the rules say about a page on a phone and on a desk, where the second theme differs by its colours only."""
    for width, theme, rules in LOOKS:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=theme)
        yield from (f"{width}, {theme}: {each}" for each in violations(page, rules))
        yield from (f"{width}: a vote of {size}" for size in page.evaluate(SMALL_VOTES))
        if page.evaluate(TOO_WIDE):
            yield f"wider than the window of {width}"


def test_rules_find_nothing_on_any_page(chromium: Browser, live_server: Server) -> None:
    """Each page is loaded once for all looks: no script asks how wide the window is. The browser complains of none."""
    page = sights.context_of(chromium, 390).new_page()
    page.add_init_script(Axe().axe_script)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    found = {stop.name: list(complaints(page)) for stop in sights.walk(page, live_server)}
    assert {name: odd for name, odd in found.items() if odd} == {}
    assert [words for words in said if "Failed to load resource" not in words] == []


FOCUSED = """() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    const shows = style.outlineStyle !== "none" || style.boxShadow !== "none";
    return { name: element.outerHTML.slice(0, 120), shows: shows && box.width > 1 && box.height > 1 };
}"""
BOARD, TEAM, WRITING, TRIAGE = "board of a member", "item, planned, with the forms of the team", "new item", "triage"
TABS_MOST = 200


def unseen(page: Page) -> Iterator[str]:
    """Tab through the whole page and out of it; the places where nothing shows the focus."""
    for _step in range(TABS_MOST):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            return
        if not focused["shows"]:
            yield focused["name"]
    yield f"no way out in {TABS_MOST} steps"


def test_the_keyboard_reaches_all_sees_where_it_is_and_gets_out(chromium: Browser, live_server: Server) -> None:
    page = sights.context_of(chromium, 1280).new_page()
    full = sights.fill(live_server)
    found = {}
    for stop in (stop for stop in tour.STOPS if stop.name in {BOARD, TEAM, WRITING, TRIAGE}):
        sights.go(page, live_server, full, stop)
        page.evaluate("document.activeElement.blur()")
        found[stop.name] = list(unseen(page))
    assert found == {BOARD: [], TEAM: [], WRITING: [], TRIAGE: []}


def test_the_first_tab_leads_past_the_head_of_the_page(chromium: Browser, live_server: Server) -> None:
    page = sights.context_of(chromium, 390).new_page()
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
