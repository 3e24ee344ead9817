"""How a handler reaches the database: its whole request runs in one database thread, in one transaction.

Everything that waits for the network, the body above all, is read first. Handlers are plain functions; the session is
in `request.state.session` (see `kit.Db`). When the handler returns, the transaction is committed before the answer
leaves; when it raises, it is rolled back. Safe methods get a reading transaction, all others a writing one.
"""

import inspect
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from sqlmodel import Session
from starlette.convertors import Convertor, register_url_convertor

DIGITS_MOST = 10  # more than any number has, and few enough for Python to read


class Number(Convertor[int]):
    """What `{number:int}` in an address takes, in place of the framework's own, which breaks at thousands of digits."""

    regex = f"[0-9]{{1,{DIGITS_MOST}}}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("int", Number())
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class DatabaseRoute(APIRoute):
    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _without_threadpool(endpoint), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            writes = request.method not in SAFE_METHODS
            database = request.app.state.database
            request.state.revision = None if writes else await database.revision()
            if writes:
                await request.body()
                request.state.sent = await request.form()

            def work(session: Session) -> Response:
                request.state.session = session
                return self.within(request, lambda: finish(answer(request)))

            try:
                response: Response = await database.run(work, writes=writes)
            finally:
                await request.close()  # the files that came with the form
            return response

        return handle

    def within(self, _request: Request, answer: Callable[[], Response]) -> Response:
        """What is done in the transaction of a request; the API does more than to answer."""
        return answer()


def area() -> APIRouter:
    """The routes of one audience."""
    return APIRouter(route_class=DatabaseRoute, default_response_class=Response, include_in_schema=False)


def finish(coroutine: Coroutine[Any, Any, Response]) -> Response:
    """Run a coroutine that never waits to its end, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        response: Response = stop.value
        return response
    coroutine.close()
    raise RuntimeError("A handler waited for something while its transaction was open.")


def _without_threadpool(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Make a plain function a coroutine, because the framework would give it a thread of its own."""
    if inspect.iscoroutinefunction(endpoint):
        return endpoint

    async def call(**arguments: Any) -> Any:
        return endpoint(**arguments)

    call.__name__, call.__doc__, call.__module__ = endpoint.__name__, endpoint.__doc__, endpoint.__module__
    call.__signature__ = inspect.signature(endpoint)  # type: ignore[attr-defined]
    return call
