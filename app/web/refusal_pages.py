"""Every refusal as a page that says in plain words what is wrong and what to do."""

import logging
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app import db
from app.attachments import StoreTrouble
from app.refusals import NOTHING_HERE, NotFound, Refusal, Refused
from app.sign_in import Plan
from app.web import kit, pages, resumption
from app.web.kit import SignInNeeded
from app.web.route import SAFE_METHODS
from app.words import N_, _

STORAGE_TROUBLE = (
    OperationalError, InternalError, InterfaceError, NotSupportedError, NoConnectionFree, db.Silent, StoreTrouble,
)  # fmt: skip
log = logging.getLogger("daylight.storage")
WRITTEN = frozenset(
    "title body expected steps version given explanation why checklist workaround because cause words name"
    " description".split()
)
NO_STORAGE = N_(
    "Daylight cannot use its storage right now. Nothing that was stored is lost; please try again in a minute."
)
PERHAPS_STORED = N_(
    "Daylight cannot use its storage right now, and cannot tell whether what you sent was stored. "
    "Please look in a minute, before you send it again."
)
OVERTAKEN = N_("Somebody else did the same thing at this moment. Please look and try again.")
BROKEN = N_("Something went wrong here, and it is not your fault. Please tell the people who run this board.")


async def _page(request: Request, template: str, status: int, **context: Any) -> Response:
    """Draw a page in a transaction of its own: that of the request is over."""

    def draw(session: Session) -> Response:
        request.state.session = session
        return pages.page(request, template, status=status, **context)

    response: Response = await request.app.state.database.run(draw, writes=False)
    if kit.asked_by_htmx(request):
        response.headers.update({"HX-Retarget": "body", "HX-Reswap": "innerHTML"})
    return response


async def refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)  # noqa: S101 - registered for refusals only
    problems = list(pages.problems_of(refusal, "").values())
    return pages.say_no(await _refusal_page(request, pages.code_of(refusal), problems), refusal)


async def _refusal_page(request: Request, code: int, problems: list[str]) -> Response:
    shown = {"problems": problems, "code": code, "written": _written(request), "back": kit.own_referrer(request)}
    return await _page(request, "shared/refusal.html", code, **shown)


def _written(request: Request) -> list[str]:
    """What the person wrote in a form that has no page of its own to come back to."""
    sent: FormData = getattr(request.state, "sent", FormData())
    texts = (value for name in sent if name in WRITTEN for value in sent.getlist(name) if isinstance(value, str))
    return [text.replace("\0", "") for text in texts if text.strip()]


async def not_understood(request: Request, _problem: Exception) -> Response:
    """An address or a parameter that cannot be read, or that no row can have, is an address that does not exist."""
    return await refused(request, NotFound())


async def http_problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)  # noqa: S101 - registered for these only
    words = {
        400: _("What was sent could not be read."),
        404: _(NOTHING_HERE),
        405: _("This address takes a form and has no page of its own."),
        413: _("What was sent is too large."),
    }.get(problem.status_code, HTTPStatus(problem.status_code).phrase)
    return await _refusal_page(request, problem.status_code, [words])


async def sign_in_needed(request: Request, _refusal: Exception) -> Response:
    """Ask for an e-mail, and keep the interrupted act in the form."""
    plan = await resumption.interrupted(request)
    return await _page(request, "people/sign_in.html", 401, problems={}, **sign_in_form(plan))


def sign_in_form(plan: Plan, *, email: str = "", name: str = "") -> dict[str, Any]:
    """What the page that asks for an e-mail shows."""
    return {"plan": plan, "promise": resumption.promise(plan.act_path), "email": email, "name": name}


async def storage_trouble(request: Request, problem: Exception) -> Response:
    """The disk is full, a lock is held too long, the database is away: as a page while reading is possible."""
    log_trouble(problem)
    words = words_of_trouble(request, problem)
    try:
        response = await _refusal_page(request, 503, [words])
    except STORAGE_TROUBLE:
        response = PlainTextResponse(words, 503, {"Cache-Control": "no-store"})
    response.headers["Retry-After"] = "10"
    return response


async def overtaken(request: Request, problem: Exception) -> Response:
    """A rule that the database keeps was broken, because two people did the same thing at once."""
    log_overtaken(problem)
    return await refused(request, Refused(_(OVERTAKEN)))


def words_of_trouble(request: Request, problem: Exception) -> str:
    """What is said of it: where something was sent and the line broke before an answer came, it may have been done."""
    is_unheard = isinstance(problem, db.Unheard) or getattr(problem, "connection_invalidated", False)
    return _(PERHAPS_STORED) if is_unheard and request.method not in SAFE_METHODS else _(NO_STORAGE)


def log_trouble(problem: Exception) -> None:
    log.error("Storage: %s", gist(problem))


def log_overtaken(problem: Exception) -> None:
    log.warning("Overtaken: %s", gist(problem))


def gist(problem: Exception) -> str:
    """What the database said, without the values, which may be somebody's."""
    return str(getattr(problem, "orig", problem)).partition("\n")[0]


async def gone(_request: Request, _trouble: ClientDisconnect) -> Response:
    """Whoever sent a form has left before it was whole, and hears nothing any more."""
    return Response(status_code=400)


async def broken(_request: Request, _fault: Exception) -> Response:
    """A fault of the program. It is logged where it is raised again."""
    return PlainTextResponse(_(BROKEN), 500, {"Cache-Control": "no-store"})


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    SignInNeeded: sign_in_needed,
    Refusal: refused,
    RequestValidationError: not_understood,
    DataError: not_understood,
    HTTPException: http_problem,
    IntegrityError: overtaken,
    **dict.fromkeys(STORAGE_TROUBLE, storage_trouble),
}
