"""What waits for the team, and its work on one item: tags, boards, hiding, and what is proposed to be merged."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from app import db, hiding, listing, policy, tags, text, triage
from app import items as item_verbs
from app.people import Person
from app.status_changes import proposals
from app.status_changes.proposals import MergeProposal
from app.triage import Section, View
from app.web.api import items, route, shapes
from app.web.api.items import Detail
from app.web.kit import Advocate, Db, ItemInPath, Maintainer

areas = route.areas("Triage")


class Waiting(shapes.Item):
    """An item, with what the team owes it."""

    reporter: shapes.Byline
    due_on: date | None = Field(description="Until when the reporter owes an answer.", examples=[None])


class Proposal(BaseModel):
    """Two items that somebody holds to be the same."""

    id: int = Field(examples=[5])
    item: int = Field(examples=[42])
    duplicate_of: int = Field(examples=[7])
    by: shapes.Byline
    at: datetime
    words: str = Field(description="Why, in CommonMark.")


class Triage(BaseModel):
    """A page of one section, the most urgent first."""

    counts: dict[Section, int] = Field(description="How much is in each.", examples=[{"waiting": 12, "merges": 1}])
    items: list[Waiting]
    proposals: list[Proposal] = Field(description="What the section “merges” holds instead of items.")
    next: str | None = Field(description="What to ask for as `after` to go on; null at the end.", examples=[None])


@areas.moderating.get("/triage")
def list_waiting(
    session: Db, person: Maintainer, show: Section = Section.WAITING,
    board: Annotated[shapes.Text, Query(description="The short name of a board.")] = "",
    after: Annotated[shapes.Text, Query(description="Where the page before ended; its `next`.")] = "",
) -> Triage:  # fmt: skip
    """Read what the team should look at next, thirty at a time, as the page for triage lists it."""
    now, view = db.now(), View(show, board, after)
    page = triage.page(session, view, now)
    text.need_begin(after, is_first=page.is_first)
    return Triage(
        counts=triage.counts(session, view, now),
        items=_waiting(session, person, page.rows),
        proposals=[_proposal(each.proposal, each.person) for each in page.proposals],
        next=page.next.after if page.next else None,
    )


def _waiting(session: Session, person: Person, rows: list[triage.Row]) -> list[Waiting]:
    found = {row.item.number: row for row in rows}
    listed = shapes.items(session, person, listing.with_numbers(session, person, list(found)))
    return [
        Waiting(**dict(item), reporter=shapes.byline(found[item.number].reporter),
                due_on=found[item.number].item.due_on)
        for item in listed
    ]  # fmt: skip


def _proposal(row: MergeProposal, person: Person) -> Proposal:
    return Proposal(id=row.id or 0, item=row.item_number, duplicate_of=row.into, by=shapes.byline(person), at=row.at,
                    words=row.words)  # fmt: skip


class NewProposal(shapes.Asked):
    duplicate_of: shapes.Number = Field(description="The item it is the same as.", examples=[7])
    words: Annotated[shapes.Text, shapes.words("Why they are the same.", text.WORDS_MOST, "Both want the same file.")]


@areas.moderating.post("/items/{number:int}/merge-proposals", status_code=201)
def propose_merge(session: Db, person: Advocate, item: ItemInPath, asked: NewProposal) -> Proposal:
    """Propose that an item is the same as another; a maintainer decides, by moving it to duplicate or by a no."""
    policy.need(policy.may_take_part(person, item))
    row = proposals.propose(session, item, person, str(asked.duplicate_of), asked.words)
    return _proposal(row, person)


@areas.moderating.delete("/merge-proposals/{proposal:int}", status_code=204)
def reject_merge(session: Db, person: Maintainer, proposal: int) -> Response:
    """Keep the two apart."""
    proposals.reject(session, proposals.find(session, proposal), person)
    return Response(status_code=204)


class Tags(shapes.Asked):
    tags: list[shapes.Text] = Field(max_length=shapes.LIST_MOST, description="The short names of all it carries then.",
                                    examples=[["speed"]])  # fmt: skip


@areas.moderating.put("/items/{number:int}/tags")
def put_tags(session: Db, person: Advocate, item: ItemInPath, asked: Tags) -> Detail:
    """Let an item carry these tags and no others."""
    policy.need(policy.may_take_part(person, item))
    tags.put(session, item.number, person, asked.tags)
    return items.detail(session, person, item)


class OnBoard(shapes.Asked):
    board: Annotated[shapes.Text, Field(description="The short name of a board.", examples=["general"])]


@areas.moderating.put("/items/{number:int}/board")
def put_on_board(session: Db, person: Maintainer, item: ItemInPath, asked: OnBoard) -> Detail:
    """Put an item on another board."""
    item_verbs.move_to_board(session, item, person, asked.board)
    session.flush()
    return items.detail(session, person, item)


@areas.moderating.put("/items/{number:int}/hiding")
def hide_item(session: Db, person: Maintainer, item: ItemInPath, asked: shapes.Hiding) -> Detail:
    """Put an item out of sight, with the reason in its place."""
    hiding.hide(session, item, person, asked.because)
    session.flush()
    return items.detail(session, person, item)


@areas.moderating.delete("/items/{number:int}/hiding")
def show_item(session: Db, person: Maintainer, item: ItemInPath) -> Detail:
    """Bring a hidden item back."""
    hiding.show(session, item, person)
    session.flush()
    return items.detail(session, person, item)
