"""What the tests in Chromium share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.fixtures.server import Server


@pytest.fixture
def live_server(chromium: Browser, shared_server: Server) -> Iterator[Server]:
    """One server for a module, because a start takes longer than most tests; each finds an empty board there."""
    with shared_server.as_before():
        yield shared_server
        for context in chromium.contexts:
            context.close()
