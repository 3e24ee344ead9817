"""For each person about themselves: name, address, browsers, what is kept of them, and leaving."""

import json
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import Request, Response
from sqlmodel import Session

from app import db, departure, dossier, notifications, people, policy, seals, sessions, sign_in
from app.config import settings
from app.hearing import Hear
from app.people import Person
from app.refusals import Invalid, Refusal, Refused
from app.sign_in import SignIn
from app.web import kit, pages, signed_in
from app.web.forms import CodeForm, Pressed, typed
from app.web.kit import Db, Member
from app.web.route import area as new_area
from app.words import _

area = new_area()


@dataclass
class ProfileForm:
    name: str = ""
    title: str = ""


@dataclass
class HearingForm:
    hears: str = ""
    comments: str = ""
    team: str = ""


@dataclass
class AddressForm:
    email: str = ""


@area.get("/me/profile")
def my_profile(request: Request, session: Db, person: Member) -> Response:
    return _page(request, session, person)


def _page(request: Request, session: Session, person: Person, refusal: Refusal | None = None, **typed: str) -> Response:
    """The profile; with what was typed into the form that was refused."""
    field = next((name for name in ("email", "hears") if name in typed), "name")
    context: dict[str, Any] = {
        "name": person.name, "title": person.title, "email": person.email or "", "hears": person.hears,
        "comments": person.hears_comments, "team": person.hears_team, "ways": list(Hear),
        "cases_path": seals.paths(session, person)["cases_path"],
        **typed,
        "sessions": sessions.of(session, person.key), "this": sessions.hashed(request.cookies[kit.session_cookie()]),
    }  # fmt: skip
    return pages.form(request, "account/profile.html", refusal, field, **context)


@area.post("/me/profile")
def introduce(
    request: Request, session: Db, person: Member, form: Annotated[ProfileForm, typed(ProfileForm)]
) -> Response:
    try:
        people.introduce(session, person, form.name, form.title)
    except Invalid as problem:
        return _page(request, session, person, problem, **asdict(form))
    return kit.see_other("/me/profile", _("Others now see you as “%s”.") % person.byline)


@area.post("/me/hearing")
def choose_hearing(
    request: Request, session: Db, person: Member, form: Annotated[HearingForm, typed(HearingForm)]
) -> Response:
    team = bool(form.team) if policy.is_maintainer(person) else None  # others are not asked
    try:
        notifications.choose(session, person, hears=form.hears, comments=bool(form.comments), team=team)
    except Invalid as problem:
        return _page(request, session, person, problem, **asdict(form))
    return kit.see_other("/me/profile#hearing", _("Your choice holds from now on."))


@area.post("/me/case-link")
def renew_case_link(session: Db, person: Member, _form: Pressed) -> Response:
    people.renew_case_link(session, person)
    return kit.see_other("/me/profile#case-link", _("There is a new address for your cases."))


@area.post("/me/case-link/revocation")
def revoke_case_link(session: Db, person: Member, _form: Pressed) -> Response:
    people.revoke_case_link(session, person)
    return kit.see_other("/me/profile#case-link", _("The address of your cases is revoked."))


@area.post("/me/address")
def change_address(
    request: Request, session: Db, person: Member, form: Annotated[AddressForm, typed(AddressForm)]
) -> Response:
    try:
        handle = sign_in.begin_change(session, person, form.email, network=kit.network(request))
    except Refusal as refusal:
        return _page(request, session, person, refusal, email=form.email)
    return kit.see_other(f"/me/address/{handle}")


@area.post("/me/arrival")
def say_that_mails_arrive(session: Db, person: Member, _form: Pressed) -> Response:
    people.note_arrival(session, person)
    return kit.see_other("/me/profile", _("News are sent to %s again.") % person.email)


@area.get("/me/address/{handle}")
def ask_code(request: Request, session: Db, person: Member, handle: str) -> Response:
    return _code_page(request, sign_in.find(session, handle, person), handle)


@area.post("/me/address/{handle}")
def take_code(
    request: Request, session: Db, person: Member, handle: str, form: Annotated[CodeForm, typed(CodeForm)]
) -> Response:
    attempt = sign_in.find(session, handle, person)
    if not sign_in.try_code(session, attempt, handle, form.code):
        return _code_page(request, attempt, handle, attempt.trouble, form.code)
    try:
        sign_in.complete_change(session, attempt, person)
    except Refused as refusal:
        return _code_page(request, attempt, handle, refusal)
    response = kit.see_other("/me/profile", _("Your address is %s now. Other browsers are signed out.") % person.email)
    signed_in.keep(response, signed_in.start(request, session, person))
    return response


def _code_page(
    request: Request, attempt: SignIn, handle: str, refusal: Refusal | None = None, code: str = ""
) -> Response:
    shown = {"attempt": attempt, "handle": handle, "code": code, "is_mailed": bool(settings().smtp_url)}
    return pages.form(request, "account/address.html", refusal, "code", **shown)


@area.post("/me/sessions/revocation")
def sign_out_elsewhere(request: Request, session: Db, person: Member, _form: Pressed) -> Response:
    sessions.revoke_all(session, person.key, but=request.cookies[kit.session_cookie()])
    return kit.see_other("/me/profile#sessions", _("All other browsers are signed out."))


@area.post("/me/sessions/{mark}/revocation")
def sign_out_there(session: Db, person: Member, mark: str, _form: Pressed) -> Response:
    sessions.revoke(session, person.key, mark)
    return kit.see_other("/me/profile#sessions", _("That browser is signed out."))


@area.get("/me/dossier.json")
def take_dossier(session: Db, person: Member) -> Response:
    everything = json.dumps(dossier.of(session, person), ensure_ascii=False, indent=2)
    name = f'attachment; filename="daylight-{db.now():%Y-%m-%d}.json"'
    return kit.private(Response(everything, media_type="application/json", headers={"Content-Disposition": name}))


@area.get("/me/deletion")
def ask_before_leaving(request: Request, _person: Member) -> Response:
    return pages.form(request, "account/deletion.html", email="")


@area.post("/me/deletion")
def leave(request: Request, session: Db, person: Member, form: Annotated[AddressForm, typed(AddressForm)]) -> Response:
    try:
        departure.leave(session, person, form.email)
    except Refusal as refusal:
        return pages.form(request, "account/deletion.html", refusal, "email", email=form.email)
    response = kit.see_other("/", _("Your account is deleted."))
    signed_in.drop(response)
    return response
