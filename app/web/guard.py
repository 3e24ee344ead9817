"""What stands before every request: whose host, whose page sent it, how large it is, and what binds the browser."""

import ipaddress
import math
from collections.abc import Iterable
from functools import cache, lru_cache
from urllib.parse import urlsplit

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import settings
from app.web.route import SAFE_METHODS
from app.words import _

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
BARE = "default-src 'none'; sandbox"  # of what is no page, should somebody open it as one
BONDS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
SHOWING_WIDGETS = f"{POLICY}; frame-src 'self'"  # of the pages with a preview of the widget
API = "/api/"  # knows nobody by a cookie, so that pages of any site may call it
FOR_OTHER_SITES = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Idempotent-Replayed, Location, Retry-After",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
FROM_MAIL = "/mail/"  # where a mail program unsubscribes its user; the address itself is the permission
LENGTH_MOST = 15  # digits of the length of a body
HOSTS_MOST, HOST_MOST = 100, 300  # how many are kept, and characters of one
FOR_MACHINES = "/healthz"  # whoever balances load asks by the address of the machine, and the answer says nothing


class Guard:
    """Pure ASGI, because the framework's own middleware class costs more than a page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        headers, is_api = Headers(scope=scope), scope["path"].startswith(API)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = bound(message["headers"])
                if is_api:
                    MutableHeaders(scope=message).update(FOR_OTHER_SITES)
            await send(message)

        answer = _instead(scope, headers) or self.app
        await answer(scope, receive, send_guarded)


def _instead(scope: Scope, headers: Headers) -> Response | None:
    """What is said to a request that must not reach the application, and to a browser that asks whether it may ask."""
    path, is_safe = scope["path"], scope["method"] in SAFE_METHODS
    if path != FOR_MACHINES and not is_own_host(headers.get("host", ""), settings().base_url):
        return PlainTextResponse(_("This address is not served here. Check DAYLIGHT_BASE_URL."), 400)
    if path.startswith(API) and scope["method"] == "OPTIONS":
        return Response(status_code=204, headers=PREFLIGHT)
    if not (is_safe or knows_no_cookie(path) or is_same_origin(headers)):
        return PlainTextResponse(_("This form was sent from another site and was not taken."), 403)
    if not (is_safe or is_utf8(headers.get("content-type", ""))):
        return PlainTextResponse(_("A form with files has to be written in UTF-8."), 415)
    return None


class BodyLimit(RequestBodyLimitMiddleware):
    """Lets pass at once what says beforehand that it is small, as all does that browsers send."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        passes = scope["type"] != "http" or said_length(scope) <= self.max_body_size
        await (self.app(scope, receive, send) if passes else super().__call__(scope, receive, send))


def said_length(scope: Scope) -> float:
    """How many bytes of a body a request says that it brings, at most; infinity where it does not say so.

    The server reads no more of a body than its length says, and none where neither length nor parts are said.
    """
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    says = length.isdigit() and len(length) <= LENGTH_MOST and b"transfer-encoding" not in headers
    return int(length) if says else math.inf


def bound(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """With what binds a browser, but for what the answer says itself."""
    said = dict(headers)
    return [*headers, *[header for header in _bonds(settings().is_https) if header[0] not in said]]


@cache
def _bonds(is_https: bool) -> list[tuple[bytes, bytes]]:
    bonds = BONDS | ({"Strict-Transport-Security": "max-age=31536000"} if is_https else {})
    return Headers(bonds).raw


def is_own_host(host: str, base_url: str) -> bool:
    """The configured host, or this machine by number or as localhost; without a base URL any number, no other name."""
    return len(host) <= HOST_MOST and _is_own_host(host, base_url)


@lru_cache(HOSTS_MOST)
def _is_own_host(host: str, base_url: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if base_url and host.lower() == urlsplit(base_url).netloc.lower():
        return True
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or not base_url


def knows_no_cookie(path: str) -> bool:
    """Whether nothing there is done on the strength of a cookie, so that it does not matter whose page asks."""
    return path.startswith((API, FROM_MAIL))


def is_same_origin(headers: Headers) -> bool:
    """Whether a browser says that the request comes from our own page; clients that are no browsers say nothing.

    One that says neither, because it is old, may yet say which page it shows.
    """
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site in {"same-origin", "none"}
    origin = headers.get("origin", headers.get("referer"))
    return origin is None or _place(origin) == headers.get("host", "").lower()


def is_utf8(content_type: str) -> bool:
    """Whether a form with files says no other encoding; the framework would believe it, also one that takes minutes."""
    kind, about = parse_options_header(content_type)
    return kind != b"multipart/form-data" or about.get(b"charset", b"utf-8").lower() in {b"utf-8", b"utf8"}


def _place(origin: str) -> str | None:
    """Host and port of a page; None where they cannot be told."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None
