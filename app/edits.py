"""Edits: the earlier words of anything that was changed after it became public stay one click away."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Field, Index, Session, SQLModel, and_, col, or_, select

from app import db


class Subject(StrEnum):
    """What kind of thing was edited."""

    ITEM = "item"
    COMMENT = "comment"
    STATUS_CHANGE = "status_change"


class Edit(SQLModel, table=True):
    """One field as it was before an edit."""

    __table_args__ = (Index("ix_edit_subject_subject_id", "subject", "subject_id"),)

    id: int | None = Field(default=None, primary_key=True)
    subject: Subject = Field(sa_type=db.Word(Subject))
    subject_id: int
    field: str = Field(max_length=20)
    earlier: str
    person_id: int = Field(foreign_key="person.id", index=True)
    at: datetime


def keep(
    session: Session, subject: Subject, subject_id: int, person_id: int, earlier: dict[str, str], at: datetime
) -> None:
    """Remember the earlier words of the fields that are about to change."""
    session.add_all(
        Edit(subject=subject, subject_id=subject_id, field=field, earlier=words, person_id=person_id, at=at)
        for field, words in earlier.items()
    )


def of(session: Session, asked: Mapping[Subject, list[int]]) -> dict[Subject, dict[int, list[Edit]]]:
    """The edits of things of several kinds, oldest first, in one query."""
    found: dict[Subject, dict[int, list[Edit]]] = {subject: {} for subject in asked}
    for edit in db.read(session, _of(frozenset(asked)), {str(subject): ids for subject, ids in asked.items()}):
        found[edit.subject].setdefault(edit.subject_id, []).append(edit)
    return found


@cache
def _of(subjects: frozenset[Subject]) -> Any:
    """Built once, because every page of an item asks it; the ids of each kind are given by its name."""
    ids = {subject: col(Edit.subject_id).in_(bindparam(str(subject), expanding=True)) for subject in subjects}
    wanted = (and_(col(Edit.subject) == subject, among) for subject, among in ids.items())
    return select(Edit).where(or_(*wanted)).order_by(col(Edit.id))
