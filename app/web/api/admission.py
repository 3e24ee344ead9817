"""A product lets its people in: a token that it signed is exchanged for a ticket to vote and post."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import Request, Response
from pydantic import BaseModel, Field

from app import limits, products
from app.products import Untrusted
from app.web import kit
from app.web.api import bearer, route, shapes
from app.web.api.route import ApiRoute
from app.web.kit import Db

SESSIONS_MOST, SESSIONS_PER = 60, timedelta(minutes=1)
BODY_MOST = 10_000  # bytes, from anybody; the longest token that is taken fits twice


class AdmissionRoute(ApiRoute):
    async def let_in(self, request: Request) -> None:
        """Anybody. Counted in a transaction of its own: a token that is not taken undoes all that the other wrote."""
        key = f"session:{kit.network(request)}"
        spend = partial(limits.spend, key=key, most=SESSIONS_MOST, per=SESSIONS_PER)
        await kit.in_transaction(request, spend, writes=True)


areas = route.areas("Products", AdmissionRoute)


class Signed(shapes.Asked):
    token: Annotated[shapes.Text, Field(description="A JSON Web Token, signed with a key of the board, once and now.")]


class Ticket(BaseModel):
    token: str = Field(description="Send it as `Authorization: Bearer`. It votes and posts, and does nothing else.")
    name: str = Field(description="Whom it speaks for.", examples=["Ada Lind"])
    expires_at: datetime


@areas.reading.post("/session", status_code=201, max_body_size=BODY_MOST)
def admit(session: Db, asked: Signed, response: Response) -> Ticket:
    """Exchange a token that a product signed for a ticket of an hour. Each token is taken once."""
    try:
        secret, person, expires_at = products.admit(session, asked.token)
    except Untrusted as refusal:
        raise bearer.TokenNeeded(refusal.words) from None
    kit.private(response)
    return Ticket(token=secret, name=person.shown_name, expires_at=expires_at)
