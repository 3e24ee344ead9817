"""For owners: who answers in which week."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Request, Response

from app import db, rota
from app.refusals import Invalid
from app.web import kit, pages
from app.web.forms import typed
from app.web.kit import Db, Owner
from app.web.route import area as new_area
from app.words import _

PATH = "/settings/rota"

area = new_area()


@dataclass
class RotaForm:
    order: list[str] = field(default_factory=list)


@area.get(PATH)
def show_rota(request: Request, session: Db, _owner: Owner) -> Response:
    return _page(request, RotaForm([str(person.id) for person in rota.order(session)]))


@area.post(PATH)
def arrange_rota(request: Request, session: Db, owner: Owner, form: Annotated[RotaForm, typed(RotaForm)]) -> Response:
    try:
        rota.arrange(session, owner, form.order, db.now().date())
    except Invalid as refusal:
        return _page(request, form, refusal)
    return kit.see_other(PATH, _("The rota is saved."))


def _page(request: Request, form: RotaForm, refusal: Invalid | None = None) -> Response:
    session = request.state.session
    shown = {"team": rota.candidates(session), "weeks": rota.coming(session, db.now().date())}
    return pages.form(request, "settings/rota.html", refusal, form=form, **shown)
