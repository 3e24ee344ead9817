"""Even a page into which somebody got a script runs nothing of it: the browser refuses, and says so.

That no page needs what is refused is seen where all are looked at (`test_accessibility.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from markupsafe import Markup
from playwright.sync_api import Browser, Page

from app.db import Database
from tests import factories
from tests.fixtures.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]

PLANTED = """
<script>window.planted = "script"</script>
<script src="https://evil.example/x.js"></script>
<script src="data:text/javascript,window.planted='data'"></script>
<script type="module">window.planted = "module"</script>
<img src="x" onerror="window.planted = 'error'">
<img src="https://evil.example/seen.png" alt="">
<svg onload="window.planted = 'svg'"><script>window.planted = "svg script"</script></svg>
<iframe srcdoc="<script>parent.planted = 'frame'</script>"></iframe>
<object data="data:text/html,<script>1</script>"></object>
<base href="https://evil.example/">
<meta http-equiv="refresh" content="0;url=javascript:window.planted='refresh'">
<style>#victim { color: rgb(1, 2, 3) }</style>
<link rel="stylesheet" href="https://evil.example/x.css">
<p id="victim" style="color: rgb(1, 2, 3)">Victim</p>
<a id="address" href="javascript:window.planted='address'">Address</a>
<button id="handler" onclick="window.planted = 'click'">Handler</button>
<button id="htmx" hx-on:click="window.planted = 'htmx'" data-hx-on:click="window.planted = 'htmx'">Htmx</button>
<form id="form" action="https://evil.example/" method="post"><button>Send</button></form>
"""


@dataclass
class Watched:
    """A page, what its console said, and which other hosts it asked."""

    page: Page
    said: list[str] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)

    def refused(self, directive: str) -> int:
        return sum("Content Security Policy" in words and directive in words for words in self.said)


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Watched]:
    context = chromium.new_context()
    watched = Watched(context.new_page())
    watched.page.on("console", lambda message: watched.said.append(message.text))
    watched.page.on("response", lambda answer: watched.reached.append(answer.url))
    yield watched
    context.close()


def test_nothing_runs_of_what_got_past_the_sanitiser(
    live_server: Server, live_database: Database, watched: Watched
) -> None:
    with live_database.session() as session:
        item = factories.item(session, factories.person(session, "Ada Lind"))
        item.html = Markup(PLANTED)  # noqa: S704 - that is the attack
    page = watched.page
    page.goto(live_server.url + item.path)
    for name in ("address", "handler", "htmx"):
        page.click(f"#{name}")
    page.evaluate("setTimeout(() => document.getElementById('form').submit())")
    page.wait_for_timeout(300)
    assert page.evaluate("window.planted ?? null") is None
    assert page.url == live_server.url + item.path
    assert page.evaluate("getComputedStyle(document.getElementById('victim')).color") != "rgb(1, 2, 3)"
    directives = ("script-src", "style-src", "img-src", "base-uri", "form-action")
    assert [directive for directive in directives if not watched.refused(directive)] == []
    assert [url for url in watched.reached if "evil.example" in url] == []


def test_what_people_write_brings_nothing_to_refuse(
    live_server: Server, live_database: Database, watched: Watched
) -> None:
    """The same words through the program: the sanitiser leaves nothing for the browser to refuse."""
    with live_database.session() as session:
        ada = factories.person(session, "<img src=x onerror='window.planted=1'>")
        item = factories.item(session, ada, "<script>window.planted=1</script>", body=PLANTED)
        factories.comment(session, item, ada, PLANTED + '[x](javascript:window.planted=1 "x" onclick=1)')
    for path in (
        "/",
        "/roadmap",
        "/?q=script",
        item.path,
        "/items/new?title=%3Cscript%3Ewindow.planted=1%3C/script%3E",
    ):
        watched.page.goto(live_server.url + path)
        assert watched.page.evaluate("window.planted ?? null") is None
        assert watched.page.locator("main [onclick], main [onerror], main [style], main iframe, main base").count() == 0
    assert watched.said == []


def test_no_other_site_frames_a_page(live_server: Server, watched: Watched) -> None:
    watched.page.set_content(f'<iframe src="{live_server.url}/" width="600" height="400"></iframe>')
    watched.page.wait_for_timeout(500)
    assert watched.refused("frame-ancestors") == 1
    assert all("New item" not in (frame.text_content("body") or "") for frame in watched.page.frames[1:])
