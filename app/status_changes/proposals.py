"""Merge proposals: an advocate thinks that two items are the same; a maintainer decides."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, update
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, Text, col, select

from app import db, items, policy, sight, text
from app.items import Item
from app.people import Person
from app.refusals import NotFound, Refused
from app.status_changes import check
from app.statuses import CLOSED
from app.words import _


class MergeProposal(SQLModel, table=True):
    __tablename__ = "merge_proposal"

    id: int | None = Field(default=None, primary_key=True)
    item_number: int = Field(foreign_key="item.number", index=True)
    into: int = Field(foreign_key="item.number", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    words: str = Field(default="", sa_type=Text)
    at: datetime
    decided_at: datetime | None = None
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)


OPEN = (col(MergeProposal.decided_at).is_(None), col(Item.status).not_in(CLOSED))


@dataclass(frozen=True)
class Proposed:
    """A proposal with the items and the person that it is about."""

    proposal: MergeProposal
    item: Item
    into: Item
    person: Person


def propose(session: Session, item: Item, person: Person, into: str, words: str) -> MergeProposal:
    """Propose that the item is the same as another.

    Raises NotAllowed, Invalid, and Refused for a closed item or when the same was proposed before.
    """
    policy.need(policy.is_advocate(person))
    (item,) = items.lock(session, item.number)
    if not item.is_open:
        raise Refused(_("Only an open item can be merged."))
    fields = text.Checks()
    number = check.original(session, fields, [item], person, into)
    words = fields.said("words", words, label=_("Why they are the same"))
    fields.done()
    if any(proposed.into.number == number for proposed in _for_item(session, item)):
        raise Refused(_("This merge was proposed before and waits for a decision."))
    proposal = MergeProposal(item_number=item.number, into=number, person_id=person.key, words=words, at=db.now())
    session.add(proposal)
    session.flush()
    return proposal


_INTO = aliased(Item)
WAITING = (
    select(MergeProposal, Item, _INTO, Person)
    .join(Item, col(Item.number) == MergeProposal.item_number)
    .join(_INTO, _INTO.number == MergeProposal.into)  # type: ignore[arg-type]
    .join(Person, col(Person.id) == MergeProposal.person_id)
    .where(*OPEN)
    .order_by(col(MergeProposal.id))
)
FOR_ITEM = WAITING.where(Item.number == bindparam("number"))


def waiting(session: Session, *among: ColumnElement[bool], after: int = 0, most: int | None = None) -> list[Proposed]:
    """What was proposed for open items, where these conditions on Item hold, and nobody has decided.

    The oldest first, beginning after a proposal's id.
    """
    statement = WAITING.where(*among, col(MergeProposal.id) > after).limit(most)
    return [Proposed(*row) for row in session.exec(statement)]


def _for_item(session: Session, item: Item) -> list[Proposed]:
    """What was proposed for this item, and nobody has decided."""
    return [Proposed(*row) for row in session.execute(FOR_ITEM, {"number": item.number})]


def of(session: Session, item: Item, viewer: Person | None) -> list[Proposed]:
    """What was proposed for this item and nobody has decided, where the viewer may know of the other item."""
    proposed = _for_item(session, item)
    known = sight.known_among(session, viewer, (each.into.number for each in proposed))
    return [each for each in proposed if each.into.number in known]


def find(session: Session, id_: int) -> MergeProposal:
    """Raises NotFound."""
    proposal = session.get(MergeProposal, id_)
    if proposal is None:
        raise NotFound(_("There is no such proposal."))
    return proposal


def reject(session: Session, proposal: MergeProposal, person: Person) -> None:
    """Keep the two items apart. Raises NotAllowed, Refused when it was decided before."""
    policy.need(policy.is_maintainer(person))
    items.lock(session, proposal.item_number)
    session.refresh(proposal)
    if proposal.decided_at is not None:
        raise Refused(_("This proposal was decided before."))
    proposal.decided_at, proposal.decided_by_id = db.now(), person.key
    session.add(proposal)


def settle(session: Session, item: Item, person: Person, at: datetime) -> None:
    """The item was merged: whatever was proposed for it is decided."""
    session.execute(
        update(MergeProposal)
        .where(col(MergeProposal.item_number) == item.number, col(MergeProposal.decided_at).is_(None))
        .values(decided_at=at, decided_by_id=person.key)
    )
