"""The log lines of requests: one each, without anything that is secret."""

import json
import logging
from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from app.logs import REQUESTS, JsonLine, PlainLine
from app.web.logs import RequestLog, shown
from tests.asking import Browser

SECRET = "mHkQ2b7w-9vT_3xZcR5uYpLd"


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/broken":
        raise ZeroDivisionError
    await Request(scope, receive).body()
    await PlainTextResponse("Hello", 201)(scope, receive, send)


@pytest.fixture
def browser(caplog: pytest.LogCaptureFixture) -> Iterator[TestClient]:
    """Listens at the log itself: a command that ran in this process before keeps it from the root, as in production."""
    caplog.set_level(logging.INFO, logger=REQUESTS)
    log = logging.getLogger(REQUESTS)
    log.propagate, passed_on = False, log.propagate
    log.addHandler(caplog.handler)
    yield Browser(RequestLog(answer), base_url="http://localhost")
    log.removeHandler(caplog.handler)
    log.propagate = passed_on


def line(caplog: pytest.LogCaptureFixture, form: type[logging.Formatter]) -> str:
    (record,) = (record for record in caplog.records if record.name == REQUESTS)
    return form().format(record)


def test_a_request_is_one_line_for_machines(browser: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    browser.get("/items/7")
    facts = json.loads(line(caplog, JsonLine))
    assert facts.pop("at").endswith("+00:00")
    assert facts.pop("ms") >= 0
    assert facts == {
        "level": "info", "from": "daylight.requests", "method": "GET", "path": "/items/7", "status": 201, "bytes": 5,
    }  # fmt: skip


def test_a_request_is_one_line_for_people(browser: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    browser.get("/items/7")
    words = line(caplog, PlainLine).split()
    assert words[1:5] == ["info", "GET", "/items/7", "201"]
    assert words[-2:] == ["5", "bytes"]


def test_what_a_request_holds_is_not_in_the_log(browser: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    headers = {"Cookie": f"session={SECRET}", "Authorization": f"Bearer {SECRET}"}
    browser.post(f"/welcome/{SECRET}?key={SECRET}", data={"code": SECRET}, headers=headers)
    said = line(caplog, JsonLine) + line(caplog, PlainLine)
    assert SECRET not in said
    assert "/welcome/…" in said


@pytest.mark.parametrize("path", ["/", "/items/7/status-changes", "/boards/mobile-app", "/feed.atom"])
def test_plain_addresses_are_shown_whole(path: str) -> None:
    assert shown(path) == path


def test_a_fault_is_told_with_its_traceback_and_answered(browser: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    assert browser.get("/broken").status_code == 500
    facts = json.loads(line(caplog, JsonLine))
    assert facts["level"] == "error"
    assert facts["status"] == 500
    assert facts["trouble"].startswith("Traceback")
    assert facts["trouble"].endswith("ZeroDivisionError")
