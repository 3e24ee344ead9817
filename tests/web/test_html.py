"""Every page is valid HTML, and every page is looked at."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI

from app import letters
from app.letters import Letter
from tests import routes, tour
from tests.fixtures.database import ONLY_SQLITE, RolledBack

pytestmark = pytest.mark.thorough


@ONLY_SQLITE
def test_every_page_is_valid(
    app: FastAPI, database: RolledBack, complaints: Callable[[dict[str, str]], list[str]]
) -> None:
    pages = {stop.name: answer.text for stop, answer in tour.walk(app, database)}
    pages["mail"] = letters.as_html(Letter("An answer", "It is **out**.\n\n    123456\n"))
    assert complaints(pages) == []


def test_no_page_is_left_out() -> None:
    """A new address that answers with a page needs a stop on the tour."""
    read = [stop.path for stop in [*tour.BEFORE_ANYBODY, *tour.STOPS] if stop.form is None]
    pages = [route for route in routes.pages("GET") if route.path not in tour.NO_PAGES]
    assert [route.path for route in pages if not any(routes.is_at(route, path) for path in read)] == []
