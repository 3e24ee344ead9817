"""Votes for an item, and following it."""

from fastapi import Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from app import policy, subscriptions, taking_part, votes
from app.items import Item
from app.people import Person
from app.votes import Weight
from app.web import item_page
from app.web.api import route, shapes
from app.web.kit import Db, ItemInPath, Member, Viewer

areas = route.areas("Votes")


class Weighed(shapes.Asked):
    weight: Weight | None = Field(
        None, description="How much it matters to you; null takes that back.", examples=[Weight.IMPORTANT]
    )


class Votes(BaseModel):
    """The votes for an item; those for a duplicate are counted where it was merged into."""

    item: int = Field(description="The number of the item that carries them.", examples=[42])
    votes: int = Field(examples=[128])
    imported_votes: int = Field(
        description="How many came with imports and name no voters, those of merged items included.", examples=[0]
    )
    voted: bool | None = Field(description="Whether you voted for it; null without a token.", examples=[True])
    weight: Weight | None = Field(description="How much it matters to you, if you said so.")


@areas.reading.get("/items/{number:int}/vote")
def count_votes(session: Db, viewer: Viewer, item: ItemInPath) -> Votes:
    """Count the votes for an item, and see whether yours is among them."""
    item_page.need_readable(viewer, item)
    return _votes(session, viewer, item)


@areas.writing.put("/items/{number:int}/vote")
def cast_vote(session: Db, person: Member, item: ItemInPath, asked: Weighed | None = None) -> Votes:
    """Vote for an item, or say how much it matters; voting twice is one vote. You follow it from then on."""
    taking_part.vote(session, item, person)
    if asked is not None:
        votes.weigh(session, item, person, asked.weight or "")
    return _votes(session, person, item)


@areas.writing.delete("/items/{number:int}/vote")
def withdraw_vote(session: Db, person: Member, item: ItemInPath) -> Votes:
    """Take your vote back; without one nothing happens."""
    taking_part.withdraw_vote(session, item, person)
    return _votes(session, person, item)


def _votes(session: Session, viewer: Person | None, item: Item) -> Votes:
    case = item_page.case_of(session, viewer, item)
    root, voted = case["root"], case["voted"]
    return Votes(
        item=root.number, votes=root.vote_count, imported_votes=root.earlier_vote_count,
        voted=None if viewer is None else bool(voted), weight=voted.get(root.number),
    )  # fmt: skip


@areas.writing.put("/items/{number:int}/follow", status_code=204)
def follow(session: Db, person: Member, item: ItemInPath) -> Response:
    """Follow an item: it is among your cases, and you hear what becomes of it."""
    policy.need(policy.may_take_part(person, item))
    subscriptions.follow(session, item, person)
    return Response(status_code=204)


@areas.writing.delete("/items/{number:int}/follow", status_code=204)
def unfollow(session: Db, person: Member, item: ItemInPath) -> Response:
    """Follow an item no longer; it stays your case."""
    subscriptions.unfollow(session, item, person)
    return Response(status_code=204)
