"""How pages are remembered. One idea: what was drawn from the same facts is the same.

For a reader without cookies the fact is that nothing was written since; for a row of a list it is what stands in it;
for the frame of a page it is who may see the same, and each reader's own is put into its holes.

The database itself tells whether anything was written, by any process, since a page was drawn (`Database.revision`), so
nothing has to be cleared and no process needs to hear of another. Ages in words stay true for a minute. The rest of the
code does not know of this: an answer is remembered if it is a 200, sets no cookie and does not call itself private.
"""

import hashlib
import re
import secrets
import time
from asyncio import Future, get_running_loop
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar, cast

from jinja2 import Environment
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db import Database
from app.web import accepting

STAYS_TRUE = 60.0  # seconds
BYTES_MOST = 6_000_000
PAGE_MOST = 1_000_000
DRAWINGS_MOST = 1_000
RECOLLECTIONS_MOST = 500
FRAMES_MOST = 30  # around lists that visitors read: apart, for they may ask for any number
LISTS_MOST = 75  # pages of lists, their frames and those around them, each of some tens of kilobytes
ASKED_MOST = 1_000  # bytes of a query, beyond which an address is not worth its place
COOKIE_MOST = 20  # bytes

_SIGN = secrets.token_hex(8)  # that nobody can write, because nobody is shown it
_HOLE = re.compile(f"{_SIGN} ([0-9]+) ")

Read = TypeVar("Read")
Hole = Callable[..., Markup]
Fill = Callable[..., str | bytes]
Own = Mapping[str, Fill]
VARY = (b"vary", b"accept-encoding, authorization, cookie")
PUBLIC = (b"cache-control", b"public, max-age=0, s-maxage=5, stale-while-revalidate=30")
KEPT_COOKIES = b"theme="
HEEDS_NO_COOKIE = "/embed/"
STAYS_OPEN = "/live"  # how the address of a stream ends, which is no answer to keep
ATTACHED = "/attachments/"  # large, and kept by those who read it

Key = tuple[str, bytes, bytes, bytes, bool]


