"""Pages as a whole, those that many share, and parts of pages for htmx: what a template is told, and the answer."""

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache, partial
from typing import Any
from urllib.parse import unquote

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from app import db, notifications, site
from app.config import settings
from app.listing import Row
from app.refusals import Invalid, NotAllowed, NotFound, Refusal, Refused, TooMany
from app.web import kit
from app.web.drawing import loaded, safe
from app.web.kit import Answer
from app.web.sharing import CUT, STAYS_TRUE, Fill, Frame, Hole, Pieces, Recollections, Usual

DRAWINGS_MOST = 500
THEME = "theme"
THEMES = frozenset({"light", "dark"})
STATUSES = {NotFound: 404, NotAllowed: 403, Refused: 409, TooMany: 429, Invalid: 422}
NOBODY = {name: StrictUndefined(name=name) for name in ("viewer", "request")}


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A whole page; inside the request's transaction."""
    frame = Frame(lambda hole: render(request, template, own=hole, **_around(request), **context))
    return _answer(request, frame.filled(_own(request)), status)


def form(
    request: Request, template: str, refusal: Refusal | None = None, field: str = "", /, **context: Any
) -> Response:
    """The page of a form; where it was refused, with what is wrong beside what was typed, see `problems_of`."""
    return say_no(page(request, template, problems=problems_of(refusal, field), **context), refusal)


def problems_of(refusal: Refusal | None, field: str) -> dict[str, str]:
    """What to write beside the fields of a form; what concerns no field stands at the one named."""
    if refusal is None:
        return {}
    return refusal.problems if isinstance(refusal, Invalid) else {field: refusal.words}


def say_no(response: Answer, refusal: Refusal | None) -> Answer:
    """Let the answer say also to programs that something was refused, and when a spent limit is fresh again."""
    if refusal is None:
        return response
    response.status_code = code_of(refusal)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return kit.private(response)


def code_of(refusal: Refusal) -> int:
    return next(code for kind, code in STATUSES.items() if isinstance(refusal, kind))


def shared_page(
    request: Request, template: str, key: Hashable, context: Callable[[], dict[str, Any]], **own: Fill
) -> HTMLResponse:
    """A whole page, which is the same for all who share the `key`, but for some places.

    The key must say all that the page depends on. It is drawn once until anything is written, and knows neither the
    viewer nor the request. `own` draws what each reader sees in the places that the template calls `own(...)` for.
    Without a key it is drawn for this reader alone: what visitors make up is not kept.
    """

    def draw(hole: Hole) -> str:
        return render(request, template, own=hole, **NOBODY, **_around(request), **context())

    own = _own(request) | own
    if key is None:
        return _answer(request, Frame(draw).filled(own), 200)
    state, chosen = request.app.state, theme(request)
    kept: Recollections = state.lists if kit.identify(request) else state.frames_of_visitors
    frame = kept.recall(("frame", template, minute(), chosen, key), kit.revision(request), lambda: Frame(draw))
    return _answer(request, frame.filled(own), 200)


def _around(request: Request) -> dict[str, Any]:
    """What every page knows."""
    the_site = kit.recalled(request, "site", lambda: site.the(request.state.session))
    return {"site": the_site, "theme": theme(request), "page_path": request.url.path}


def _own(request: Request) -> dict[str, Fill]:
    """What stands around every page for its reader only."""
    return {
        "person": Usual(
            lambda: render(request, "shared/_person.html", news=news(request)),
            differs=lambda: kit.identify(request) is not None,
        ),
        "notice": Usual(
            lambda: render(request, "shared/_notice.html", notice=unquote(request.cookies.get(kit.NOTICE, ""))),
            differs=lambda: kit.NOTICE in request.cookies,
        ),
        "here": lambda: escape(_here(request)),
    }


def _here(request: Request) -> str:
    return f"{request.scope['path']}?{request.scope['query_string'].decode('latin-1')}".rstrip("?")


def _answer(request: Request, html: bytes, status: int) -> HTMLResponse:
    response = HTMLResponse(html, status)
    if kit.identify(request) is not None or status >= 400:  # noqa: PLR2004 - the class of client errors
        kit.private(response)
    if kit.NOTICE in request.cookies:
        response.delete_cookie(kit.NOTICE)
        kit.private(response)
    if kit.shows_life(request):
        response.background = kit.afterwards(request)
    return response


def news(request: Request) -> int:
    """On how many items there is something new to whoever looks."""
    viewer = kit.identify(request)
    if viewer is None:
        return 0
    return kit.recalled(request, ("news", viewer.key), lambda: notifications.count_new(request.state.session, viewer))


def fragment(request: Request, template: str, **context: Any) -> HTMLResponse:
    """A part of a page, for htmx."""
    return HTMLResponse(render(request, template, **context), headers=kit.FOR_NOBODY_ELSE)


def part(template: str, **facts: Any) -> HTMLResponse:
    """The same, where these facts are all that it shows."""
    return HTMLResponse(loaded(template).render(facts), headers=kit.FOR_NOBODY_ELSE)


def render(request: Request, template: str, /, **context: Any) -> str:
    """The template with what every page and every fragment knows; `page` adds what stands around it."""
    shared = {
        "request": request, "viewer": kit.identify(request), "now": db.now(), "asset": request.app.state.assets.path,
        "base_url": settings().effective_base_url, "drawn": drawn(request),
    }  # fmt: skip
    return loaded(template).render({**shared, **context})


def minute() -> int:
    """For as long as it is the same, ages that stand in words are."""
    return int(db.now().timestamp() // STAYS_TRUE)


def drawn(request: Request) -> Callable[..., Markup]:
    """What draws a fragment once a minute from a template and facts, which must be all that it shows."""
    return partial(request.app.state.drawn, minute())


def drawings() -> Callable[..., Markup]:
    """Those that an application remembers."""

    @lru_cache(DRAWINGS_MOST)
    def draw(_minute: int, template: str, **facts: Hashable) -> Markup:
        return safe(loaded(template).render(now=db.now(), **facts))

    return draw


def pieces(
    request: Request, template: str, facts: Mapping[str, Hashable], rows: list[Row], *, voted: bool
) -> dict[Row, bytes]:
    """A fragment for each of the rows, drawn once a minute as well, by a template of several."""

    def draw(some: list[Row]) -> str:
        shown = {"now": db.now(), "cut": CUT, "rows": some, "voted": [row.number for row in some if voted]}
        return loaded(template).render(shown, **facts)

    kept: Pieces = request.app.state.pieces
    return kept.of_each(rows, (minute(), template, voted, *facts.values()), draw)


def theme(request: Request) -> str:
    """The reader's choice, or `auto` for what their system prefers."""
    chosen = request.cookies.get(THEME, "")
    return chosen if chosen in THEMES else "auto"
