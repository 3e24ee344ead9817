"""Files in a real browser: looked through before they leave, posted with htmx, and shown."""

import json
import re

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from app.attachments import leaks
from tests import tour
from tests.browser import sights
from tests.fixtures.server import Server
from tests.pictures import drawn
from tests.test_attachments import HARMLESS, SECRETS

pytestmark = [pytest.mark.browser, pytest.mark.server]
ITEM = next(stop for stop in tour.STOPS if stop.name == "item, new, of its reporter")


def file(name: str, content: bytes, kind: str = "text/plain") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


@pytest.fixture
def page(chromium: Browser, live_server: Server) -> Page:
    page = sights.context_of(chromium, 1280).new_page()
    page.set_default_timeout(8000)
    sights.go(page, live_server, sights.fill(live_server), ITEM)
    return page


def test_a_secret_is_told_before_anything_is_sent(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    form = page.locator("#comment-form")
    form.get_by_label("Add a comment").fill("Νάτο.")
    chooser, looked = form.get_by_label("Files"), form.get_by_label("I have looked at it")
    expect(looked).to_be_hidden()

    lines = "\n".join([*HARMLESS, *SECRETS.values()])
    chooser.set_input_files([file("env.log", lines.encode()), file("see.png", drawn(), "image/png")])
    told = [f"env.log, line {line}: this looks like {leaks.LABELS[kind]}." for line, kind in leaks.find(lines)]
    expect(form.locator(".files-warnings p")).to_have_text(told)
    assert len(told) == len(SECRETS)
    form.get_by_role("button", name="Post the comment").click()
    assert "POST" not in sent

    looked.check()
    form.get_by_role("button", name="Post the comment").click()
    story = page.locator("#story")
    expect(story.get_by_role("link", name="env.log", exact=True)).to_be_visible()
    shown = story.get_by_role("img", name="see.png")
    shown.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth === 60", arg=shown.element_handle())
    expect(page.locator("#comment-form .files-warnings p")).to_have_count(0)


def test_a_file_without_a_secret_is_asked_nothing(page: Page) -> None:
    form = page.locator("#comment-form")
    chooser = form.get_by_label("Files")
    chooser.set_input_files([file("env.log", b"password=hunter2hunter2")])
    expect(form.get_by_label("I have looked at it")).to_be_visible()
    chooser.set_input_files([file("fine.log", b"it stopped")])
    expect(form.get_by_label("I have looked at it")).to_be_hidden()
    form.get_by_label("Add a comment").fill("Νάτο.")
    form.get_by_role("button", name="Post the comment").click()
    expect(page.locator("#story").get_by_role("link", name="fine.log", exact=True)).to_be_visible()


def test_a_file_that_is_too_large_is_not_sent(page: Page) -> None:
    form = page.locator("#comment-form")
    form.get_by_label("Files").set_input_files([file("large.log", b"x" * 5_000_001)])
    words = form.get_by_label("Files").evaluate("input => input.validationMessage")
    assert words == "“large.log” has more than 5 MB; that is the limit."


def test_a_refused_form_keeps_what_was_chosen(page: Page) -> None:
    form = page.locator("#comment-form")
    form.get_by_label("Files").set_input_files([file("crash.log", b"it stopped"), file("a.zip", b"PK\3\4\0")])
    form.get_by_label("Add a comment").fill("Νάτο.")
    form.get_by_role("button", name="Post the comment").click()
    expect(form.get_by_label("Keep “crash.log”")).to_be_checked()
    expect(form.locator("#problem-files")).to_contain_text("“a.zip” is not taken")
    form.get_by_role("button", name="Post the comment").click()
    expect(page.locator("#story").get_by_role("link", name="crash.log", exact=True)).to_be_visible()


def test_the_browser_has_the_same_list(page: Page) -> None:
    address = page.locator("#comment-form .files").get_attribute("data-leaks")
    given = page.evaluate("address => fetch(address).then((answer) => answer.json())", address)
    assert given == json.loads(leaks.for_browsers())
    for leak in given:
        assert re.compile(leak["pattern"])
