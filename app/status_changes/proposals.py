"""Merge proposals: an advocate thinks that two items are the same; a maintainer decides."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel, Text, col, select

from app import db, policy, text
from app.items import Item
from app.people import Person
from app.refusals import Refused
from app.status_changes.check import original
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
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")


def propose(session: Session, item: Item, person: Person, into: str, words: str) -> MergeProposal:
    """Propose that the item is the same as another. Raises NotAllowed, Invalid."""
    policy.need(policy.is_advocate(person))
    check = text.Checks()
    number = original(session, check, item, person, into)
    words = check.words("words", words, label=_("Why they are the same"), most=text.WORDS_MOST)
    check.done()
    proposal = MergeProposal(item_number=item.number, into=number, person_id=person.key, words=words, at=db.now())
    session.add(proposal)
    session.flush()
    return proposal


def waiting(session: Session, numbers: list[int] | None = None) -> list[MergeProposal]:
    """The proposals nobody has decided, oldest first; of these items only, if given."""
    statement = select(MergeProposal).where(col(MergeProposal.decided_at).is_(None)).order_by(col(MergeProposal.id))
    if numbers is not None:
        statement = statement.where(col(MergeProposal.item_number).in_(numbers))
    return list(session.exec(statement))


def reject(session: Session, proposal: MergeProposal, person: Person) -> None:
    """Keep the two items apart. Raises NotAllowed, Refused when it was decided before."""
    policy.need(policy.is_maintainer(person))
    if proposal.decided_at is not None:
        raise Refused(_("This proposal was decided before."))
    proposal.decided_at, proposal.decided_by_id = db.now(), person.key
    session.add(proposal)


def decide(session: Session, number: int, at: datetime) -> None:
    """The item was merged: what was proposed for it is settled."""
    session.execute(
        update(MergeProposal)
        .where(col(MergeProposal.item_number) == number, col(MergeProposal.decided_at).is_(None))
        .values(decided_at=at)
    )
