"""Status changes: where an item went, who moved it and in which words; and the moves of its target."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field
from sqlmodel import col, select

from app import policy, status_changes, text, timeline
from app.items import Item
from app.people import Person
from app.refusals import Invalid
from app.status_changes import Move, check, corrections
from app.status_changes import StatusChange as Change
from app.status_changes import TargetMove as Promise
from app.status_changes.table import VERSION_MOST
from app.statuses import Reason, Status
from app.timeline import Entry, Happening
from app.web import item_page
from app.web.api import route, shapes
from app.web.kit import Advocate, Db, ItemInPath, Maintainer, Viewer
from app.words import _

areas = route.areas("Status changes")
OTHERWISE = {"duplicate_of", "checklist", "reason", "seen"}  # what a move takes in another form than JSON has it


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
    checklist: list[str] = Field(description="What an answer should hold.", examples=[["The version", "The log"]])
    duplicate_of: int | None = Field(description="The item it is the same as, where you may see that.")
    target: str | None = Field(description="What it was promised for with this move.", examples=["2027-Q1"])
    shipped_in: str = Field(examples=["4.2"])
    shipped_link: str = Field(examples=["https://example.org/changes#4.2"])
    edited_at: datetime | None
    earlier: list[shapes.Earlier] = Field(description="The words before each correction, oldest first.")
    attachments: list[shapes.Attachment]


class TargetMove(BaseModel):
    """A promise that was made, moved or given up."""

    by: shapes.Byline | None = Field(description="Null where the calendar or an import did it.")
    at: datetime
    from_target: str | None = Field(examples=["2026-12"])
    to_target: str | None = Field(examples=["2027-Q1"])
    cause: str = Field(description="Why, in CommonMark.")
    html: str = Field(description="The same as safe HTML.")


class Moving(shapes.Asked):
    """The words of a move. What the new status does not ask for is left aside."""

    to: Status = Field(examples=[Status.PLANNED])
    explanation: Annotated[shapes.Text, shapes.words("In your own words, public. For needs_info, the question.",
                                                     text.WORDS_MOST, "We build this now.")]  # fmt: skip
    reason: Reason | None = Field(None, description="Needed to decline.")
    workaround: Annotated[shapes.Text | None, shapes.words("What helps until then; null keeps the present.",
                                                           text.WORDS_MOST)] = None  # fmt: skip
    review_on: Annotated[shapes.Text, Field(description="When to look at a refusal again; in a year if empty.",
                                            examples=["2027-05-03"])] = ""  # fmt: skip
    why: Annotated[shapes.Text, shapes.words("Why we ask; needed for needs_info.", text.WORDS_MOST)] = ""
    due_on: Annotated[shapes.Text, Field(description="Until when an answer is due; in two weeks if empty.",
                                         examples=["2026-12-24"])] = ""  # fmt: skip
    checklist: list[shapes.Text] = Field(
        [], description=f"What an answer should hold: up to {check.CHECKLIST_MOST} entries, each of up to"
        f" {check.ENTRY_MOST} characters; for needs_info.", examples=[["The version", "The log"]],
        max_length=shapes.LIST_MOST,
    )  # fmt: skip
    duplicate_of: shapes.Number | None = Field(None, description="The item it is the same as; needed for duplicate.")
    target: Annotated[shapes.Text, Field(description="A month or a quarter, for planned and in_progress.",
                                         examples=["2027-Q1"])] = ""  # fmt: skip
    shipped_in: Annotated[shapes.Text, shapes.words("The version that has it.", VERSION_MOST, "4.2")] = ""
    shipped_link: Annotated[shapes.Text, shapes.words("Where to read about it.", text.LINK_MOST)] = ""

    def as_move(self, seen: Status | None = None) -> Move:
        typed = self.model_dump(include={field.name for field in fields(Move)} - OTHERWISE)
        duplicate_of, lines = str(self.duplicate_of or ""), (" ".join(entry.split()) for entry in self.checklist)
        return Move(**typed, seen=seen or "", duplicate_of=duplicate_of, checklist="\n".join(lines),
                    reason=self.reason or "")  # fmt: skip


class NewStatusChange(Moving):
    seen: Status | None = Field(None, description="The status in which you saw it, to hear that somebody was faster.")


class Chosen(shapes.Asked):
    number: shapes.Number = Field(examples=[42])
    seen: Status | None = Field(None, description="The status in which you saw it, to hear that somebody was faster.")


class NewStatusChanges(Moving):
    chosen: list[Chosen] = Field(max_length=status_changes.CHOSEN_MOST)


class Correction(shapes.Asked):
    explanation: Annotated[shapes.Text, shapes.words("As it should be.", text.WORDS_MOST, "We have read it.")]


class NewTargetMove(shapes.Asked):
    target: Annotated[shapes.Text, Field(description="A month or a quarter; empty for none.", examples=["2027-Q1"])]
    cause: Annotated[shapes.Text, shapes.words("Why, in public.", text.WORDS_MOST, "It takes longer.")]


class Moves(BaseModel):
    """How an item travelled, the oldest first."""

    status_changes: list[StatusChange]
    target_moves: list[TargetMove]


@areas.reading.get("/items/{number:int}/status-changes")
def list_status_changes(session: Db, viewer: Viewer, item: ItemInPath) -> Moves:
    """Read every move of an item and of its target."""
    item_page.need_readable(viewer, item)
    story = timeline.of(session, item, viewer)
    moves = [told(entry) for entry in story if _is_move(entry)]
    promises = [promise for entry in story if (promise := _promise(entry)) is not None]
    return Moves(status_changes=moves, target_moves=promises)


def _is_move(entry: Entry) -> bool:
    """Whether the item itself moved; also what was merged into it is told by a row of this kind."""
    return entry.happening is Happening.MOVED


def _promise(entry: Entry) -> TargetMove | None:
    """The move of the target that an entry is, or that came with it."""
    row = entry.row if isinstance(entry.row, Promise) else entry.target_move
    return _target_move(row, entry.person) if row else None


def told(entry: Entry) -> StatusChange:
    """The move that an entry of the story tells."""
    row = entry.row
    assert isinstance(row, Change)  # noqa: S101 - narrows the type; only moves are told so
    return _shape(row, entry.person, entry.other.number if entry.other else None, shapes.earlier(entry.edits),
                  shapes.attachments(entry.attached))  # fmt: skip


def _shape(
    row: Change, mover: Person | None, duplicate_of: int | None, earlier: Sequence[shapes.Earlier] = (),
    attached: Sequence[shapes.Attachment] = (),
) -> StatusChange:  # fmt: skip
    same = {name: getattr(row, name) for name in StatusChange.model_fields if hasattr(Change, name)}
    by = shapes.byline(mover) if mover else None
    more = {"duplicate_of": duplicate_of, "earlier": list(earlier), "attachments": list(attached)}
    return StatusChange(**same | more | {"item": row.item_number, "by": by})


@areas.moderating.post("/items/{number:int}/status-changes", status_code=201)
def change_status(session: Db, person: Advocate, item: ItemInPath, asked: NewStatusChange) -> StatusChange:
    """Move an item, in your own words. Advocates ask for information; maintainers do all."""
    policy.need(policy.may_take_part(person, item))
    row = status_changes.change(session, item, person, asked.as_move(asked.seen))
    return _shape(row, person, row.duplicate_of)


@areas.moderating.post("/status-changes", status_code=201)
def change_status_of_many(session: Db, person: Maintainer, asked: NewStatusChanges) -> list[StatusChange]:
    """Move several items with words written once. All of them move, or none."""
    seen = {chosen.number: chosen.seen for chosen in asked.chosen}
    found = session.exec(select(Item).where(col(Item.number).in_(seen))).all()
    if missing := seen.keys() - {item.number for item in found}:
        raise Invalid({"chosen": _("There is no item #%s.") % min(missing)})
    stood = {number: status for number, status in seen.items() if status}
    rows = status_changes.change_many(session, found, person, asked.as_move(), seen=stood)
    return [_shape(row, person, row.duplicate_of) for row in rows]


@areas.moderating.patch("/status-changes/{change:int}")
def correct_explanation(session: Db, person: Maintainer, change: int, asked: Correction) -> StatusChange:
    """Correct the words of a move; the earlier ones stay readable."""
    row, item = corrections.find(session, change, person)
    status_changes.correct(session, row, person, asked.explanation)
    session.flush()
    return next(told(entry) for entry in timeline.of(session, item, person) if entry.tells(row) and _is_move(entry))


@areas.moderating.post("/items/{number:int}/target-moves", status_code=201)
def move_target(session: Db, person: Maintainer, item: ItemInPath, asked: NewTargetMove) -> TargetMove:
    """Promise an item for another month or quarter, or for none, and say why."""
    row = status_changes.move_target(session, item, person, asked.target, asked.cause)
    return _target_move(row, person)


def _target_move(row: Promise, mover: Person | None) -> TargetMove:
    by = shapes.byline(mover) if mover else None
    return TargetMove(by=by, **row.model_dump(include=set(TargetMove.model_fields)))
