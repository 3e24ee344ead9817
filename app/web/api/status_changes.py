"""Status changes: where an item went, who moved it and in which words; and the moves of its target."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from app import timeline
from app.status_changes import StatusChange as Change
from app.status_changes import TargetMove as Promise
from app.statuses import Reason, Status
from app.timeline import Entry, Happening
from app.web.api import items, route, shapes
from app.web.kit import Db, ItemInPath, Viewer

areas = route.areas("Status changes")


class StatusChange(BaseModel):
    """One move of an item. Fields that its new status does not ask for are empty."""

    id: int = Field(examples=[12])
    item: int = Field(description="The number of the item.", examples=[42])
    by: shapes.Byline | None = Field(description="Null where the calendar or an import moved it.")
    at: datetime
    from_status: Status
    to_status: Status
    explanation: str = Field(description="The mover's own words, in CommonMark.")
    html: str = Field(description="The same as safe HTML.")
    reason: Reason | None = Field(description="Why it was declined.")
    workaround: str = Field(description="What can be done until then.")
    review_on: date | None = Field(description="When a refusal is looked at again.")
    why: str = Field(description="Why a question is asked.")
    due_on: date | None = Field(description="Until when a question should be answered.")
    duplicate_of: int | None = Field(description="The item it is the same as, where you may see that.")
    target: str | None = Field(description="What it was promised for with this move.", examples=["2027-Q1"])
    shipped_in: str = Field(examples=["4.2"])
    shipped_link: str = Field(examples=["https://example.org/changes#4.2"])
    edited_at: datetime | None
    earlier: list[shapes.Earlier] = Field(description="The words before each correction, oldest first.")


class TargetMove(BaseModel):
    """A promise that was made, moved or given up."""

    by: shapes.Byline | None = Field(description="Null where the calendar or an import did it.")
    at: datetime
    from_target: str | None = Field(examples=["2026-12"])
    to_target: str | None = Field(examples=["2027-Q1"])
    cause: str = Field(description="Why, in CommonMark.")
    html: str = Field(description="The same as safe HTML.")


class Moves(BaseModel):
    """How an item travelled, the oldest first."""

    status_changes: list[StatusChange]
    target_moves: list[TargetMove]


@areas.reading.get("/items/{number:int}/status-changes")
def list_status_changes(session: Db, viewer: Viewer, item: ItemInPath) -> Moves:
    """Read every move of an item and of its target."""
    items.need_readable(viewer, item)
    story = timeline.of(session, item, viewer)
    moves = [told(entry) for entry in story if entry.happening is Happening.MOVED]
    promises = [promise for entry in story if (promise := _promise(entry)) is not None]
    return Moves(status_changes=moves, target_moves=promises)


def _promise(entry: Entry) -> TargetMove | None:
    """The move of the target that an entry is, or that came with it."""
    row = entry.row if isinstance(entry.row, Promise) else entry.target_move
    by = shapes.byline(entry.person) if entry.person else None
    return TargetMove(by=by, **row.model_dump(include=set(TargetMove.model_fields))) if row else None


def told(entry: Entry) -> StatusChange:
    """The move that an entry of the story tells."""
    row = entry.row
    assert isinstance(row, Change)  # noqa: S101 - narrows the type; only moves are told so
    same = {name: getattr(row, name) for name in StatusChange.model_fields if hasattr(Change, name)}
    return StatusChange(
        **same | {"duplicate_of": entry.other.number if entry.other else None},
        item=row.item_number,
        by=shapes.byline(entry.person) if entry.person else None,
        earlier=shapes.earlier(entry.edits),
    )
