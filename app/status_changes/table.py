"""The rows: status changes and target moves, whose rules the database keeps too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint
from sqlmodel import Column, Field, SQLModel, Text

from app import db, targets, text
from app.statuses import CLOSED, Reason, Status

VERSION_MOST = 80


def _listed(words: Iterable[str]) -> str:
    """Words as SQL lists them: 'declined', 'shipped'."""
    return ", ".join(f"'{word}'" for word in words)


class StatusChange(SQLModel, table=True):
    """Who moved which item when, from what to what, and in which words. Corrected only by an edit that keeps them.

    `is_automatic` marks what no person decided: the calendar, an import.
    """

    __tablename__ = "status_change"
    __table_args__ = (
        CheckConstraint("length(trim(explanation)) > 0", name="no_silent_move"),
        CheckConstraint("from_status <> to_status", name="moves"),
        CheckConstraint("to_status <> 'new'", name="never_new_again"),
        CheckConstraint(
            f"from_status NOT IN ({_listed(sorted(CLOSED))}) OR to_status = 'acknowledged'", name="closed_reopens_first"
        ),
        CheckConstraint(
            "to_status <> 'declined' OR (reason IS NOT NULL AND review_on IS NOT NULL)", name="declined_says_why"
        ),
        CheckConstraint(f"reason IN ({_listed(Reason)})", name="reason_of_the_list"),
        CheckConstraint("to_status <> 'duplicate' OR duplicate_of IS NOT NULL", name="duplicate_of_something"),
        CheckConstraint("duplicate_of <> item_number", name="duplicate_of_another"),
        CheckConstraint(
            "to_status <> 'needs_info' OR (length(trim(why)) > 0 AND due_on IS NOT NULL)", name="question_says_why"
        ),
        CheckConstraint("person_id IS NOT NULL OR is_automatic", name="somebody_moved"),
    )

    id: int | None = Field(default=None, primary_key=True)
    item_number: int = Field(foreign_key="item.number", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    is_automatic: bool = False
    at: datetime
    from_status: Status = Field(sa_type=db.Word(Status))
    to_status: Status = Field(sa_type=db.Word(Status))
    explanation: str = Field(sa_type=Text)
    html: str = Field(sa_type=db.Html)
    reason: Reason | None = Field(default=None, sa_type=db.Word(Reason))
    workaround: str = Field(default="", sa_type=Text)
    review_on: date | None = None
    why: str = Field(default="", sa_type=Text)
    due_on: date | None = None
    checklist: list[str] = Field(default_factory=list, sa_column=Column(JSON, server_default="[]", nullable=False))
    duplicate_of: int | None = Field(default=None, foreign_key="item.number", index=True)
    target: str | None = Field(default=None, max_length=targets.LENGTH)
    shipped_in: str = Field(default="", max_length=VERSION_MOST)
    shipped_link: str = Field(default="", max_length=text.LINK_MOST)
    edited_at: datetime | None = None

    @property
    def is_import(self) -> bool:
        """Whether it tells where the item stood before it came here: the calendar moves nothing that is new."""
        return self.is_automatic and self.from_status is Status.NEW


class TargetMove(SQLModel, table=True):
    """The promised period of an item was set, moved or given up, and why. Nobody moved it when the calendar did."""

    __tablename__ = "target_move"
    __table_args__ = (
        CheckConstraint("length(trim(cause)) > 0", name="says_why"),
        CheckConstraint("coalesce(from_target, '') <> coalesce(to_target, '')", name="moves"),
    )

    id: int | None = Field(default=None, primary_key=True)
    item_number: int = Field(foreign_key="item.number", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    at: datetime
    from_target: str | None = Field(default=None, max_length=targets.LENGTH)
    to_target: str | None = Field(default=None, max_length=targets.LENGTH)
    cause: str = Field(sa_type=Text)
    html: str = Field(sa_type=db.Html)


@dataclass
class Move:
    """What a person typed to move an item; everything as it came from the form.

    `seen` is the status the mover saw, to notice that somebody was faster. For `needs_info` the explanation is the
    question itself, and its `checklist` has an entry a line. Fields that the new status does not ask for are left
    aside. A `workaround` of None keeps the present one, and so does an empty `target`.
    """

    to: str = ""
    seen: str = ""
    explanation: str = ""
    reason: str = ""
    workaround: str | None = None
    review_on: str = ""
    why: str = ""
    due_on: str = ""
    checklist: str = ""
    duplicate_of: str = ""
    target: str = ""
    shipped_in: str = ""
    shipped_link: str = ""