@dataclass
class Answer:
    """A whole answer as it leaves."""

    revision: object
    until: float
    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    etag: bytes = b""
    fault: Exception | None = None

    @property
    def size(self) -> int:
        return len(self.body) + 1000

    def hear(self, message: Message) -> None:
        """Take in a part of the answer as the application sends it."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    async def hear_all(self, app: ASGIApp, scope: Scope, receive: Receive) -> None:
        """Have the application answer. What it says of a fault of its own is an answer too."""

        async def hear(message: Message) -> None:
            self.hear(message)

        try:
            await app(scope, receive, hear)
        except Exception as fault:
            if not self.status:
                raise
            self.fault = fault

    def may_be_kept(self) -> bool:
        names = dict(self.headers)
        private = b"set-cookie" in names or any(
            word in names.get(b"cache-control", b"") for word in (b"private", b"no-store")
        )
        return self.status == 200 and not private and len(self.body) <= PAGE_MOST  # noqa: PLR2004 - OK

    def mark_public(self) -> None:
        """Let a cache between us and the reader carry it, and name this version."""
        self.etag = b'"' + hashlib.sha256(self.body).hexdigest()[:20].encode() + b'"'
        self.headers.append((b"etag", self.etag))
        if not any(name == b"cache-control" for name, _value in self.headers):
            self.headers = [pair for pair in self.headers if pair[0] != b"vary"] + [PUBLIC, VARY]

    async def send(self, send: Send, known: bytes | None) -> None:
        """Send it, or only say that the reader has this version already."""
        if self.etag and known is not None and self.etag in known:
            without_body = [
                pair
                for pair in self.headers
                if pair[0] not in {b"content-length", b"content-encoding", b"content-type"}
            ]
            await send({"type": "http.response.start", "status": 304, "headers": without_body})
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})
        if self.fault is not None:
            raise self.fault


class Memory:
    """ASGI, around the whole application."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self.app, self.database = app, database
        self.answers: dict[Key, Answer] = {}
        self.bytes = 0
        self.drawing: dict[tuple[Key, object], Future[Answer]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        key, known = key_of(scope)
        if key is None:
            await self.app(scope, receive, send)
            return
        answer = self.answers.get(key)
        try:
            revision = await self.database.revision()
        except SQLAlchemyError:
            await self.app(scope, receive, send)  # it says in plain words that the database is away
            return
        if answer is None or answer.revision != revision or answer.until < time.monotonic():
            answer = await self._drawn(key, revision, scope, receive)
        await answer.send(send, known)

    async def _drawn(self, key: Key, revision: object, scope: Scope, receive: Receive) -> Answer:
        """Have the application draw the page; readers who ask for the same meanwhile share it, unless it is private."""
        underway = self.drawing.get((key, revision))
        if underway is not None and (shared := await underway).may_be_kept():
            return shared
        self.drawing[key, revision] = future = get_running_loop().create_future()
        answer = Answer(revision, time.monotonic() + STAYS_TRUE)
        try:
            await answer.hear_all(self.app, scope, receive)
            future.set_result(answer)
        except BaseException as trouble:
            future.set_exception(trouble)
            future.exception()
            raise
        finally:
            self.drawing.pop((key, revision), None)
        if answer.may_be_kept():
            answer.mark_public()
            self._keep(key, answer)
        return answer

    def _keep(self, key: Key, answer: Answer) -> None:
        earlier = self.answers.pop(key, None)
        self.bytes += answer.size - (earlier.size if earlier else 0)
        self.answers[key] = answer
        while self.bytes > BYTES_MOST:
            oldest = next(iter(self.answers))
            self.bytes -= self.answers.pop(oldest).size


class Shelf:
    """So many things by their keys, for any number of threads; what nobody asked for the longest makes room."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.things: OrderedDict[Hashable, Any] = OrderedDict()
        self.lock = Lock()

    def get(self, key: Hashable) -> Any:
        with self.lock:
            if key in self.things:
                self.things.move_to_end(key)
            return self.things.get(key)

    def put(self, key: Hashable, thing: Any) -> None:
        with self.lock:
            self.things[key] = thing
            self.things.move_to_end(key)
            if len(self.things) > self.most:
                self.things.popitem(last=False)


class Recollections:
    """What was read from the database for many readers, true until anything is written."""

    def __init__(self, most: int = RECOLLECTIONS_MOST) -> None:
        self.kept = Shelf(most)

    def recall(self, key: Hashable, revision: object, read: Callable[[], Read]) -> Read:
        """What was read at this revision, or read it now; without a revision always read it now.

        What is not there is not kept: strangers could push everything else out by asking for what they make up.
        """
        found = self.kept.get(key) if revision is not None else None
        if found is not None and found[0] == revision:
            return cast("Read", found[1])
        value = read()
        if value is not None and revision is not None:
            self.kept.put(key, (revision, value))
        return value


class Drawings:
    """Rows of lists, remembered by the facts they were drawn from, for a minute, because ages stand in them."""

    def __init__(self) -> None:
        self.drawn = Shelf(DRAWINGS_MOST)

    def of(self, environment: Environment, template: str, now: datetime, facts: dict[str, Hashable]) -> Markup:
        """The fragment drawn from these facts, which must be all that it shows."""
        key = (template, int(now.timestamp() // STAYS_TRUE), *facts.values())
        found: Markup | None = self.drawn.get(key)
        if found is None:
            found = Markup(environment.get_template(template).render(now=now, **facts))  # noqa: S704 - escaped by it
            self.drawn.put(key, found)
        return found


class Frame:
    """A page drawn once for many readers, with holes where each sees what is their own.

    `draw` is given what makes a hole: a name, and the facts that whoever fills it needs to know.
    """

    def __init__(self, draw: Callable[[Hole], str]) -> None:
        holes: list[tuple[str, tuple[Any, ...]]] = []

        def hole(name: str, *facts: Any) -> Markup:
            holes.append((name, facts))
            return Markup(f"{_SIGN} {len(holes) - 1} ")  # noqa: S704 - replaced before anybody sees it

        first, *rest = _HOLE.split(draw(hole))
        self.first = first.encode()
        self.rest = [(holes[int(at)], text.encode()) for at, text in zip(rest[::2], rest[1::2], strict=True)]
        self.usual: dict[int, bytes] = {}

    def filled(self, own: Own) -> bytes:
        """The page of one reader; `own` has what fills the holes of each name."""
        parts = [self.first]
        for place, ((name, facts), text) in enumerate(self.rest):
            fill = own[name]
            if isinstance(fill, Usual) and not fill.differs(*facts):
                if place not in self.usual:
                    self.usual[place] = _encoded(fill(*facts))
                parts += [self.usual[place], text]
            else:
                parts += [_encoded(fill(*facts)), text]
        return b"".join(parts)


def filled(own: Own, name: str, *facts: Any) -> Markup:
    """What fills a hole of this name, where the page is drawn for one reader."""
    piece = own[name](*facts)
    return Markup(piece if isinstance(piece, str) else piece.decode())  # noqa: S704 - drawn by us


def _encoded(piece: str | bytes) -> bytes:
    return piece.encode() if isinstance(piece, str) else piece


@dataclass(frozen=True)
class Usual:
    """Fills a hole with the same for all who share the page, but for those to whom it `differs`."""

    fill: Fill
    differs: Callable[..., bool]

    def __call__(self, *facts: Any) -> str | bytes:
        return self.fill(*facts)


def key_of(scope: Scope) -> tuple[Key | None, bytes | None]:
    """What tells one anonymous page from another, or None for a reader who carries more than a choice of theme.

    The second value is the versions that the reader already has.
    """
    host = theme = b""
    packed = False
    known = None
    if not _is_plain(scope):
        return None, None
    for name, value in scope["headers"]:
        if name == b"host":
            host = value
        elif name == b"cookie" and not scope["path"].startswith(HEEDS_NO_COOKIE):
            if b";" in value or len(value) > COOKIE_MOST or not value.startswith(KEPT_COOKIES):
                return None, None
            theme = value
        elif name == b"accept-encoding":
            packed = "gzip" in accepting.encodings(value.decode("latin-1"))
        elif name == b"if-none-match":
            known = value
    return (scope["path"], scope["query_string"], host, theme, packed), known


def _is_plain(scope: Scope) -> bool:
    """Whether it is a short request for a whole page that can be read in one way: no header is sent twice."""
    path: str = scope["path"]
    if path.endswith(STAYS_OPEN) or path.startswith(ATTACHED) or len(scope["query_string"]) > ASKED_MOST:
        return False
    names = [name for name, _value in scope["headers"]]
    return len(names) == len(set(names)) and {b"authorization", b"hx-request"}.isdisjoint(names)
