"""Acts are counted, and one that is sent again under its Idempotency-Key is done once and answered the same."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from fastapi import Request, Response
from sqlmodel import Session

from app import limits, repeats
from app.repeats import HEADER, KeptAnswer
from app.web.api.bearer import Bearer

ACTS_MOST, ACTS_PER = 300, timedelta(minutes=1)


def act(request: Request, asking: Bearer, answer: Callable[[], Response]) -> Response:
    """What the handler answers, or what it answered to the same POST before. Raises Invalid, TooMany."""
    session: Session = request.state.session
    key = request.headers.get(HEADER) if request.method == "POST" else None
    if key is not None:
        earlier = repeats.earlier(session, asking.person.key, key, _fingerprint(request, asking))
        if earlier is not None:
            return _again(earlier)
    limits.spend(session, f"api:{asking.person.key}", most=ACTS_MOST, per=ACTS_PER)
    response = answer()
    if key is not None:
        location, body = response.headers.get("location", ""), bytes(response.body).decode()
        repeats.keep(session, asking.person.key, key, status=response.status_code, location=location, body=body)
    return response


def _fingerprint(request: Request, asking: Bearer) -> str:
    """What makes two requests the same: the act, its words, and what the token may be used for."""
    said = "\n".join([request.url.path, request.url.query, *sorted(asking.scopes)]).encode()
    return hashlib.sha256(said + b"\n\n" + request.state.body).hexdigest()


def _again(kept: KeptAnswer) -> Response:
    headers = {"Idempotent-Replayed": "true"} | ({"Location": kept.location} if kept.location else {})
    return Response(kept.body, kept.status, headers, "application/json" if kept.body else None)
