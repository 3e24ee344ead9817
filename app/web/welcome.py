"""The first run: the owner's one-time link."""

from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import Request, Response

from app import first_run, site
from app.refusals import Invalid
from app.web import kit, pages, signed_in
from app.web.forms import typed
from app.web.kit import Db
from app.web.route import area as new_area
from app.words import _

area = new_area()


@dataclass
class WelcomeForm:
    name: str = ""
    email: str = ""
    title: str = ""
    site_name: str = ""


@area.get("/welcome/{token}")
def greet(request: Request, session: Db, token: str) -> Response:
    first_run.need_valid(session, token)
    return _page(request, token, WelcomeForm(site_name=site.the(session).name))


@area.post("/welcome/{token}")
def make_owner(request: Request, session: Db, token: str, form: Annotated[WelcomeForm, typed(WelcomeForm)]) -> Response:
    try:
        owner = first_run.claim(session, token, **asdict(form))
    except Invalid as refusal:
        return _page(request, token, form, refusal)
    session.flush()
    response = kit.see_other("/", _("Welcome, %s. This board is yours.") % owner.name)
    signed_in.keep(response, signed_in.start(request, session, owner))
    return response


def _page(request: Request, token: str, form: WelcomeForm, refusal: Invalid | None = None) -> Response:
    return kit.private(pages.form(request, "people/welcome.html", refusal, token=token, form=form))
