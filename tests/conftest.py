"""What all tests share. The fixtures stand in `fixtures/`, a file for each part of the world."""

import gc
import os
import tempfile

from tests.fixtures import network

for name in [name for name in os.environ if name.startswith("DAYLIGHT_") and not name.startswith("DAYLIGHT_TEST_")]:
    del os.environ[name]
os.environ["DAYLIGHT_DATA_DIR"] = tempfile.mkdtemp(prefix="daylight-tests-")
network.guard()

pytest_plugins = [
    "tests.fixtures.database",
    "tests.fixtures.hostile",
    "tests.fixtures.html",
    "tests.fixtures.mail",
    "tests.fixtures.people",
    "tests.fixtures.receiver",
    "tests.fixtures.server",
]


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays to the end; nobody need look for garbage in it again and again."""
    gc.collect()
    gc.freeze()
