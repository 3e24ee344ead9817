"""What every area uses: the typed dependencies, and the ways to answer."""

from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, SQLModel
from starlette.background import BackgroundTask

from app import limits, policy, sessions, sight, sign_in
from app.config import settings
from app.items import Item
from app.people import Person
from app.refusals import NotFound, Refusal, Refused
from app.sessions import SessionRow
from app.web.route import SAFE_METHODS
from app.web.sharing import Recollections
from app.words import _

FOR_NOBODY_ELSE = {"Cache-Control": "private, no-store"}
NOTICE = "notice"
PAGES_MOST = 1000

Answer = TypeVar("Answer", bound=Response)
Read = TypeVar("Read")


class SignInNeeded(Refusal):
    """A visitor wants to act: they sign in, and the act is done."""


def known(request: Request) -> dict[str, Any]:
    """What `request.state` shows. To ask that costs ten times as much, which is felt where each page asks often."""
    facts: dict[str, Any] = request.scope.setdefault("state", {})
    return facts


async def _session(request: Request) -> Session:
    session: Session = known(request)["session"]
    return session


def identify(request: Request) -> Person | None:
    """The person who is signed in in this browser; asked for once a transaction, because what it read ends with it."""
    facts = known(request)
    session: Session = facts["session"]
    if facts.get("identified_in") is not session:
        key = request.cookies.get(session_cookie())
        found = recalled(request, ("browser", key), lambda: sign_in.recognise(session, key)) if key else None
        know(request, *(found if found and not found[1].has_ended else (None, None)))
    person: Person | None = facts["viewer"]
    return person


def know(request: Request, person: Person | None, signed_in: SessionRow | None = None) -> None:
    """Who asks, for all that happens in this transaction."""
    facts = known(request)
    facts |= {"viewer": person, "sign_in": signed_in, "identified_in": facts["session"]}


async def _viewer(request: Request) -> Person | None:
    return identify(request)


Db = Annotated[Session, Depends(_session)]
Viewer = Annotated[Person | None, Depends(_viewer)]


async def _member(viewer: Viewer) -> Person:
    if viewer is None:
        raise SignInNeeded(_("Please sign in."))
    return viewer


Member = Annotated[Person, Depends(_member)]


def _with(may: Callable[[Person | None], bool]) -> Any:
    async def allowed(person: Member) -> Person:
        if not may(person):
            raise NotFound
        return person

    return Depends(allowed)


Advocate = Annotated[Person, _with(policy.is_advocate)]
Maintainer = Annotated[Person, _with(policy.is_maintainer)]
Owner = Annotated[Person, _with(policy.is_owner)]


async def _item(request: Request, session: Db, viewer: Viewer, number: int) -> Item:
    find = sight.read if request.method in SAFE_METHODS else sight.find
    return find(session, number, viewer)


ItemInPath = Annotated[Item, Depends(_item)]


def session_cookie() -> str:
    return own_name("session")


def own_name(name: str) -> str:
    """The name of a cookie that browsers accept from this very host only, where https allows it."""
    return f"__Host-{name}" if settings().is_https else name


def set_cookie(response: Response, name: str, value: str, *, lasts: int) -> None:
    """A cookie that no script reads and no form of another site brings along; after `lasts` seconds it is gone."""
    response.set_cookie(name, value, max_age=lasts, httponly=True, samesite="lax", secure=settings().is_https)


def private(response: Answer) -> Answer:
    """Let nobody keep this answer, though it may have been given to a visitor."""
    response.headers.update(FOR_NOBODY_ELSE)
    return response


def unlisted(response: Answer) -> Answer:
    """A page at a private address: nobody keeps it, and search engines leave it out."""
    response.headers["X-Robots-Tag"] = "noindex"
    return private(response)


def recalled(request: Request, key: Hashable, read: Callable[[], Read]) -> Read:
    """What many readers ask for, read once until anything is written. `key` must say all that it depends on.

    Rows are taken out of the session, for what is recalled outlives a transaction that is undone.
    """
    recollections: Recollections = request.app.state.recollections
    return recollections.recall(key, revision(request), lambda: _apart(request, read()))


