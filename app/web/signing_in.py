"""Signing in at the moment of acting, and returning to that act, done."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Request, Response
from sqlmodel import Session

from app import attachments, sessions, sign_in
from app.config import settings
from app.people import Person
from app.refusals import Refusal
from app.sign_in import Plan, SignIn
from app.web import kit, pages, refusal_pages, resumption, signed_in
from app.web.forms import CodeForm, Pressed, typed
from app.web.kit import Db, Viewer
from app.web.resumption import Resumed
from app.web.route import area as new_area
from app.words import _

area = new_area()


@dataclass
class SignInForm:
    email: str = ""
    name: str = ""
    next_path: str = "/"
    act_path: str = ""
    act_body: str = ""


@dataclass
class LinkForm:
    act: str = ""


@area.get("/sign-in")
def ask_who(request: Request, viewer: Viewer) -> Response:
    next_path = resumption.next_page(request.query_params.get("next") or kit.own_referrer(request))
    if viewer is not None:
        return kit.see_other(next_path)
    return kit.private(pages.form(request, "people/sign_in.html", **refusal_pages.sign_in_form(Plan(next_path))))


@area.post("/sign-in")
def send_code(request: Request, session: Db, form: Annotated[SignInForm, typed(SignInForm)]) -> Response:
    try:
        plan = resumption.checked(request, form.next_path, form.act_path, form.act_body)
        handle = sign_in.begin(
            session, form.email, name=form.name, network=kit.network(request), plan=plan,
            instead_of=resumption.asked(request),
        )  # fmt: skip
    except Refusal as refusal:
        return _ask_again(request, form, refusal)
    return _to_code_page(handle)


def _to_code_page(handle: str, notice: str = "") -> Response:
    response = kit.see_other(f"/sign-in/{handle}", notice)
    resumption.remember(response, handle)
    return response


def _ask_again(request: Request, form: SignInForm, refusal: Refusal) -> Response:
    plan = Plan(resumption.next_page(form.next_path), form.act_path, form.act_body)
    shown = refusal_pages.sign_in_form(plan, email=form.email, name=form.name)
    return pages.form(request, "people/sign_in.html", refusal, "email", **shown)


@area.get("/sign-in/{handle}")
def ask_code(request: Request, session: Db, viewer: Viewer, handle: str) -> Response:
    attempt = sign_in.find(session, handle)
    return kit.see_other(attempt.next_path) if _is_in(viewer, attempt) else _code_page(request, attempt, handle)


def _is_in(viewer: Person | None, attempt: SignIn) -> bool:
    """Whether the attempt has ended well in this browser, and the person only came back to its page."""
    return viewer is not None and viewer.email == attempt.email and not attempt.is_open


@area.post("/sign-in/{handle}")
def take_code(
    request: Request, session: Db, viewer: Viewer, handle: str, form: Annotated[CodeForm, typed(CodeForm)]
) -> Response:
    attempt = sign_in.find(session, handle)
    if _is_in(viewer, attempt):
        return kit.see_other(attempt.next_path)
    if not sign_in.try_code(session, attempt, handle, form.code):
        return _code_page(request, attempt, handle, attempt.trouble, form.code)
    return _welcome(request, session, attempt, _by_code(request, attempt, handle))


def _by_code(request: Request, attempt: SignIn, handle: str) -> Plan:
    """What a code may do beside signing in."""
    return attempt.plan if resumption.has_asked(request, handle) else Plan(attempt.next_path)


def _code_page(
    request: Request, attempt: SignIn, handle: str, refusal: Refusal | None = None, code: str = ""
) -> Response:
    promise = resumption.promise(_by_code(request, attempt, handle).act_path)
    context = {
        "attempt": attempt, "handle": handle, "promise": promise, "code": code,
        "is_mailed": bool(settings().smtp_url), "is_elsewhere": not resumption.has_asked(request, handle),
    }  # fmt: skip
    return kit.private(pages.form(request, "people/code.html", refusal, **context))


@area.post("/sign-in/{handle}/again")
def send_another_code(request: Request, session: Db, handle: str, _form: Pressed) -> Response:
    attempt = sign_in.find(session, handle)
    plan, network = _by_code(request, attempt, handle), kit.network(request)
    another = sign_in.begin(session, attempt.email, name=attempt.name, network=network, plan=plan, instead_of=handle)
    return _to_code_page(another, _("A new code is on its way. The one before no longer works."))


@area.get("/sign-in/{handle}/link/{secret}")
def show_link(request: Request, session: Db, viewer: Viewer, handle: str, secret: str) -> Response:
    """A page with a button: a program that opens links in mails changes nothing."""
    attempt = sign_in.find(session, handle)
    sign_in.need_link(attempt, handle, secret)
    if _is_in(viewer, attempt):
        return kit.see_other(attempt.next_path)
    return _link_page(request, attempt, handle, secret) if attempt.is_open else _code_page(request, attempt, handle)


def _link_page(request: Request, attempt: SignIn, handle: str, secret: str) -> Response:
    plan = _by_link(request, attempt, handle)
    context: dict[str, Any] = {
        "attempt": attempt, "path": f"/sign-in/{handle}/link/{secret}", "promise": resumption.promise(plan.act_path),
        "said": resumption.typed_words(plan), "is_elsewhere": not resumption.has_asked(request, handle),
        "files": attachments.waiting(request.state.session, None, resumption.kept_files(plan)),
    }  # fmt: skip
    return kit.private(pages.page(request, "people/link.html", **context))


@area.post("/sign-in/{handle}/link/{secret}")
def take_link(
    request: Request, session: Db, handle: str, secret: str, form: Annotated[LinkForm, typed(LinkForm)]
) -> Response:
    attempt = sign_in.find(session, handle)
    if not sign_in.try_link(session, attempt, handle, secret):
        return _code_page(request, attempt, handle, attempt.trouble)
    plan = _by_link(request, attempt, handle)
    return _welcome(request, session, attempt, plan if form.act else Plan(plan.next_path))


def _by_link(request: Request, attempt: SignIn, handle: str) -> Plan:
    """What a link from a mail may do beside signing in."""
    return attempt.plan if resumption.has_asked(request, handle) else resumption.in_any_browser(attempt.plan)


def _welcome(request: Request, session: Session, attempt: SignIn, plan: Plan) -> Response:
    """Sign in, do what was interrupted, and go where it leads."""
    person = sign_in.complete(session, attempt)
    session.flush()
    key = signed_in.start(request, session, person)
    response = Resumed(request, plan, key) if plan.act_path else kit.see_other(plan.next_path)
    signed_in.keep(response, key)
    if person.is_unnamed:
        said = _("You are signed in as “%s”. Choose the name that others see in your profile.")
        kit.say_next(response, said % person.name)
    return response


@area.post("/sign-out")
def sign_out(request: Request, session: Db, _form: Pressed) -> Response:
    sessions.end(session, request.cookies.get(kit.session_cookie(), ""))
    response = kit.see_other("/", _("You are signed out."))
    signed_in.drop(response)
    return response
