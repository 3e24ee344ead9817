"""Every page of the tour in Chromium, one after the other."""

from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app.attachments import store
from app.config import Settings
from tests import scene, tour
from tests.fixtures.server import Server
from tests.scene import Scene
from tests.tour import Stop

SEND = """sent => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = sent.path;
    for (const [name, value] of Object.entries(sent.fields)) {
        const field = document.createElement("input");
        [field.type, field.name, field.value] = ["hidden", name, value];
        form.append(field);
    }
    document.body.append(form);
    HTMLFormElement.prototype.submit.call(form);
}"""


def fill(server: Server) -> Scene:
    """The board with everything on it; its files lie where the server looks for them."""
    with server.database() as database, pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "settings", lambda: Settings(data_dir=server.data_dir))
        return scene.fill(database)


def of_somebody(browser: Browser, server: Server, key: str, *, width: int = 1280, height: int = 844) -> Page:
    """The page of somebody who is signed in, in a browser of their own, which the test's end closes."""
    page = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce").new_page()
    become(page, server, key)
    return page


def context_of(browser: Browser, width: int, **options: object) -> BrowserContext:
    return browser.new_context(viewport={"width": width, "height": 844}, reduced_motion="reduce", **options)  # type: ignore[arg-type]


def walk(page: Page, server: Server) -> Iterator[Stop]:
    """Bring the page to every stop, first on the empty board."""
    welcome = Scene(places={"welcome": server.owner_link.rpartition("/")[2]})
    for stop in tour.BEFORE_ANYBODY:
        go(page, server, welcome, stop)
        yield stop
    full = fill(server)
    for stop in tour.STOPS:
        go(page, server, full, stop)
        yield stop


def go(page: Page, server: Server, scene: Scene, stop: Stop) -> None:
    become(page, server, scene.keys.get(stop.who, ""))
    address, sent = stop.address(scene), stop.sent(scene)
    if sent is None:
        page.goto(server.url + address)
    else:
        post(page, address, sent)


def become(page: Page, server: Server, key: str) -> None:
    page.context.clear_cookies()
    if key:
        page.context.add_cookies([{"name": "session", "value": key, "url": server.url}])


def post(page: Page, path: str, fields: Mapping[str, str]) -> None:
    """Have a form of the site's own sent from the page before, whatever the page is that comes back."""
    with page.expect_navigation():
        page.evaluate(SEND, {"path": path, "fields": dict(fields)})
