"""Resuming what signing in interrupted: the act is sent through the application once more, in its person's name."""

import re
from dataclasses import replace
from urllib.parse import parse_qsl, quote, unquote, urlencode

from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.routing import Match, Mount
from starlette.types import Message, Receive, Scope, Send

from app.refusals import Invalid
from app.sign_in import FORGOTTEN_AFTER, Plan
from app.web import kit, pages
from app.words import N_, _

BODY_MOST = 700_000  # the longest item there may be, in a script that a form triples, fits
ASKED = "asked"
PATH_SIGNS = "/?#&=%+,;:@!$'()*~[]"
FORM = "application/x-www-form-urlencoded"

WORDS = frozenset({"title", "body", "expected", "steps", "version", "asked", "given"})
FILES = frozenset({"kept", "looked", "refused"})
CHOICES = frozenset({"kind", "board", "asked_by", "form", "weight"})  # they speak for nobody
KEPT = ("type", "asgi", "http_version", "scheme", "server", "client")

PROMISES = {
    "/items": N_("Then your item is posted."),
    r"/items/\d+/vote": N_("Then your vote counts."),
    r"/items/\d+/vote/withdrawal": N_("Then your vote is withdrawn."),
    r"/items/\d+/vote/weight": N_("Then it is noted how much this matters to you."),
    r"/items/\d+/follow": N_("Then you follow this item."),
    r"/items/\d+/follow/withdrawal": N_("Then you no longer follow this item."),
    r"/items/\d+/comments": N_("Then your comment is posted."),
}


def promise(act_path: str) -> str:
    """What happens after signing in, in plain words."""
    known = next((words for pattern, words in PROMISES.items() if re.fullmatch(pattern, act_path)), None)
    if known:
        return _(known)
    return _("Then what you were doing is done.") if act_path else ""


def remember(response: Response, handle: str) -> None:
    """Let the browser show later that it asked for this code."""
    kit.set_cookie(response, kit.own_name(ASKED), handle, lasts=int(FORGOTTEN_AFTER.total_seconds()))


def asked(request: Request) -> str:
    """The handle of the last code that this browser asked for."""
    return request.cookies.get(kit.own_name(ASKED), "")


def has_asked(request: Request, handle: str) -> bool:
    """Whether this browser asked for the code.

    Only there is done what was interrupted. Else whoever has a code sent to somebody, and talks them into typing it at
    its address, could let them do what they have never seen.
    """
    return asked(request) == handle


def in_any_browser(plan: Plan) -> Plan:
    """What a link from a mail may do beside signing in, wherever it is opened.

    Anybody can have such a link sent to anybody. So it does what every visitor may be interrupted in, with what its
    page shows before: no more of the form is sent than words, files and choices.
    """
    if not any(re.fullmatch(pattern, plan.act_path) for pattern in PROMISES):
        return Plan(plan.next_path)
    shown = [(name, value) for name, value in _fields(plan) if name in WORDS | FILES | CHOICES]
    return replace(plan, act_body=urlencode(shown))


def typed_words(plan: Plan) -> list[str]:
    """What the person wrote in the form that waits, to be shown before it is posted in their name."""
    return [value for name, value in _fields(plan) if name in WORDS and value.strip()]


def kept_files(plan: Plan) -> list[str]:
    """The keys of the files that came with it."""
    return [value for name, value in _fields(plan) if name == "kept"]


def _fields(plan: Plan) -> list[tuple[str, str]]:
    return parse_qsl(plan.act_body, keep_blank_values=True)


async def interrupted(request: Request) -> Plan:
    """What this request was about to do, or where it was going to."""
    if request.method != "POST":
        return Plan(f"{request.url.path}?{request.url.query}".rstrip("?"))
    sent = [(name, value) for name, value in request.state.sent.multi_items() if isinstance(value, str)]
    return Plan(next_page(kit.own_referrer(request)), request.url.path, urlencode(sent))


def next_page(path: str) -> str:
    """Where to go after signing in: a page of ours, but none of those that sign in."""
    own = kit.own_path(path)
    return "/" if own.startswith("/sign-") else quote(own, safe=PATH_SIGNS)


def checked(request: Request, next_path: str, act_path: str, act_body: str) -> Plan:
    """The plan that came back with a form. Raises Invalid for an act that is none of ours or is too large."""
    if act_path and not _is_ours(request, act_path):
        raise Invalid({"act_path": _("What you were doing is not known here. Please go back and try again.")})
    if len(act_body) > BODY_MOST:
        raise Invalid({"act_body": _("What you wrote is too long to be kept while you sign in.")})
    return Plan(next_page(next_path), act_path, act_body)


def _is_ours(request: Request, path: str) -> bool:
    """Whether a form can be posted to this path, other than one that signs in or out."""
    path = unquote(path)
    if kit.own_path(path) != path or path.startswith("/sign-"):
        return False
    scope = {"type": "http", "method": "POST", "path": path, "root_path": "", "headers": []}
    routes = [route for route in request.app.router.routes if not isinstance(route, Mount)]
    return any(route.matches(scope)[0] is Match.FULL for route in routes)


class Resumed(Response):
    """The answer of the interrupted act, together with the cookies that are set on this response.

    The act runs when this is sent: the transaction that signed the person in is over by then.
    """

    def __init__(self, request: Request, plan: Plan, key: str) -> None:
        super().__init__()
        self.app, self.plan, self.key = request.app, plan, key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = self.plan.act_body.encode()
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        cookies = [header for header in self.raw_headers if header[0] == b"set-cookie"]

        async def receive_act() -> Message:
            return messages.pop() if messages else await receive()

        async def send_with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *cookies]
            await send(message)

        await self.app(self._act(scope, len(body)), receive_act, send_with_cookies)

    def _act(self, scope: Scope, length: int) -> Scope:
        """The request as the person's browser would have sent it, had they been signed in."""
        given = Headers(scope=scope)
        origin = f"{scope['scheme']}://{given['host']}"
        cookies = {kit.session_cookie(): self.key, **_theme(scope)}
        headers = {name: given[name] for name in ("host", "user-agent", "accept", "accept-language") if name in given}
        headers |= {
            "content-type": FORM, "content-length": str(length), "origin": origin, "sec-fetch-site": "same-origin",
            "referer": origin + self.plan.next_path, "cookie": "; ".join(f"{name}={cookies[name]}" for name in cookies),
        }  # fmt: skip
        kept = {name: scope[name] for name in KEPT if name in scope}
        return {
            **kept, "method": "POST", "path": unquote(self.plan.act_path), "raw_path": self.plan.act_path.encode(),
            "root_path": "", "query_string": b"", "headers": Headers(headers).raw, "state": {},
        }  # fmt: skip


def _theme(scope: Scope) -> dict[str, str]:
    chosen = pages.theme(Request(scope))
    return {} if chosen == "auto" else {pages.THEME: chosen}
