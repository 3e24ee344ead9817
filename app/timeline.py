"""The story of one item: everything that happened to it, as one list in the order of time.

Read in a number of queries that does not grow with the story.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import Integer, bindparam, union_all
from sqlmodel import Session, col, select

from app import attachments, db, edits, people, policy, sight
from app.attachments import Attachment
from app.comments import Comment
from app.edits import Edit, Subject
from app.items import Item
from app.people import Person
from app.refusals import NotFound
from app.status_changes import StatusChange, TargetMove
from app.statuses import Status


class Happening(StrEnum):
    """What an entry tells. In this order, what happened at one and the same moment is told."""

    POSTED = "posted"
    EDITED = "edited"
    COMMENT = "comment"
    MOVED = "moved"
    TARGET = "target"
    MERGED_IN = "merged_in"
    PARTED = "parted"


@dataclass(frozen=True)
class Entry:
    """One thing that happened: who did it, when, and the row that says it.

    `edits` are the earlier words of the row. `other` is the item on the far side of a merge, or None where the reader
    may not see it. `target_move` is the promise that came with a move. `hider` is who hid a comment. `attached` are the
    files that came with the row.
    """

    happening: Happening
    at: datetime
    person: Person | None
    row: Item | StatusChange | TargetMove | Comment
    edits: list[Edit] = field(default_factory=list)
    other: Item | None = None
    target_move: TargetMove | None = None
    hider: Person | None = None
    attached: list[Attachment] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """The id of the entry on the page, and the end of its address."""
        key = int(self.at.timestamp()) if isinstance(self.row, Item) else self.row.id
        return f"{self.happening.replace('_', '-')}-{key}"

    @property
    def is_import(self) -> bool:
        """Whether it was moved so where it came from, before it came here."""
        return isinstance(self.row, StatusChange) and self.row.is_import

    def tells(self, row: StatusChange | Comment) -> bool:
        """Whether it is this row that says what happened."""
        return isinstance(self.row, type(row)) and self.row.id == row.id

    def is_new(self, viewer: Person | None, seen_at: datetime | None) -> bool:
        """Whether somebody else did this after the viewer last looked."""
        mine = viewer is not None and self.person is not None and self.person.id == viewer.id
        return seen_at is not None and self.at > seen_at and not mine


@dataclass(frozen=True)
class Rows:
    """All rows of a story, each kind by one query."""

    item: Item
    changes: list[StatusChange]
    target_moves: list[TargetMove]
    comments: list[Comment]
    edits: dict[Subject, dict[int, list[Edit]]]
    people: dict[int, Person]
    others: dict[int, Item]
    attachments: list[Attachment]

    def by(self, person_id: int | None) -> Person | None:
        return self.people[person_id] if person_id is not None else None

    def attached_to(self, row: Item | Comment | StatusChange) -> list[Attachment]:
        return [file for file in self.attachments if file.came_with(row)]

    def edits_of(self, subject: Subject, key: int | None) -> list[Edit]:
        return self.edits[subject].get(key or 0, [])


def of(session: Session, item: Item, viewer: Person | None) -> list[Entry]:
    """The story of an item as this person may read it, the oldest first."""
    rows = _read(session, item, viewer)
    told = [Entry(Happening.POSTED, item.posted_at, rows.by(item.reporter_id), item, attached=rows.attached_to(item))]
    told += [*_edits(rows), *_comments(rows), *_moves(rows), *_target_moves(rows), *_merges(rows)]
    in_order = list(Happening)
    return sorted(told, key=lambda entry: (entry.at, in_order.index(entry.happening)))


def before(session: Session, item: Item, viewer: Person | None, edit: int) -> Entry:
    """The entry whose row was edited, with the earlier words of this edit alone. Raises NotFound."""
    for entry in of(session, item, viewer):
        is_shown = entry.hider is None or policy.may_hide(viewer)
        kept = next((kept for kept in entry.edits if kept.id == edit), None)
        if is_shown and kept:
            return replace(entry, edits=[other for other in entry.edits if other.at == kept.at])
    raise NotFound


# Built once: to put them together costs as much as to read the rows.
_NUMBER: Any = bindparam("number", type_=Integer)
_HERE = union_all(  # one list to look in, because PostgreSQL reads the whole table for a number or one of a list
    select(_NUMBER), select(StatusChange.item_number).where(StatusChange.duplicate_of == _NUMBER)
)
CHANGES = (  # the moves of the item itself, and those of every item that was ever merged into it
    select(StatusChange).where(col(StatusChange.item_number).in_(_HERE)).order_by(col(StatusChange.id))
)
TARGET_MOVES = select(TargetMove).where(TargetMove.item_number == _NUMBER)
COMMENTS = select(Comment).where(Comment.item_number == _NUMBER).order_by(col(Comment.id))


def _read(session: Session, item: Item, viewer: Person | None) -> Rows:
    number = {"number": item.number}
    changes, comments = db.read(session, CHANGES, number), db.read(session, COMMENTS, number)
    target_moves = db.read(session, TARGET_MOVES, number)
    edited = {
        Subject.ITEM: [item.number],
        Subject.COMMENT: [comment.id or 0 for comment in comments],
        Subject.STATUS_CHANGE: [change.id or 0 for change in changes],
    }
    kept = edits.of(session, edited)
    acts: list[StatusChange | TargetMove | Comment | Edit] = [*changes, *target_moves, *comments, *_all(kept)]
    ids = {act.person_id for act in acts} | {comment.hidden_by_id for comment in comments} | {item.reporter_id}
    numbers = {change.item_number for change in changes} | {change.duplicate_of for change in changes}
    found = people.by_ids(session, {key for key in ids if key is not None})
    others = {other.number: other for other in sight.among(session, viewer, numbers - {item.number})}
    files = attachments.of_item(session, item.number)
    return Rows(item, changes, target_moves, comments, kept, found, others, files)


def _all(kept: dict[Subject, dict[int, list[Edit]]]) -> list[Edit]:
    return [edit for by_key in kept.values() for earlier in by_key.values() for edit in earlier]


def _edits(rows: Rows) -> list[Entry]:
    """One entry for each time the item was edited, with the earlier words of all fields that changed then."""
    by_time = groupby(rows.edits_of(Subject.ITEM, rows.item.number), key=lambda edit: edit.at)
    return [
        Entry(Happening.EDITED, at, rows.by(earlier[0].person_id), rows.item, edits=earlier)
        for at, earlier in ((at, list(group)) for at, group in by_time)
    ]


def _comments(rows: Rows) -> list[Entry]:
    return [
        Entry(
            Happening.COMMENT, comment.at, rows.by(comment.person_id), comment,
            edits=rows.edits_of(Subject.COMMENT, comment.id), hider=rows.by(comment.hidden_by_id),
            attached=rows.attached_to(comment),
        )
        for comment in rows.comments
    ]  # fmt: skip


def _moves(rows: Rows) -> list[Entry]:
    promised = {move.at: move for move in rows.target_moves}
    return [
        Entry(
            Happening.MOVED, change.at, rows.by(change.person_id), change,
            edits=rows.edits_of(Subject.STATUS_CHANGE, change.id), other=rows.others.get(change.duplicate_of or 0),
            target_move=promised.get(change.at), attached=rows.attached_to(change),
        )
        for change in rows.changes
        if change.item_number == rows.item.number
    ]  # fmt: skip


def _target_moves(rows: Rows) -> list[Entry]:
    """The moves of the target that did not come with a move of the item."""
    told = {change.at for change in rows.changes if change.item_number == rows.item.number}
    return [
        Entry(Happening.TARGET, move.at, rows.by(move.person_id), move)
        for move in rows.target_moves
        if move.at not in told
    ]


def _merges(rows: Rows) -> list[Entry]:
    """Other items that were merged into this one, and how they parted again, where the reader may see them."""
    told: list[Entry] = []
    merged: set[int] = set()
    for change in rows.changes:
        other = rows.others.get(change.item_number)
        if change.item_number == rows.item.number or other is None:
            continue
        if change.duplicate_of == rows.item.number:
            merged.add(other.number)
            told.append(Entry(Happening.MERGED_IN, change.at, rows.by(change.person_id), change, other=other))
        elif change.from_status is Status.DUPLICATE and other.number in merged:
            merged.remove(other.number)
            told.append(Entry(Happening.PARTED, change.at, rows.by(change.person_id), change, other=other))
    return told
