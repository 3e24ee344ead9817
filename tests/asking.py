"""A browser without a window: it asks the program in the test's own thread, with no server between."""

import asyncio
import atexit
import sys
from contextvars import copy_context
from functools import cache
from typing import Any

import httpx
from starlette.testclient import TestClient
from starlette.types import ASGIApp

# With every request httpx looks for this package, in all folders; now it is told at once that it is not there.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]


@cache
def runner() -> asyncio.Runner:
    """One loop of events for all requests of the process: to begin and end one takes longer than most answers."""
    made = asyncio.Runner()
    atexit.register(made.close)
    return made


class InThisThread(httpx.BaseTransport):
    def __init__(self, app: ASGIApp, *, raises: bool, client: tuple[str, int]) -> None:
        self.asgi = httpx.ASGITransport(app=app, raise_app_exceptions=raises, client=client)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return runner().run(self._answer(request), context=copy_context())

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self.asgi.handle_async_request(request)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        content = b"".join([part async for part in answer.stream])
        return httpx.Response(answer.status_code, headers=answer.headers.raw, content=content)


class Browser(TestClient):
    """Starlette's client, but for the thread with a loop of its own that it makes for each request.

    Where many ask at the same moment, each in a thread, Starlette's own is the one to take.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        raise_server_exceptions: bool = True,
        client: tuple[str, int] = ("testclient", 50000),
        **options: Any,
    ) -> None:
        super().__init__(app, **options)
        self._transport = InThisThread(app, raises=raise_server_exceptions, client=client)
