"""What an export tells of each item, read for many items at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import ColumnElement, func, true
from sqlmodel import Session, col, select
from tqdm import tqdm

from app import attachments, people, sight, tags
from app.attachments import Attachment
from app.boards import Board
from app.comments import Comment
from app.items import Item
from app.people import Person
from app.status_changes import StatusChange, TargetMove
from app.tags import Label
from app.votes import Vote

ITEMS_AT_ONCE = 500
PEOPLE_AT_ONCE = 10_000  # a query takes no more than some ten thousand values

Told = TypeVar("Told", StatusChange, TargetMove, Comment)


@dataclass(frozen=True)
class Choice:
    """What the file holds: by default what the public sees."""

    everything: bool = False
    with_emails: bool = False

    @property
    def condition(self) -> ColumnElement[bool]:
        return true() if self.everything else sight.visible_to(None)


@dataclass
class Entry:
    """An item with everything about it."""

    item: Item
    board: Board
    people: dict[int, Person]
    tags: list[Label]
    status_changes: list[StatusChange] = field(default_factory=list)
    target_moves: list[TargetMove] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    known: set[int] = field(default_factory=set)  # the items that may be named in it

    def other(self, number: int | None) -> int | None:
        """The number of another item, where whoever reads the file may know of that."""
        return number if number in self.known else None

    def name(self, person_id: int | None) -> str | None:
        """Name and public title of a person."""
        return self.people[person_id].byline if person_id is not None else None

    def email(self, person_id: int | None) -> str | None:
        return self.people[person_id].email if person_id is not None else None


def read(session: Session, choice: Choice) -> Iterator[Entry]:
    """The items by number, with their stories."""
    of_choice = select(Item, Board).join(Board, col(Board.id) == Item.board_id).where(choice.condition)
    total = session.scalar(select(func.count()).select_from(of_choice.subquery()))
    last = 0
    with tqdm(total=total, unit=" items", disable=None) as progress:
        while some := session.exec(
            of_choice.where(Item.number > last).order_by(col(Item.number)).limit(ITEMS_AT_ONCE)
        ).all():
            yield from _entries(session, list(some), choice)
            last = some[-1][0].number
            session.expunge_all()
            progress.update(len(some))


def _entries(session: Session, some: list[tuple[Item, Board]], choice: Choice) -> list[Entry]:
    numbers = [item.number for item, _board in some]
    tags_of = tags.of_items(session, numbers)
    entries = {item.number: Entry(item, board, {}, tags_of[item.number]) for item, board in some}
    for change in _of(session, StatusChange, numbers):
        entries[change.item_number].status_changes.append(change)
    for move in _of(session, TargetMove, numbers):
        entries[move.item_number].target_moves.append(move)
    for comment in _of(session, Comment, numbers):
        if choice.everything or not comment.is_hidden:
            entries[comment.item_number].comments.append(comment)
    _add_files(session, entries)
    if choice.with_emails:
        for vote in session.exec(select(Vote).where(col(Vote.item_number).in_(numbers)).order_by(col(Vote.at))):
            entries[vote.item_number].votes.append(vote)
    persons = _people(session, {person_id for entry in entries.values() for person_id in _ids_in(entry)})
    others = {number for entry in entries.values() for number in _others_in(entry)}
    known = others if choice.everything else sight.known_among(session, None, others)
    for entry in entries.values():
        entry.people, entry.known = persons, known
    return list(entries.values())


def _add_files(session: Session, entries: dict[int, Entry]) -> None:
    for file in attachments.of_said(session, entries):
        if not file.is_removed:
            entries[file.item_number or 0].attachments.append(file)


def _of(session: Session, table: type[Told], numbers: list[int]) -> Sequence[Told]:
    return session.exec(select(table).where(col(table.item_number).in_(numbers)).order_by(col(table.id))).all()


def _ids_in(entry: Entry) -> Iterator[int]:
    ids = [entry.item.reporter_id, entry.item.answerer_id]
    ids += [change.person_id for change in entry.status_changes]
    ids += [move.person_id for move in entry.target_moves]
    ids += [comment.person_id for comment in entry.comments]
    ids += [vote.person_id for vote in entry.votes]
    return (person_id for person_id in ids if person_id is not None)


def _others_in(entry: Entry) -> Iterator[int]:
    numbers = [entry.item.merged_into, entry.item.root, *(change.duplicate_of for change in entry.status_changes)]
    return (number for number in numbers if number is not None)


def _people(session: Session, ids: set[int]) -> dict[int, Person]:
    known: dict[int, Person] = {}
    for start in range(0, len(ids), PEOPLE_AT_ONCE):
        known |= people.by_ids(session, set(list(ids)[start : start + PEOPLE_AT_ONCE]))
    return known
