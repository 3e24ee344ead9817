"""Handlers of pages get what they ask for: each dependency once, numbers as numbers, and nothing unread."""

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Header, Request
from fastapi.responses import JSONResponse
from starlette.routing import Match
from starlette.testclient import TestClient

from app.web import areas
from app.web.calling import finish
from app.web.route import DatabaseRoute
from tests import routes

counted: list[str] = []


async def _counted(request: Request) -> str:
    counted.append(request.url.path)
    return "once"


Counted = Annotated[str, Depends(_counted)]


def _between(first: Counted) -> str:
    return f"{first}, passed on"


def handler(number: int, word: str, first: Counted, second: Annotated[str, Depends(_between)], most: int = 3) -> Any:
    return JSONResponse([number, word, first, second, most])


def answer(browser: TestClient, app: FastAPI, path: str) -> Any:
    app.router.routes.insert(0, DatabaseRoute("/called/{number:int}/{word}", handler))
    return browser.get(path)


def test_a_handler_is_given_what_it_asks_for_and_each_dependency_is_called_once(
    app: FastAPI, visitor_browser: TestClient
) -> None:
    counted.clear()
    given = answer(visitor_browser, app, "/called/7/seven?most=5").json()
    assert (given, counted) == ([7, "seven", "once", "once, passed on", 5], ["/called/7/seven"])


def test_what_is_no_number_is_an_address_that_does_not_exist(app: FastAPI, visitor_browser: TestClient) -> None:
    assert answer(visitor_browser, app, "/called/7/seven?most=many").status_code == 404


def test_what_is_not_given_is_refused_when_the_route_is_made() -> None:
    def asks_for_a_header(_user_agent: Annotated[str, Header()]) -> Any: ...

    with pytest.raises(TypeError, match="asks_for_a_header"):
        DatabaseRoute("/", asks_for_a_header)


def test_a_handler_that_waits_is_refused() -> None:
    class Wait:
        def __await__(self) -> Any:
            yield

    async def waits() -> None:
        await Wait()

    with pytest.raises(RuntimeError, match="waited"):
        finish(waits())


def test_the_directory_finds_what_trying_every_route_finds() -> None:
    directory = areas.directory()
    for route in directory.routes:
        path = route.path.replace("{number:int}", "7")  # type: ignore[attr-defined]
        for sent in (path, f"{path}/", path.replace("{", "").replace("}", "")):
            scope = {"type": "http", "method": "", "path": sent, "root_path": "", "headers": []}
            possible = [each for each in directory.routes if each.matches(scope)[0] is not Match.NONE]
            for method in routes.METHODS:
                asked = scope | {"method": method}
                full = [each for each in possible if each.matches(asked)[0] is Match.FULL]
                assert directory.matches(asked)[1].get("route") is next(iter(full + possible), None), (method, sent)
