"""A log line for each request: what was asked, what was answered, how long it took. Never what a request holds."""

import logging
import time

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.logs import REQUESTS
from app.words import _

SECRET_LEAST = 20  # characters; no word in an address is that long, every secret in one is
LINE = "%(method)s %(path)s %(status)s %(ms)s ms %(bytes)s bytes"
log = logging.getLogger(REQUESTS)


class RequestLog:
    """Pure ASGI, around everything else. What the application could not handle ends here, with its traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, size = time.perf_counter(), 0, 0

        async def listen(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                size += len(message.get("body", b""))
            await send(message)

        trouble: Exception | None = None
        try:
            await self.app(scope, receive, listen)
        except Exception as raised:  # noqa: BLE001 - it is logged below
            trouble = raised
            if not status:
                await PlainTextResponse(_("Something went wrong here."), 500)(scope, receive, listen)
        _write(scope, status, size, time.perf_counter() - began, trouble)


def _write(scope: Scope, status: int, size: int, seconds: float, trouble: Exception | None) -> None:
    level = logging.ERROR if trouble else logging.INFO
    if not log.isEnabledFor(level):
        return
    facts = {
        "method": scope["method"], "path": shown(scope["path"]), "status": status, "ms": round(seconds * 1000, 1),
        "bytes": size,
    }  # fmt: skip
    log.log(level, LINE, facts, exc_info=trouble, extra={"facts": facts})


def shown(path: str) -> str:
    """The path with each part that may be a secret left out: links to sign in, to become the owner, to unsubscribe.

    What cannot be printed is marked, so that no address begins a line of its own.
    """
    printed = "".join(character if character.isprintable() else "�" for character in path)
    return "/".join("…" if len(part) >= SECRET_LEAST else part for part in printed.split("/"))
