"""One import as a whole: what came in, how far it is, and how to take it out again."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Column, Field, Session, SQLModel, col, select

from app import db
from app.items import SOURCE_MOST
from app.refusals import NotFound
from app.words import N_, _

LEASE = timedelta(seconds=60)  # for which a process keeps an import that it works on
SAMPLE = "sample"  # the source of the samples, which come by themselves and not from a file


class State(StrEnum):
    """How far an import is."""

    PREPARED = "prepared"
    RUNNING = "running"
    MERGING = "merging"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"

    @property
    def label(self) -> str:
        return _(LABELS[self])


AT_WORK = frozenset({State.RUNNING, State.MERGING, State.UNDOING})
LABELS = {
    State.PREPARED: N_("Not begun"),
    State.RUNNING: N_("Coming in"),
    State.MERGING: N_("Merging duplicates"),
    State.DONE: N_("Done"),
    State.UNDOING: N_("Going out"),
    State.UNDONE: N_("Undone"),
}


class Import(SQLModel, table=True):
    """One file or source that was brought in; its items, people, boards and tags carry its id.

    While it comes in, `done` of `total` rows are in, and `at_byte` and `at_line` say where the next one begins. While
    it goes out, they count items. One process works on it at a time, as long as its lease runs.
    """

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(max_length=SOURCE_MOST)
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
    at_byte: int = 0
    at_line: int = 1
    leased_until: datetime | None = None
    trouble: str = Field(default="", max_length=500)

    @property
    def key(self) -> int:
        assert self.id is not None  # noqa: S101 - narrows the type; a stored row has an id
        return self.id

    @property
    def path(self) -> str:
        return f"/settings/import/{self.id}"

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def share(self) -> int:
        """How much is done, in percent."""
        return 100 * self.done // max(self.total, 1)


def find(session: Session, id_: int) -> Import:
    """Raises NotFound."""
    batch = session.get(Import, id_)
    if batch is None or batch.source == SAMPLE:
        raise NotFound(_("There is no such import."))
    return batch


def lock(session: Session, batch: Import) -> Import:
    """The import as it is now, until the transaction ends."""
    statement = select(Import).where(Import.id == batch.id).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()


def every(session: Session) -> list[Import]:
    """The latest first, without the samples."""
    return list(session.exec(select(Import).where(Import.source != SAMPLE).order_by(col(Import.id).desc())))
