"""For owners: what the site is called, what it is for, how it looks, and whether search engines may list it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Request, Response
from starlette.datastructures import UploadFile

from app import colours, site
from app.refusals import Invalid
from app.site import Site
from app.web import kit, pages
from app.web.forms import Pressed, typed
from app.web.kit import Db, Owner
from app.web.route import area as new_area
from app.words import _

area = new_area()


@dataclass
class SiteForm:
    name: str = ""
    description: str = ""
    accent: str = ""
    indexed: str = ""


@dataclass
class LogoForm:
    logo: UploadFile | str = ""


@area.get("/settings")
def show_settings(request: Request, session: Db, _owner: Owner) -> Response:
    return _page(request, _as_typed(site.the(session)))


@area.post("/settings")
def save_settings(request: Request, session: Db, _owner: Owner, form: Annotated[SiteForm, typed(SiteForm)]) -> Response:
    try:
        site.describe(
            session, name=form.name, description=form.description, accent=form.accent, is_indexed=bool(form.indexed)
        )
    except Invalid as refusal:
        return _page(request, form, refusal)
    return kit.see_other("/settings", _("The settings are saved."))


@area.post("/settings/logo")
def save_logo(request: Request, session: Db, _owner: Owner, form: Annotated[LogoForm, typed(LogoForm)]) -> Response:
    from app import pictures  # noqa: PLC0415 - with a library that is loaded when a picture comes

    sent = form.logo.file.read(pictures.BYTES_MOST + 1) if isinstance(form.logo, UploadFile) else b""
    try:
        site.set_logo(session, pictures.logo(sent))
    except Invalid as refusal:
        return _page(request, _as_typed(site.the(session)), refusal)
    return kit.see_other("/settings", _("The logo is saved."))


@area.post("/settings/logo/removal")
def remove_logo(session: Db, _owner: Owner, _form: Pressed) -> Response:
    site.set_logo(session, None)
    return kit.see_other("/settings", _("The logo is gone."))


def _as_typed(the: Site) -> SiteForm:
    return SiteForm(the.name, the.description, the.accent, "yes" if the.is_indexed else "")


def _page(request: Request, form: SiteForm, refusal: Invalid | None = None) -> Response:
    chosen = site.the(request.state.session).accent
    accents = [
        (_("By day"), colours.accent(chosen, colours.DAY)),
        (_("By night"), colours.accent(chosen, colours.NIGHT)),
    ]
    return pages.form(request, "settings/site.html", refusal, form=form, accents=accents)
