"""What a page weighs over the wire on the first view, where it loads from, and that readers get no cookie."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlmodel import Session
from starlette.testclient import TestClient

from app import samples
from tests import tour
from tests.fixtures.database import ONLY_SQLITE, RolledBack

pytestmark = pytest.mark.thorough

HTML_AND_CSS_MOST = 20_000
SCRIPTS_MOST = 25_000
LOADED = re.compile(
    r'<(?:script|img|source|iframe)\b[^>]*?\ssrc="([^"]+)"|<link rel="(?!alternate|canonical)[^>]*?href="([^"]+)"'
)


def weight(answer: Response) -> int:
    """Bytes of the body as it is sent."""
    return int(answer.headers["content-length"])


def loaded(page: str) -> set[str]:
    return {unescape(address) for found in LOADED.findall(page) for address in found if address}


@ONLY_SQLITE
def test_a_first_view_is_light_and_all_of_this_place(
    app: FastAPI, database: RolledBack, session: Session, visitor_browser: TestClient
) -> None:
    samples.fill(session)
    heavy, foreign = {}, []
    for stop, answer in tour.walk(app, database):
        addresses = loaded(answer.text)
        foreign += [(stop.name, address) for address in addresses if urlsplit(address).netloc]
        parts = {address: weight(visitor_browser.get(address)) for address in addresses}
        sheets = sum(size for address, size in parts.items() if address.partition("?")[0].endswith(".css"))
        scripts = sum(size for address, size in parts.items() if address.endswith(".js"))
        if weight(answer) + sheets > HTML_AND_CSS_MOST or scripts > SCRIPTS_MOST:
            heavy[stop.name] = (weight(answer), sheets, scripts)
    assert (heavy, foreign) == ({}, [])


@ONLY_SQLITE
def test_a_reader_gets_no_cookie(app: FastAPI, database: RolledBack) -> None:
    given = {
        stop.name: answer.headers["set-cookie"]
        for stop, answer in tour.walk(app, database)
        if not stop.who and stop.form is None and "set-cookie" in answer.headers
    }
    assert given == {}
