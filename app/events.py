"""Events: what happened that others want to hear of, a row each, written in the transaction of its cause.

They are told later, in the background, so that nobody who votes or moves waits until thousands have heard of it.
"""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, delete
from sqlmodel import Field, Index, Session, SQLModel, col

from app import db

MILESTONES = frozenset(first * 10**zeros for first in (10, 25, 50) for zeros in range(6))  # 10, 25, 50, 100, 250, ...


class Happened(StrEnum):
    """What happened; the word also stands in webhooks and in the API."""

    ITEM_CREATED = "item.created"
    STATUS_CHANGED = "item.status_changed"
    MERGED = "item.merged"
    TARGET_MOVED = "item.target_moved"
    COMMENTED = "comment.created"
    ANSWERED = "comment.answered"
    MILESTONE = "vote.milestone"


class Event(SQLModel, table=True):
    """One thing that happened to an item, who did it, and the row that says it.

    `told_at` is empty until everybody concerned was told, in the order of their ids; `told_to` is how far that has
    come. Rows of one bulk move share a `batch`. `count` is the number of votes that was reached. A status change
    that moves the target brings both rows.
    """

    __table_args__ = (UniqueConstraint("item_number", "count"), Index("ix_event_told_at_id", "told_at", "id"))

    id: int | None = Field(default=None, primary_key=True)
    happened: Happened = Field(sa_type=db.Word(Happened))
    item_number: int = Field(foreign_key="item.number", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    at: datetime
    status_change_id: int | None = Field(default=None, foreign_key="status_change.id", index=True, ondelete="CASCADE")
    target_move_id: int | None = Field(default=None, foreign_key="target_move.id", index=True, ondelete="CASCADE")
    comment_id: int | None = Field(default=None, foreign_key="comment.id", index=True, ondelete="CASCADE")
    count: int | None = None
    batch: str | None = Field(default=None, max_length=16)
    told_to: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    told_at: datetime | None = None

    @property
    def key(self) -> int:
        assert self.id is not None  # noqa: S101 - narrows the type; a stored row has an id
        return self.id


def note(
    session: Session,
    happened: Happened,
    item_number: int,
    person_id: int | None,
    at: datetime,
    **about: Any,
) -> None:
    """Write down what happened. `about` names the rows that say it, and the batch."""
    session.add(Event(happened=happened, item_number=item_number, person_id=person_id, at=at, **about))


def note_votes(session: Session, item_number: int, count: int, person_id: int, at: datetime) -> None:
    """Write down that an item has reached a number of votes worth telling, each number once."""
    if count in MILESTONES:
        reached = {"happened": Happened.MILESTONE, "count": count, "at": at}
        db.insert_new(session, Event, {"item_number": item_number, "person_id": person_id, **reached})


def new_batch() -> str:
    """What the events of one bulk move share."""
    return secrets.token_hex(8)


def silence(session: Session, numbers: list[int]) -> None:
    """Nobody hears of what has happened to these items so far."""
    session.flush()
    session.execute(delete(Event).where(col(Event.item_number).in_(numbers)))
