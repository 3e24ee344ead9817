"""The widget on a page of another site that allows no more than it must, in Chromium."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import jwt
import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from app import hiding, products, site
from app.people import Role
from app.statuses import Status
from app.web.assets import Assets
from tests import factories
from tests.fixtures.mail import free_port
from tests.fixtures.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]

STRICT = (
    "default-src 'none'; script-src {0}; connect-src {0}; frame-src {0}; img-src {0} data:; "
    "require-trusted-types-for 'script'"
)
PLANNED, WAITING, MERGED, HIDDEN, ABSENT = 1, 2, 3, 4, 99
SAID = "#{}: nothing is shown here."
KEY: list[str] = []  # of the product, once there is a board
KNOWN = "async (board) => (await import(`${board}/embed/identify.js`)).identify(() => sign())"
FORM = (
    '<daylight-post board="general"><form><label>Title <input name="title"></label>'
    "<label>What for <textarea name=body></textarea></label><button>Post it</button><output></output></form>"
    "</daylight-post>"
)
BARE = "() => [document.cookie, localStorage.length, sessionStorage.length]"


class Site(ThreadingHTTPServer):
    """A page of another site."""

    page = policy = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        body = self.server.page.encode()
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", self.server.policy)
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.end_headers()
        self.wfile.write(body if self.path == "/" else b"")

    def log_message(self, *_about: object) -> None:
        """Say nothing."""


@dataclass
class Host:
    """A reader on a page of another site: what they see, and what the browser complains of."""

    site: Site
    board: Server
    page: Page
    said: list[str] = field(default_factory=list)

    def show(self, body: str) -> None:
        script = Assets().widget
        self.site.policy = STRICT.format(self.board.url)
        self.site.page = (
            f'<!doctype html><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">'
            f'<script type="module" src="{self.board.url}/embed/{script.name}.js" integrity="{script.integrity}" '
            f'crossorigin="anonymous"></script><script src="{self.board.url}/embed/frame.js" async></script>{body}'
        )
        self.page.goto(self.site.url)

    def element(self, number: int, more: str = "") -> str:
        return f'<daylight-item number="{number}" {more}><a href="/x">{SAID.format(number)}</a></daylight-item>'

    def frame(self, path: str) -> str:
        return f'<iframe src="{self.board.url}/embed/{path}" title="Widget" width="480" height="100"></iframe>'

    @property
    def inner(self) -> Frame:
        return self.page.frames[1]


@pytest.fixture(scope="module")
def other_site() -> Iterator[Site]:
    server = Site(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def board(shared_server: Server, other_site: Site) -> Iterator[Server]:
    with shared_server.as_before():
        fill(shared_server, other_site)
        yield shared_server


def fill(server: Server, other_site: Site) -> None:
    with server.database() as database, database.session() as session:
        ada = factories.person(session, "Ada Lind")
        mira = factories.person(session, "Mira Okafor", role=Role.MAINTAINER, title="CTO")
        planned, _waiting, merged, hidden = (
            factories.item(session, ada, title) for title in ("Dark mode", "Sound", "Night mode", "Spam")
        )
        factories.move(session, planned, mira, Status.PLANNED, "We draw it in spring.", target="2027-Q1")
        factories.move(session, merged, mira, Status.DUPLICATE, duplicate_of=str(planned.number))
        hiding.hide(session, hidden, mira, "Advertising.")
        owner = factories.person(session, "Ola Nord", role=Role.OWNER)
        KEY.append(products.add_key(session, owner, "Planner")[1])
        site.let_frame(session, framers=other_site.url, by_all=False)


@pytest.fixture
def visit(chromium: Browser, other_site: Site, board: Server) -> Iterator[Callable[..., Host]]:
    contexts = []

    def arrive(**options: object) -> Host:
        contexts.append(chromium.new_context(**options))  # type: ignore[arg-type]
        host = Host(other_site, board, contexts[-1].new_page())
        host.page.on("console", lambda message: host.said.append(message.text))
        host.page.on("pageerror", lambda error: host.said.append(str(error)))
        return host

    yield arrive
    for context in contexts:
        context.close()


def test_element_and_frame_say_the_same_where_only_the_board_is_allowed(visit: Callable[..., Host]) -> None:
    host = visit()
    host.show(host.element(PLANNED) + host.frame(f"items/{PLANNED}"))
    expect(host.page.locator("daylight-item .promise")).to_have_text("promised for Q1 2027")
    inner = host.inner.locator(".widget")
    assert host.page.locator("daylight-item .widget").inner_text() == inner.inner_text()
    assert "Mira Okafor, CTO" in inner.inner_text()
    assert host.page.locator("daylight-item").get_by_role("link", name="Vote").get_attribute("href") == (
        f"{host.board.url}/items/1#vote-1"
    )
    assert (host.said, host.page.evaluate(BARE), host.page.context.cookies()) == ([], ["", 0, 0], [])


def test_a_frame_takes_its_height_by_itself(visit: Callable[..., Host]) -> None:
    host = visit(viewport={"width": 390, "height": 844})
    host.show(host.frame("board?sections=new,planned"))
    host.page.wait_for_selector("iframe[style*='height']")
    inner = host.inner.evaluate("document.documentElement.offsetHeight")
    assert inner > 100
    assert host.page.locator("iframe").evaluate("frame => frame.clientHeight") == inner


def test_the_board_as_an_element_lists_its_sections(visit: Callable[..., Host]) -> None:
    host = visit()
    host.show('<daylight-board sections="new,planned" limit="1"><a href="/x">The board</a></daylight-board>')
    expect(host.page.locator("daylight-board .section-name")).to_have_text(["New", "Planned"])
    expect(host.page.locator("daylight-board .title")).to_have_text(["Sound", "Dark mode"])
    assert host.said == []


@pytest.mark.parametrize(("system", "chosen", "surface"), [
    ("light", "", "rgb(255, 254, 251)"), ("dark", "", "rgb(26, 28, 43)"), ("light", "dark", "rgb(26, 28, 43)"),
])  # fmt: skip
def test_it_is_light_or_dark_as_the_reader_or_the_page_has_it(
    visit: Callable[..., Host], system: str, chosen: str, surface: str
) -> None:
    host = visit(color_scheme=system)
    host.show(host.element(PLANNED, f'theme="{chosen}"') + host.frame(f"items/{PLANNED}?theme={chosen or 'auto'}"))
    ground = "element => getComputedStyle(element).backgroundColor"
    assert host.page.locator("daylight-item .widget").evaluate(ground) == surface
    if chosen:
        assert host.inner.locator(".widget").evaluate(ground) == surface


def test_a_page_dresses_it_by_variables_and_parts(visit: Callable[..., Host]) -> None:
    host = visit()
    host.show(host.element(PLANNED))
    title = host.page.locator("daylight-item .title")
    expect(title).to_be_visible()
    host.page.evaluate("""() => {
        const sheet = new CSSStyleSheet();
        sheet.insertRule("daylight-item { --surface: rgb(1, 2, 3) }");
        sheet.insertRule("daylight-item::part(title) { color: rgb(4, 5, 6) }");
        document.adoptedStyleSheets = [sheet];
    }""")
    assert title.evaluate("element => getComputedStyle(element).color") == "rgb(4, 5, 6)"
    widget = host.page.locator("daylight-item .widget")
    assert widget.evaluate("element => getComputedStyle(element).backgroundColor") == "rgb(1, 2, 3)"


def test_without_javascript_the_frame_shows_and_the_element_is_a_link(visit: Callable[..., Host]) -> None:
    host = visit(java_script_enabled=False)
    host.show(host.element(PLANNED) + host.frame(f"items/{PLANNED}"))
    expect(host.page.get_by_role("link", name=SAID.format(PLANNED))).to_be_visible()
    expect(host.inner.get_by_role("link", name="Dark mode", exact=True)).to_be_visible()


def test_what_is_merged_private_or_gone_says_so_quietly(visit: Callable[..., Host]) -> None:
    host = visit()
    host.show("".join(host.element(number) for number in (MERGED, HIDDEN, ABSENT)))
    merged, hidden, absent = host.page.locator("daylight-item").all()
    expect(merged.locator(".answer")).to_have_text(
        "It is the same as #1 Dark mode. Everybody who voted here counts there."
    )
    for gone in (hidden, absent):
        expect(gone.locator(".none")).to_have_text("This item is not public.")
    assert len([words for words in host.said if "404" not in words]) == 0


def test_a_board_that_is_away_leaves_the_page_as_it_was(visit: Callable[..., Host]) -> None:
    host = visit()
    host.board = replace(host.board, url=f"http://localhost:{free_port()}")
    host.show(host.element(WAITING))
    expect(host.page.get_by_role("link", name=SAID.format(WAITING))).to_be_visible()
    assert [words for words in host.said if "ERR_CONNECTION_REFUSED" not in words] == []


def test_a_board_that_goes_away_later_does_so_too(visit: Callable[..., Host]) -> None:
    host = visit()
    host.show(host.element(PLANNED))
    expect(host.page.locator("daylight-item .title")).to_be_visible()
    host.page.context.set_offline(True)
    with host.page.expect_event("requestfailed"):
        host.page.evaluate("document.querySelector('daylight-item').setAttribute('number', 2)")
    expect(host.page.locator("daylight-item .title")).to_have_text("Dark mode")
    assert [words for words in host.said if "ERR_INTERNET_DISCONNECTED" not in words] == []


def test_a_site_that_is_not_listed_frames_nothing(visit: Callable[..., Host]) -> None:
    host = visit()
    with host.page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        host.page.set_content(f'<iframe src="{host.board.url}/embed/items/{PLANNED}"></iframe>')


def signed(board: Server, key: str, **other: object) -> str:
    """What the server of a product signs for who is signed in there."""
    now = int(time.time())
    about = {
        "aud": board.url,
        "sub": "7",
        "email": "nina@example.org",
        "name": "Nina Berg",
        "iat": now,
        "exp": now + 300,
    }
    return jwt.encode(about | other, key, "HS256")


def test_a_product_lets_its_people_vote_and_post_where_they_are(visit: Callable[..., Host]) -> None:
    host, asked = visit(), []

    def sign() -> str:
        asked.append(1)
        return signed(host.board, KEY[0])

    host.page.expose_function("sign", sign)
    host.show(host.element(WAITING) + FORM)
    expect(host.page.get_by_role("link", name="Vote “Sound”")).to_be_visible()
    host.page.evaluate(KNOWN, host.board.url)
    vote, said = host.page.get_by_role("button", name="Vote “Sound”"), host.page.locator("daylight-item .votes")
    expect(vote).to_have_attribute("aria-pressed", "false")
    assert asked == []  # nobody is made known by looking
    for pressed, votes in (("true", "2 votes"), ("false", "1 vote"), ("true", "2 votes")):
        vote.press("Enter")
        expect(said).to_have_text(votes)
        expect(vote).to_have_attribute("aria-pressed", pressed)
        expect(vote).to_be_focused()
    assert said.get_attribute("role") == "status"
    host.page.get_by_label("Title").fill("A map of stations")
    host.page.get_by_role("button", name="Post it").click()
    link = host.page.get_by_role("link", name="A map of stations")
    expect(link).to_be_visible()
    assert (link.get_attribute("href") or "").startswith(f"{host.board.url}/items/")
    host.page.get_by_role("button", name="Post it").click()
    expect(host.page.locator("output")).to_have_text("Title: please write something here.")
    assert asked == [1]
    assert (host.page.evaluate(BARE), host.page.context.cookies()) == (["", 0, 0], [])
    assert [words for words in host.said if "422" not in words] == []


@pytest.mark.parametrize(
    "other", [{"aud": "https://other.example"}, {"exp": 1, "iat": 1}, {"email": "ola.nord@example.org"}]
)
def test_who_is_not_admitted_is_told_so_beside_the_button(visit: Callable[..., Host], other: dict[str, object]) -> None:
    host = visit()
    host.page.expose_function("sign", lambda: signed(host.board, KEY[0], **{"sub": "8", **other}))
    host.show(host.element(PLANNED))
    expect(host.page.locator("daylight-item .vote")).to_be_visible()
    host.page.evaluate(KNOWN, host.board.url)
    vote = host.page.get_by_role("button", name="Vote")
    vote.click()
    expect(host.page.locator("daylight-item .votes")).to_have_text(re.compile("not taken|signs in on the board itself"))
    expect(vote).to_have_attribute("aria-pressed", "false")
