"""All routes of the program, for tests that must not leave one out."""

from collections.abc import Iterator
from typing import Any

from fastapi.routing import APIRoute

from app.web import areas, guard

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")  # who asks by HEAD asks what they may by GET


def every(method: str) -> list[APIRoute]:
    """The routes that take this method, in the order in which they are tried."""
    return [route for area in areas.ALL for route in _within(area) if method in route.methods]


def pages(method: str) -> list[APIRoute]:
    """Those of them that are no part of the API."""
    return [route for route in every(method) if not route.path.startswith(guard.API)]


def _within(router: Any) -> Iterator[APIRoute]:
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        elif inner := getattr(route, "original_router", None):
            yield from _within(inner)


def is_at(route: APIRoute, address: str) -> bool:
    """Whether this route serves an address, in which {names} stand for anything."""
    path = address.partition("?")[0]
    while "{" in path:
        start, _brace, rest = path.partition("{")
        path = f"{start}1{rest.partition('}')[2]}"
    return route.path_regex.match(path) is not None
