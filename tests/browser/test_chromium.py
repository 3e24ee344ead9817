"""The browser itself: what it promises is checked here, so that the other tests may rely on it."""

import pytest
from playwright.sync_api import Browser, Error

from tests.fixtures.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]


def test_chromium_reaches_the_server_and_nothing_else(chromium: Browser, live_server: Server) -> None:
    page = chromium.new_page()
    answer = page.goto(f"{live_server.url}/healthz")
    assert answer is not None
    assert answer.status == 200
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://example.org/")
