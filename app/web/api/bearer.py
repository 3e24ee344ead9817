"""Who asks: of a request to the API only its bearer token tells, never a cookie, so no page of another site can act."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from fastapi import Depends, Request
from fastapi.security import HTTPBearer, SecurityScopes
from sqlmodel import Session

from app import products, sight, tokens
from app.people import Person
from app.refusals import NotAllowed, Refusal
from app.tokens import Scope
from app.web import kit
from app.web.kit import SignInNeeded
from app.words import _

SCHEME = HTTPBearer(auto_error=False, scheme_name="token", description="A token that you make under /me/tokens.")

TICKET_ACTS = frozenset({"count_votes", "cast_vote", "withdraw_vote", "post_item"})


class TokenNeeded(Refusal):
    """There is no token where one is needed, or none that is valid."""


@dataclass(frozen=True)
class Bearer:
    """For whom a request speaks, and what for. `note_use` writes down that it does, when it is time to.

    A ticket that a product was given has no scope: it is good for `TICKET_ACTS`, on what everybody may see.
    """

    person: Person
    scopes: frozenset[Scope]
    note_use: Callable[[Session], None] | None = None
    is_ticket: bool = False


def recognise(session: Session, secret: str) -> Bearer | None:
    """Whom a secret speaks for, if it is known and has not ended; each kind of token is asked here."""
    vouched_for = products.recognise(session, secret)
    if vouched_for is not None:
        return Bearer(vouched_for, frozenset(), is_ticket=True)
    found = tokens.recognise(session, secret)
    if found is None:
        return None
    person, token = found
    note_use = partial(tokens.note_use, token_id=token.id or 0) if token.is_stale else None
    return Bearer(person, frozenset(token.allowed), note_use)


def identify(request: Request) -> Bearer | None:
    """Say to everything that follows whose request this is. Raises TokenNeeded for a token that is none."""
    header = request.headers.get("authorization")
    bearer = _bearer(request.state.session, header) if header is not None else None
    request.state.bearer = bearer
    kit.know(request, bearer.person if bearer else None)
    return bearer


def need_token(request: Request) -> None:
    """Raises TokenNeeded, and SignInNeeded where there is none."""
    if identify(request) is None:
        raise SignInNeeded(_("This needs a token. Make one under /me/tokens."))


def _bearer(session: Session, header: str) -> Bearer:
    scheme, _space, secret = header.partition(" ")
    bearer = recognise(session, secret.strip()) if scheme.lower() == "bearer" else None
    if bearer is None:
        raise TokenNeeded(_("This token is not known here, or it has ended."))
    return bearer


async def need(request: Request, needed: SecurityScopes, _scheme: object = Depends(SCHEME)) -> None:
    """Without a token the handler says whether a visitor may do this; one that is too narrow says no to its person."""
    if _is_for_ticket(request):
        return
    for scope in needed.scopes:
        require(request, Scope(scope))


def _is_for_ticket(request: Request) -> bool:
    """Whether a ticket asks for what it is good for. Raises NotFound for an item that not everybody may see."""
    bearer: Bearer | None = request.state.bearer
    if bearer is None or not bearer.is_ticket or request.scope["endpoint"].__name__ not in TICKET_ACTS:
        return False
    if "number" in request.path_params:
        sight.find(request.state.session, request.path_params["number"], None)
    return True


def require(request: Request, scope: Scope) -> None:
    """Raise NotAllowed for a token that was not made for this, whatever its person may do."""
    bearer: Bearer | None = request.state.bearer
    if bearer is not None and scope not in bearer.scopes:
        raise NotAllowed(_("This token lacks the scope “%s”.") % scope)
