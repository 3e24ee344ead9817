"""For each person: the tokens with which their programs use the API."""

from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

from fastapi import Request, Response
from sqlmodel import Session

from app import tokens
from app.people import Person
from app.refusals import Invalid, Refusal, Refused
from app.tokens import DAYS, Scope
from app.web import kit, pages
from app.web.forms import Pressed, typed
from app.web.kit import Db, Member
from app.web.route import area as new_area
from app.words import _

PATH = "/me/tokens"

area = new_area()


@dataclass
class TokenForm:
    name: str = ""
    scopes: list[str] = field(default_factory=list)
    days: str = ""


FIRST = TokenForm(scopes=[Scope.READ], days="90")


@area.get(PATH)
def show_tokens(request: Request, session: Db, person: Member) -> Response:
    return _page(request, session, person, FIRST)


@area.post(PATH)
def make_token(request: Request, session: Db, person: Member, form: Annotated[TokenForm, typed(TokenForm)]) -> Response:
    """The only page that ever shows the secret."""
    try:
        token, secret = tokens.make(session, person, form.name, form.scopes, form.days)
    except (Invalid, Refused) as refusal:
        return _page(request, session, person, form, refusal)
    return _page(request, session, person, FIRST, made=token, secret=secret)


@area.post(f"{PATH}/{{token:int}}/revocation")
def revoke_token(session: Db, person: Member, token: int, _form: Pressed) -> Response:
    tokens.revoke(session, person, token)
    return kit.see_other(PATH, _("The token is revoked. Nothing can be done with it any more."))


def _page(
    request: Request, session: Session, person: Person, form: TokenForm, refusal: Refusal | None = None, **more: Any
) -> Response:
    spans = [(str(days), _("%s days") % days) for days in DAYS]
    shown = {"made": None, "secret": "", "spans": spans, "all_scopes": Scope, **asdict(form), **more}
    return pages.form(request, "account/tokens.html", refusal, "name", tokens=tokens.of(session, person), **shown)
