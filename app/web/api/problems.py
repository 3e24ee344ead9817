"""Every refusal as a problem of RFC 9457: in the words that a page would say, with the fields that they are about."""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, IntegrityError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.refusals import NOTHING_HERE, Invalid, Refusal, TooMany
from app.web import guard, pages, refusal_pages
from app.web.api.bearer import TokenNeeded
from app.web.kit import SignInNeeded
from app.web.route import SAFE_METHODS
from app.words import N_, _

MEDIA_TYPE = "application/problem+json"


class Wrong(BaseModel):
    """A field that cannot be taken."""

    field: str = Field(description="The field of the body, or the parameter of the address.", examples=["explanation"])
    detail: str = Field(description="What is wrong with it.", examples=["Explanation: please write something here."])
    pointer: str | None = Field(None, description="Where it stands in the body (RFC 6901).", examples=["#/explanation"])


class Problem(BaseModel):
    """Why a request was not done (RFC 9457)."""

    type: str = Field("about:blank", description="Always this: the status says what kind of problem it is.")
    title: str = Field(description="The status in words.", examples=["Unprocessable Content"])
    status: int = Field(description="The status of the answer.", examples=[422])
    detail: str = Field(description="What is wrong and what to do.",
                        examples=["Explanation: please write something here."])  # fmt: skip
    errors: list[Wrong] | None = Field(None, description="Each field that cannot be taken, all of them at once.")


async def answered(request: Request, trouble: Exception) -> Response:
    """The answer to whatever was raised."""
    status, words, headers = _told(request, trouble)
    wrong = list(_wrong(request, trouble)) or None
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=words, errors=wrong)
    headers = {"Cache-Control": "private, no-store", **headers}
    return JSONResponse(problem.model_dump(exclude_none=True), status, headers, MEDIA_TYPE)


def _told(request: Request, trouble: Exception) -> tuple[int, str, Mapping[str, str]]:
    """Status, words and headers."""
    match trouble:
        case SignInNeeded():
            return 401, _("This needs a token. Make one under /me/tokens."), {"WWW-Authenticate": "Bearer"}
        case TokenNeeded():
            return 401, trouble.words, {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        case TooMany():
            return 429, trouble.words, {"Retry-After": str(trouble.retry_after)}
        case Refusal():
            return pages.code_of(trouble), trouble.words, {}
        case RequestValidationError():
            return 422, " ".join(f"{_field(error)}: {_words(error)}" for error in trouble.errors()), {}
        case HTTPException():
            return trouble.status_code, _words_of_status(trouble.status_code), trouble.headers or {}
    return _told_of_storage(request, trouble)


def _told_of_storage(request: Request, trouble: Exception) -> tuple[int, str, Mapping[str, str]]:
    match trouble:
        case DataError():
            return 404, _(NOTHING_HERE), {}
        case IntegrityError():
            refusal_pages.log_overtaken(trouble)
            return 409, _(refusal_pages.OVERTAKEN), {}
        case _ if isinstance(trouble, refusal_pages.STORAGE_TROUBLE):
            refusal_pages.log_trouble(trouble)
            return 503, refusal_pages.words_of_trouble(request, trouble), {"Retry-After": "10"}
    return 500, _(refusal_pages.BROKEN), {}


def _words_of_status(status: int) -> str:
    words = {
        400: _("What was sent could not be read."),
        404: _(NOTHING_HERE),
        405: _("This address does not take this method."),
        413: _("What was sent is too large."),
        415: _("Send JSON, with the header “Content-Type: application/json”."),
    }
    return words.get(status, HTTPStatus(status).phrase)


def _wrong(request: Request, trouble: Exception) -> Iterator[Wrong]:
    """The fields that a problem is about."""
    has_body = request.method not in SAFE_METHODS
    if isinstance(trouble, Invalid):
        for name, words in trouble.problems.items():
            is_beside = name in request.query_params or name in request.headers or not has_body
            yield Wrong(field=name, detail=words, pointer=None if is_beside else _pointer(name))
    elif isinstance(trouble, RequestValidationError):
        for error in trouble.errors():
            in_body = error["loc"][0] == "body" and _field(error) != "body"
            pointer = _pointer(*error["loc"][1:]) if in_body else None
            yield Wrong(field=_field(error), detail=_words(error), pointer=pointer)


def _field(error: Mapping[str, Any]) -> str:
    """The name of the field that a check of the framework is about; that of the body as a whole is its place."""
    place = error["loc"]
    return str(place[1] if len(place) > 1 else place[0])


def _words(error: Mapping[str, Any]) -> str:
    known = WORDS.get(error["type"])
    return _(known) % error.get("ctx", {}) if known else str(error["msg"]).removeprefix("Value error, ")


WORDS = {
    "missing": N_("This is needed."),
    "extra_forbidden": N_("There is no such field."),
    "enum": N_("Choose one of %(expected)s."),
    "literal_error": N_("Choose one of %(expected)s."),
    "string_type": N_("Give a text."),
    "string_unicode": N_("This has characters that are not text."),
    "int_type": N_("Give a whole number."),
    "int_parsing": N_("Give a whole number."),
    "bool_type": N_("Give true or false."),
    "list_type": N_("Give a list."),
    "model_attributes_type": N_("Give an object with fields."),
    "json_invalid": N_("This is not JSON: %(error)s."),
}


def _pointer(*place: object) -> str:
    return "#/" + "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in place)


Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


def _by_address(page: Handler) -> Handler:
    async def answer(request: Request, trouble: Exception) -> Response:
        is_api = request.url.path.startswith(guard.API)
        return await (answered if is_api else page)(request, trouble)

    return answer


HANDLERS = {kind: _by_address(page) for kind, page in refusal_pages.HANDLERS.items()}
HANDLERS[ClientDisconnect] = refusal_pages.gone
broken = _by_address(refusal_pages.broken)


class InProblems:
    """ASGI, around the whole program: what the framework or the guard says in plain text becomes a problem too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(guard.API):
            await self.app(scope, receive, send)
            return
        held: Message = {}

        async def retold(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _is_plain_refusal(message):
                held = message
            elif held:
                start, held = held, {}
                await _as_problem(start, message)(scope, receive, send)
            else:
                await send(message)

        await self.app(scope, receive, retold)


def _is_plain_refusal(start: Message) -> bool:
    media_type = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] >= HTTPStatus.BAD_REQUEST and media_type.startswith("text/plain")


def _as_problem(start: Message, body: Message) -> Response:
    """The problem that says the same under the same headers."""
    headers = MutableHeaders(raw=start["headers"])
    del headers["content-type"], headers["content-length"]
    status = start["status"]
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=body["body"].decode())
    return JSONResponse(problem.model_dump(exclude_none=True), status, headers, MEDIA_TYPE)
