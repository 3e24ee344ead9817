"""How pages are remembered: what was drawn for a reader without cookies is the same until something is written.

The database itself tells whether anything was written, by any process, since a page was drawn (`Database.revision`), so
nothing has to be cleared and no process needs to hear of another. Ages in words stay true for a minute. The rest of the
code does not know of this: an answer is remembered if it is a 200, sets no cookie and does not call itself private.
"""

import hashlib
import time
from asyncio import Future, get_running_loop
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db import Database
from app.web import accepting
from app.web.sharing import STAYS_TRUE

BYTES_MOST = 6_000_000
PAGE_MOST = 1_000_000
ASKED_MOST = 1_000  # bytes of a query, beyond which an address is not worth its place
COOKIE_MOST = 20  # bytes

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
        caching = names.get(b"cache-control", b"")
        private = b"set-cookie" in names or b"private" in caching or b"no-store" in caching
        return self.status == 200 and not private and len(self.body) <= PAGE_MOST  # noqa: PLR2004 - OK

    def mark_public(self) -> None:
        """Let a cache between us and the reader carry it, and name this version."""
        self.etag = b'"' + hashlib.sha256(self.body).hexdigest()[:20].encode() + b'"'
        self.headers.append((b"etag", self.etag))
        if b"cache-control" not in dict(self.headers):
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
        scope.setdefault("state", {})["revision"] = revision  # so that nobody needs to ask again
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
