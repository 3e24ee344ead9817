"""What the tests in Chromium share: one browser and one server, while they last.

Playwright drives the browser; it is the system's own where there is one. It is not there for the whole session, because
the thread has an event loop of Playwright's as long as it runs.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.fixtures.needs import missing
from tests.fixtures.server import Server, servers

PATIENCE = 30_000  # milliseconds for what is expected of a page: a busy disk may keep one commit for seconds
REMEDY = (
    "Install it (Debian and Ubuntu: sudo apt install chromium; elsewhere: .venv/bin/playwright install chromium) "
    "or name one in DAYLIGHT_TEST_CHROMIUM."
)
RUNS_ONCE = "--js-flags=--no-opt --no-maglev"  # no page lives long enough to be worth optimising


def executable(playwright: Playwright) -> str:
    candidates = (
        os.environ.get("DAYLIGHT_TEST_CHROMIUM"),
        shutil.which("chromium"),
        shutil.which("google-chrome"),
        playwright.chromium.executable_path,
    )
    return next((path for path in candidates if path and Path(path).exists()), "") or missing("Chromium", REMEDY)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable(playwright),
            args=["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1", RUNS_ONCE],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A start takes longer than most tests; each undoes what it has written (`as_before`)."""
    with servers(tmp_path_factory.mktemp("server")) as start:
        yield start()


@pytest.fixture
def live_server(chromium: Browser, shared_server: Server) -> Iterator[Server]:
    """An empty board."""
    with shared_server.as_before():
        yield shared_server
        for context in chromium.contexts:
            context.close()
