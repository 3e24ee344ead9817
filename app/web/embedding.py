"""The widget: what other sites show of an item or of the board, and the only pages that they may frame.

It knows nobody, whoever asks, so that it is the same for all readers and sets and heeds no cookie.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app import colours, db, embeds, lettering, site
from app.colours import DAY, NIGHT
from app.config import settings
from app.embeds import Excerpt, Widget
from app.marks import MARKS
from app.refusals import NotFound
from app.web import guard, kit, pages
from app.web.assets import FOREVER
from app.web.kit import Db
from app.web.route import DatabaseRoute
from app.words import _

HOUR = "public, max-age=3600"
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {}"
)
PICTURE = f"{guard.BARE}; style-src 'unsafe-inline'"  # no script runs in it, and a picture has no sheet but its own
FOR_OTHER_SITES = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
GONE = 404
OF_ITEM, LENGTH = re.compile("/items/([0-9]+)"), re.compile("[0-9]{1,4}")
WIDTH, ITEM_HEIGHT, BOARD_HEIGHT = 480, 200, 640  # pixels that a frame is given where nobody says more
DAY_SECONDS = 86400


class Embedded(DatabaseRoute):
    def within(self, request: Request, answer: Callable[[], Response]) -> Response:
        kit.know(request, None)
        response = answer()
        response.headers.update(FOR_OTHER_SITES)
        return kit.private(response) if response.status_code == GONE else response


area = APIRouter(route_class=Embedded, default_response_class=Response, include_in_schema=False)


@area.get("/embed/items/{number:int}")
def frame_item(request: Request, session: Db, number: int) -> Response:
    widget = embeds.find(session, number)
    return _page(request, session, "embeds/item.html", status=200 if widget else GONE, widget=widget)


@area.get("/embed/board")
def frame_board(request: Request, session: Db) -> Response:
    excerpt = Excerpt.asked(request.query_params)
    stations = embeds.stations(session, excerpt)
    return _page(request, session, "embeds/board.html", stations=stations, widget_of=embeds.alone)


@area.get("/embed/items/{number:int}.svg")
def draw_item(request: Request, session: Db, number: int) -> Response:
    widget = embeds.find(session, number)
    if widget is not None and request.query_params.get("form") == "card":
        return _picture(request, "embeds/card.svg", widget=widget)
    label, message = _badge(widget)
    status = 200 if widget else GONE
    return _picture(request, "embeds/badge.svg", status, label=label, message=message, widget=widget)


@area.get("/embed/board.svg")
def draw_board(request: Request, session: Db) -> Response:
    excerpt = Excerpt.asked(request.query_params)
    return _picture(
        request, "embeds/board.svg", stations=embeds.stations(session, excerpt), name=site.the(session).name,
        widget_of=embeds.alone,
    )  # fmt: skip


@area.get("/embed/items/{number:int}/badge.json")
def tell_item(session: Db, number: int) -> Response:
    """The badge as Shields draws it: https://shields.io/badges/endpoint-badge."""
    widget = embeds.find(session, number)
    label, message = _badge(widget)
    told = {"schemaVersion": 1, "label": label, "message": message, "cacheSeconds": 300}
    if widget is None:
        return JSONResponse(told | {"isError": True}, GONE)
    return JSONResponse(told | {"color": MARKS[widget.row.status].day.removeprefix("#")})


@area.get("/oembed")
def describe(request: Request, session: Db, url: str = "", format: str = "json") -> Response:  # noqa: A002 - its name in oEmbed
    """What to show in place of a link to one of our pages: https://oembed.com."""
    if format != "json":
        return Response(_("Only JSON is spoken here."), 501, media_type="text/plain")
    asked = request.query_params
    path, title, height = _widget_at(session, url)
    width, height = _at_most(asked.get("maxwidth"), WIDTH), _at_most(asked.get("maxheight"), height)
    frame = pages.render(request, "embeds/_frame.html", path=path, title=title, width=width, height=height)
    return JSONResponse({
        "version": "1.0", "type": "rich", "title": title, "provider_name": site.the(session).name,
        "provider_url": settings().effective_base_url, "cache_age": DAY_SECONDS, "html": frame.strip(),
        "width": width, "height": height,
    })  # fmt: skip


