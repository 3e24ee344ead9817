"""Streams: answers that stay open and say something when there is something to say (server-sent events).

One that waits holds a connection, and neither a thread nor the database. There is an end to how many there may be; who
finds no room has a page that is as complete as any, and must be loaded again to be up to date.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from app.config import settings
from app.refusals import Refusal
from app.words import _

MOST = 2_000  # in a process, which must have connections left to answer on
MOST_OF_A_NETWORK = 100
MOST_OF_A_PERSON = 20
LASTS = 3_600.0  # seconds; then the browser comes again, perhaps to another process
COMES_AGAIN = (2_000, 6_000)  # milliseconds; not all at once, when a server was restarted
WAIT = "60"  # seconds
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the second is for nginx: pass each word on

Said = tuple[int, str]
Look = Callable[[], Awaitable[Said | None]]


class Streams:
    """Those that are open in this process."""

    def __init__(self, *, lasts: float = LASTS) -> None:
        self.lasts, self.most = lasts, _most()
        self.open: set[asyncio.Event] = set()
        self.of: Counter[str] = Counter()
        self.is_ending = False

    def refusal(self, person: str, network: str) -> Response | None:
        """Why there is no room for one more, if there is none."""
        if self.is_ending or len(self.open) >= self.most:
            return _no_room(503)
        if self.of[network] >= MOST_OF_A_NETWORK or (person and self.of[person] >= MOST_OF_A_PERSON):
            return _no_room(429)
        return None

    @contextmanager
    def opened(self, *whose: str) -> Iterator[asyncio.Event]:
        """One more until the block ends; what wakes it also tells it of the end."""
        wake = asyncio.Event()
        self.open.add(wake)
        self.of.update(whose)
        try:
            yield wake
        finally:
            self.open.discard(wake)
            self.of.subtract(whose)
            self.of = +self.of  # keeps no key of who has left

    def end(self) -> None:
        """Let all of them end now, and no other begin: the server is about to end."""
        if not self.is_ending:
            self.is_ending = True
            for wake in self.open:
                wake.set()


def _most() -> int:
    try:
        import resource  # noqa: PLC0415 - not on Windows, where no such limit is near
    except ImportError:
        return MOST
    files, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if files == resource.RLIM_INFINITY else min(MOST, files // 2)


def _no_room(status: int) -> Response:
    words = _("There is no room for more live news. The page is complete; load it again to see what is new.")
    return PlainTextResponse(words, status, HEADERS | {"Retry-After": WAIT})


class Stream(Response):
    """What `look` finds is sent, once at the beginning and whenever `watching` wakes it; a sign of life between.

    It ends when the other side is gone, when the server ends, after an hour, and when `look` refuses.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        streams: Streams,
        watching: Callable[[asyncio.Event], AbstractContextManager[None]],
        look: Look,
        *,
        person: str,
        network: str,
    ) -> None:
        self.streams, self.watching, self.look = streams, watching, look
        self.person, self.network = person, network
        self.status_code, self.background = 200, None
        self.init_headers(HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self.streams.refusal(self.person, self.network)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            await Response(headers=HEADERS)(scope, receive, send)
            return
        with self.streams.opened(self.person, self.network) as wake, self.watching(wake):
            gone = asyncio.create_task(_left(receive))
            gone.add_done_callback(lambda _task: wake.set())
            try:
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await _say(send, f"retry: {random.randint(*COMES_AGAIN)}\n\n")  # noqa: S311 - no secret
                with suppress(Refusal):
                    await self._tell(send, wake, gone)
                await send({"type": "http.response.body", "body": b""})
            finally:
                gone.cancel()

    async def _tell(self, send: Send, wake: asyncio.Event, gone: asyncio.Task[None]) -> None:
        until = time.monotonic() + self.streams.lasts
        while True:
            wake.clear()  # before the looks, so that what happens meanwhile wakes it again
            if gone.done() or self.streams.is_ending:
                return
            said = await self.look()
            await _say(send, f"id: {said[0]}\ndata: {said[1]}\n\n" if said else ":\n\n")
            left = until - time.monotonic()
            if left <= 0:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), min(left, settings().heartbeat))


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say(send: Send, words: str) -> None:
    await send({"type": "http.response.body", "body": words.encode(), "more_body": True})
