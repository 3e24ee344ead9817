"""How a handler reaches the database: its whole request runs in one database thread, in one transaction.

Everything that waits for the network, the body above all, is read first. Handlers are plain functions; the session is
in `request.state.session` (see `kit.Db`). When the handler returns, the transaction is committed before the answer
leaves; when it raises, it is rolled back. Safe methods get a reading transaction, all others a writing one.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute
from sqlmodel import Session
from starlette.convertors import Convertor, register_url_convertor
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.db import DIGITS_MOST
from app.web.calling import caller


class Number(Convertor[int]):
    """What `{number:int}` in an address takes, in place of the framework's own, which breaks at thousands of digits."""

    regex = f"[0-9]{{1,{DIGITS_MOST}}}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("int", Number())
BODY_MOST = 2_000_000  # bytes of a request without files
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class DatabaseRoute(APIRoute):
    def __init__(self, *where: Any, **options: Any) -> None:
        super().__init__(*where, **options)
        taken = self.methods or set()
        if "GET" in taken and not self.include_in_schema:
            taken.add("HEAD")  # whoever watches a page asks for its head; the API names its methods itself
        self.app = self.application()

    def application(self) -> ASGIApp:
        """What answers, without what the framework keeps ready for handlers that wait or leave something to close."""
        handle = self.get_route_handler()

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            response = await handle(Request(scope, receive, send))
            await response(scope, receive, send)

        return RequestBodyLimitMiddleware(answer, self.max_body_size) if self.max_body_size else answer

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = self.answerer()

        async def handle(request: Request) -> Response:
            writes = request.method not in SAFE_METHODS
            database = request.app.state.database
            if writes:
                request.state.revision = None
                await self.read(request)
            elif not hasattr(request.state, "revision"):  # who remembers pages has asked already
                request.state.revision = await database.revision()

            def work(session: Session) -> Response:
                request.state.session = session
                return self.within(request, lambda: answer(request))

            try:
                response: Response = await database.run(work, writes=writes)
            finally:
                await request.close()  # the files that came with the form
            return response

        return handle

    async def read(self, request: Request) -> None:
        """What was sent, before the transaction begins: as it came, and as it is put into a form."""
        request.state.body = await request.body()
        request.state.sent = request.state.fields = await request.form()

    def answerer(self) -> Callable[[Request], Response]:
        """What calls the handler. The API leaves that to the framework, because it reads more than pages do."""
        return caller(self.dependant)

    def within(self, _request: Request, answer: Callable[[], Response]) -> Response:
        """What is done in the transaction of a request; the API does more than to answer."""
        return answer()


class OutsideRoute(APIRoute):
    """For what is done outside of any transaction: the framework calls the handler, and closes files after it."""

    def __init__(self, *where: Any, **options: Any) -> None:
        super().__init__(*where, **options)
        self.app = AsyncExitStackMiddleware(self.app)


def area() -> APIRouter:
    """The routes of one audience."""
    return APIRouter(route_class=DatabaseRoute, default_response_class=Response, include_in_schema=False)


def outside() -> APIRouter:
    """The routes of one audience that do without a transaction."""
    return APIRouter(route_class=OutsideRoute, include_in_schema=False)