@area.get("/embed/daylight.css")
def dress(request: Request, session: Db) -> Response:
    """The sheet of frame and element alike: the colours of the site, for a page or for what hangs in a foreign one."""
    sheet = request.app.state.assets.files["embed/daylight.css"].decode() + colours.sheet(site.the(session).accent)
    dressed = re.sub(":root ?{", ":root, :host {", sheet)
    return Response(dressed, media_type="text/css", headers={"Cache-Control": HOUR})


@area.get("/embed/daylight.js")
def bring_script(request: Request) -> Response:
    """The newest; a page that must not be surprised names one by its content."""
    return _script(request.app.state.assets.widget.body, HOUR)


@area.get("/embed/frame.js")
def bring_frame_script(request: Request) -> Response:
    return _script(request.app.state.assets.files["embed/frame.js"], HOUR)


@area.get("/embed/identify.js")
def bring_acting_script(request: Request) -> Response:
    """Loaded by none but pages of products that know their users."""
    return _script(request.app.state.assets.files["embed/identify.js"], HOUR)


@area.get("/embed/{name}.js")
def bring_named_script(request: Request, name: str) -> Response:
    found = request.app.state.assets.widgets.get(name)
    if found is None:
        raise NotFound
    return _script(found.body, FOREVER)


def _badge(widget: Widget | None) -> tuple[str, str]:
    """What stands at the left of a badge, and what at the right."""
    return (f"#{widget.row.number}", widget.message(db.now())) if widget else (_("Item"), _("not public"))


def _script(body: bytes, kept: str) -> Response:
    return Response(body, media_type="text/javascript", headers={"Cache-Control": kept})


def _page(request: Request, session: Db, template: str, *, status: int = 200, **shown: Any) -> Response:
    the = kit.recalled(request, "site", lambda: site.the(session))
    policy = {"Content-Security-Policy": PAGE.format(the.frame_ancestors)}
    page = pages.render(request, template, site=the, theme=_theme(request), **shown)
    return Response(page, status, policy, media_type="text/html")


def _picture(request: Request, template: str, status: int = 200, **shown: Any) -> Response:
    themes = {"light": (DAY,), "dark": (NIGHT,)}.get(_theme(request), (DAY, NIGHT))
    picture = pages.render(request, template, themes=themes, lettering=lettering, night=NIGHT, **shown)
    return Response(picture, status, {"Content-Security-Policy": PICTURE}, media_type="image/svg+xml")


def _theme(request: Request) -> str:
    chosen = request.query_params.get("theme", "")
    return chosen if chosen in pages.THEMES else "auto"


def _widget_at(session: Db, url: str) -> tuple[str, str, int]:
    """The frame for an address of ours, what it is called, and how high it is. Raises NotFound."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise NotFound from None
    if parts.netloc.lower() != urlsplit(settings().effective_base_url).netloc.lower():
        raise NotFound
    if parts.path in {"/", "/roadmap"}:
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        excerpt = Excerpt.asked(asked | {"sections": asked.get("status", "")})
        return f"/embed/board{excerpt.query}", site.the(session).name, BOARD_HEIGHT
    found = OF_ITEM.fullmatch(parts.path)
    widget = embeds.find(session, db.row_id(found[1])) if found else None
    if widget is None:
        raise NotFound
    return f"/embed{widget.row.path}", widget.row.title, ITEM_HEIGHT


def _at_most(wished: str | None, usual: int) -> int:
    """A length that a page asks for, as far as it says one that can be."""
    return min(max(int(wished), 1), usual) if wished and LENGTH.fullmatch(wished) else usual
