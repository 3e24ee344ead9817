"""What all tests share. The fixtures stand in `fixtures/`, a file for each part of the world."""

import os
import tempfile

from tests.fixtures import network

for name in [name for name in os.environ if name.startswith("DAYLIGHT_") and not name.startswith("DAYLIGHT_TEST_")]:
    del os.environ[name]
os.environ["DAYLIGHT_DATA_DIR"] = tempfile.mkdtemp(prefix="daylight-tests-")
network.guard()

pytest_plugins = [
    "tests.fixtures.browser",
    "tests.fixtures.database",
    "tests.fixtures.hostile",
    "tests.fixtures.html",
    "tests.fixtures.mail",
    "tests.fixtures.people",
    "tests.fixtures.receiver",
    "tests.fixtures.server",
]
