"""Pages as a whole, those that many share, and parts of pages for htmx: what a template is told, and the answer."""

from collections.abc import Callable, Hashable
from functools import lru_cache, partial
from typing import Any
from urllib.parse import unquote

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from app import db, notifications, site
from app.config import settings
from app.refusals import Invalid, NotAllowed, NotFound, Refusal, Refused, TooMany
from app.web import kit
from app.web.drawing import environment, safe
from app.web.kit import Answer
from app.web.sharing import STAYS_TRUE, Fill, Frame, Hole, Recollections, Usual

DRAWINGS_MOST = 1_500
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
    """A whole page that many share, see `shared`."""
    key = (theme(request), key) if key is not None else None
    own = _own(request) | own
    return _answer(request, shared(request, template, key, lambda: _around(request) | context(), **own), 200)


def shared(request: Request, template: str, key: Hashable, context: Callable[[], dict[str, Any]], **own: Fill) -> bytes:
    """What is the same for all who share the `key`, which must say all that it depends on, but for some places.

    It is drawn once until anything is written, and knows neither the viewer nor the request. `own` draws what each
    reader sees in the places that the template calls `own(...)` for. Without a key it is drawn for this reader alone:
    what visitors make up is not kept, and what they see is remembered as it leaves.
    """

    def draw(hole: Hole) -> str:
        return render(request, template, own=hole, **NOBODY, **context())

    if key is None:
        return Frame(draw).filled(own)
    state = request.app.state
    kept: Recollections = state.lists if kit.identify(request) else state.frames_of_visitors
    frame = kept.recall(("frame", template, minute(), key), kit.revision(request), lambda: Frame(draw))
    return frame.filled(own)


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
    return HTMLResponse(environment().get_template(template).render(facts), headers=kit.FOR_NOBODY_ELSE)


def render(request: Request, template: str, /, **context: Any) -> str:
    """The template with what every page and every fragment knows; `page` adds what stands around it."""
    shared = {
        "request": request, "viewer": kit.identify(request), "now": db.now(), "asset": request.app.state.assets.path,
        "base_url": settings().effective_base_url, "drawn": drawn(request),
    }  # fmt: skip
    return environment().get_template(template).render({**shared, **context})


def minute() -> int:
    """For as long as it is the same, ages that stand in words are."""
    return int(db.now().timestamp() // STAYS_TRUE)


def drawing(request: Request) -> Callable[..., bytes]:
    """What draws a fragment once a minute from a template and facts, which must be all that it shows."""
    return partial(request.app.state.drawn, minute())


def drawn(request: Request) -> Callable[..., Markup]:
    """The same, as templates take it."""
    draw = drawing(request)
    return lambda template, **facts: safe(draw(template, **facts).decode())


def drawings() -> Callable[..., bytes]:
    """Those that an application remembers, as they leave: a letter that is not Latin doubles what words need."""

    @lru_cache(DRAWINGS_MOST)
    def draw(_minute: int, template: str, **facts: Hashable) -> bytes:
        return environment().get_template(template).render(now=db.now(), **facts).encode()

    return draw


def theme(request: Request) -> str:
    """The reader's choice, or `auto` for what their system prefers."""
    chosen = request.cookies.get(THEME, "")
    return chosen if chosen in THEMES else "auto"
