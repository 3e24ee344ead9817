"""The look: a reader's choice of theme, and the owner's accent and logo."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Response

from app import colours, site
from app.refusals import NotFound
from app.web import guard, kit, pages
from app.web.assets import FOREVER
from app.web.forms import typed
from app.web.kit import Db
from app.web.route import area as new_area

YEAR = 365 * 86400

area = new_area()


@dataclass
class ThemeForm:
    theme: str = ""
    next: str = "/"


@area.post("/theme")
def choose_theme(form: Annotated[ThemeForm, typed(ThemeForm)]) -> Response:
    """Remember the choice in this browser; `auto` forgets it."""
    response = kit.see_other(kit.own_path(form.next))
    if form.theme in pages.THEMES:
        kit.set_cookie(response, pages.THEME, form.theme, lasts=YEAR)
    else:
        response.delete_cookie(pages.THEME)
    return response


@area.get("/look.css")
def look(session: Db) -> Response:
    """The owner's accent. The address changes with it, so that browsers may keep it."""
    sheet = colours.sheet(site.the(session).accent)
    return Response(sheet, media_type="text/css", headers={"Cache-Control": FOREVER})


@area.get("/logo")
def logo(session: Db) -> Response:
    the = site.the(session)
    if the.logo is None:
        raise NotFound
    headers = {"Cache-Control": FOREVER, "Content-Security-Policy": guard.BARE}
    return Response(the.logo, media_type=the.logo_type, headers=headers)
