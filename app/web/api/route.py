"""How a request reaches a handler of the API: as one of a page does, but known by its token, and read strictly.

What is sent is not read as JSON before its token was asked for, not in the thread that writes, and not at all if it is
mostly brackets: those would hold the interpreter for longer than any text.
"""

import asyncio
import inspect
import json
import re
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response, Security
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from app.refusals import Invalid
from app.tokens import Scope
from app.web import kit
from app.web.api import bearer, once
from app.web.api.bearer import Bearer
from app.web.calling import finish
from app.web.route import SAFE_METHODS, DatabaseRoute
from app.words import _

PREFIX = "/api/v1"
BODY_MOST = 650_000  # bytes; the longest request fits, though each of its signs were written as \ud83d\ude00
FIELDS_MOST = 100  # of an object, so that nobody is told of thousands that there is no such field
BRACKETS_MOST = 1_000  # outside of texts; a list of a hundred moves has not half as many
_TEXT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


class StrictRequest(Request):
    """A request whose JSON says everything once, and was read before the transaction began."""

    async def json(self) -> Any:
        return self.state.said


def _said(body: bytes) -> Any:
    try:
        said = body.decode("utf-8-sig")
        _need_few_brackets(said)
        return json.loads(said, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as trouble:
        wrong = {"type": "json_invalid", "loc": ["body"], "ctx": {"error": trouble.msg}}
        raise RequestValidationError([wrong]) from None
    except (ValueError, RecursionError):  # signs that are none, numbers without end, brackets in brackets
        raise HTTPException(400) from None


def _need_few_brackets(said: str) -> None:
    besides = _TEXT.sub("", said)
    if besides.count("[") + besides.count("{") > BRACKETS_MOST:
        raise HTTPException(400)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > FIELDS_MOST:
        raise json.JSONDecodeError(_("an object has more than %s fields") % FIELDS_MOST, "", 0)
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise json.JSONDecodeError(_("a field was sent twice"), "", 0)
    if any("\ud800" <= character <= "\udfff" for name in fields for character in name):
        raise json.JSONDecodeError(_("the name of a field is not text"), "", 0)
    return fields


def _no_number(word: str) -> None:
    raise json.JSONDecodeError(_("“%s” is no number") % word, "", 0)


class ApiRoute(DatabaseRoute):
    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _without_threadpool(endpoint), **options)

    def application(self) -> ASGIApp:
        """As the framework makes it, which calls these handlers."""
        return AsyncExitStackMiddleware(self.app)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = frozenset(_parameters(self.dependant))

        async def strictly(request: Request) -> Response:
            await request.app.state.rations.take(request.app.state.database, kit.network(request))
            strict = StrictRequest(request.scope, request.receive)
            strict.state.body = await strict.body()
            _need_known(strict, known)
            _need_json(strict)
            return await handle(strict)

        return strictly

    async def read(self, request: Request) -> None:
        await super().read(request)
        if request.state.body:
            await self.let_in(request)
            request.state.said = await asyncio.to_thread(_said, request.state.body)

    async def let_in(self, request: Request) -> None:
        """Before anything is done with what was sent: those whose token is known. Raises TokenNeeded, SignInNeeded."""
        await kit.in_transaction(request, lambda _session: bearer.need_token(request))

    def answerer(self) -> Callable[[Request], Response]:
        answer = APIRoute.get_route_handler(self)
        return lambda request: finish(answer(request))

    def within(self, request: Request, answer: Callable[[], Response]) -> Response:
        asking = bearer.identify(request)
        if asking is None:
            return answer()
        response = answer() if request.method in SAFE_METHODS else once.act(request, asking, answer)
        kit.private(response)
        response.background = _noting_use(request, asking)
        return response


def _without_threadpool(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Make a plain function a coroutine, because the framework would give it a thread of its own."""
    if inspect.iscoroutinefunction(endpoint):
        return endpoint

    async def call(**arguments: Any) -> Any:
        return endpoint(**arguments)

    call.__name__, call.__doc__, call.__module__ = endpoint.__name__, endpoint.__doc__, endpoint.__module__
    call.__signature__ = inspect.signature(endpoint)  # type: ignore[attr-defined]
    return call


def _parameters(dependant: Dependant) -> Iterator[str]:
    """The names that the query of an address may have."""
    yield from (parameter.alias for parameter in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _parameters(inner)


def _need_known(request: Request, known: frozenset[str]) -> None:
    """Raise Invalid for a parameter that means nothing here, or that was given twice."""
    given = [name for name, _value in request.query_params.multi_items()]
    problems = {name: _("There is no parameter “%s” here.") % name[:40] for name in given if name not in known}
    doubled = {name for name in given if given.count(name) > 1 and name in known}
    problems |= {name: _("The parameter “%s” was sent twice.") % name for name in doubled}
    if problems:
        raise Invalid(problems)


def _need_json(request: Request) -> None:
    """Raise a 415 for a body that calls itself something else."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and request.state.body:
        raise HTTPException(415)


def _noting_use(request: Request, asking: Bearer) -> BackgroundTask | None:
    """The small write that shows that a token is used; done after the answer has left."""
    note = asking.note_use
    return BackgroundTask(request.app.state.database.run, note, writes=True) if note is not None else None


class Areas(NamedTuple):
    """The routes of one resource, by what a token for them must be made for. Reading needs none."""

    reading: APIRouter
    writing: APIRouter
    moderating: APIRouter


def areas(tag: str, route_class: type[ApiRoute] = ApiRoute) -> Areas:
    return Areas(*(_area(tag, scope, route_class) for scope in Scope))


def _area(tag: str, scope: Scope, route_class: type[ApiRoute]) -> APIRouter:
    needs = Security(bearer.need, scopes=[scope])
    return APIRouter(prefix=PREFIX, tags=[tag], route_class=route_class, dependencies=[needs], max_body_size=BODY_MOST)