def _apart(request: Request, value: Read) -> Read:
    session: Session = request.state.session
    if revision(request) is not None:
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, SQLModel) and each in session:
                session.expunge(each)
    return value


def recalled_list(request: Request, key: Hashable, read: Callable[[], Read]) -> Read:
    """The same for what is large and shown to members only: what visitors see is remembered as it leaves."""
    lists: Recollections = request.app.state.lists
    return lists.recall(key, revision(request), read) if identify(request) else read()


def revision(request: Request) -> object:
    """What the database stood at when a reading request began; None where somebody writes or reads on the way."""
    return known(request).get("revision")


def audience(request: Request, session: Session, viewer: Person | None) -> Hashable:
    """Whom a list was made for: people of one audience see the same items."""
    if viewer is None:
        return "visitors"
    if policy.is_maintainer(viewer):
        return "maintainers"
    personal = recalled(request, "personal", lambda: sight.differ_by_member(session))
    return viewer.key if personal else "members"


def is_shown_on(request: Request, path: str) -> bool:
    """Whether htmx asks from the page at this path."""
    return urlsplit(request.headers.get("HX-Current-URL", "")).path == path


def asked_by_htmx(request: Request) -> bool:
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def page_number(request: Request) -> int:
    """Which page of a list is asked for; the first, unless a number says another."""
    asked = request.query_params.get("page", "")
    return int(asked) if asked in map(str, range(1, PAGES_MOST)) else 1


def see_other(path: str, notice: str = "") -> Response:
    """Go to a page of ours after a form was taken, and say there what was done."""
    response = RedirectResponse(path, 303)
    if notice:
        say_next(response, notice)
    return response


def say_next(response: Response, notice: str) -> None:
    """Have the page that the person sees next say what was done."""
    set_cookie(response, NOTICE, quote(notice), lasts=30)


def own_path(value: str) -> str:
    """The value if it is a path on this site, else the board."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return "/"
    odd = parts.scheme or parts.netloc or not value.startswith("/") or value.startswith("//") or "\\" in value
    return "/" if odd or any(character <= " " for character in value) else value


def own_referrer(request: Request) -> str:
    """Where on this site the person came from. A proxy may have changed the scheme, so only the host is compared."""
    try:
        came_from = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    path = f"{came_from.path}?{came_from.query}".rstrip("?")
    return own_path(path) if came_from.netloc == request.url.netloc else "/"


async def in_transaction(request: Request, work: Callable[[Session], Read], *, writes: bool = False) -> Read:
    """For the few handlers that have something to wait for, which they do outside of any transaction."""

    def with_session(session: Session) -> Read:
        request.state.session = session
        return work(session)

    done: Read = await request.app.state.database.run(with_session, writes=writes)
    return done


def afterwards(request: Request, work: Callable[[Session], None] | None = None) -> BackgroundTask:
    """A small write that a page causes by being looked at; done after the answer has left.

    Whoever looks shows that they still use this browser, so their session lasts on.
    """

    def write(session: Session) -> None:
        if work is not None:
            work(session)
        if shows_life(request):
            sessions.prolong(session, request.cookies[session_cookie()])

    async def run() -> None:
        with suppress(Refused):  # the account was deleted meanwhile, and nobody is there to be told
            await request.app.state.database.run(write, writes=True)

    return BackgroundTask(run)


def shows_life(request: Request) -> bool:
    """Whether it is time to note that this session is used."""
    signed_in: SessionRow | None = known(request)["sign_in"]
    return signed_in is not None and signed_in.is_stale


def network(request: Request) -> str:
    """Where the request comes from, as limits count it."""
    return limits.network(request.client.host if request.client else "")


def is_own(viewer: Person | None, person_id: int | None) -> bool:
    return viewer is not None and viewer.id == person_id
