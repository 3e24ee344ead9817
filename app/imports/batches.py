"""One import as a whole: what came in, how far it is, and how to take it out again."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Column, Field, SQLModel

from app import db


class State(StrEnum):
    """How far an import is."""

    PREPARED = "prepared"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


class Import(SQLModel, table=True):
    """One file or source that was brought in; its items, people, boards and tags carry its id."""

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(max_length=40)
    name: str = Field(default="", max_length=200)
    by_id: int | None = None
    state: State = Field(default=State.PREPARED, sa_type=db.Word(State))
    mapping: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    report: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    started_at: datetime = Field(default_factory=db.now)
    finished_at: datetime | None = None
    undone_at: datetime | None = None
    total: int = 0
    done: int = 0
    trouble: str = Field(default="", max_length=500)
