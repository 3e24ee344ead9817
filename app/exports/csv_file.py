"""The board as a table: a row for each item, with its latest answer. `import` takes the file back."""

import csv
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path

from sqlmodel import Session

from app.config import settings
from app.exports import entries
from app.exports.entries import Choice, Entry
from app.imports.cells import neutralised

COLUMNS: dict[str, Callable[[Entry], object]] = {
    "number": lambda entry: entry.item.number,
    "title": lambda entry: entry.item.title,
    "description": lambda entry: entry.item.body,
    "expected": lambda entry: entry.item.details.get("expected"),
    "steps": lambda entry: entry.item.details.get("steps"),
    "version": lambda entry: entry.item.details.get("version"),
    "type": lambda entry: entry.item.kind,
    "board": lambda entry: entry.board.name,
    "tags": lambda entry: ", ".join(tag.name for tag in entry.tags),
    "status": lambda entry: entry.item.status,
    "resolution": lambda entry: entry.item.reason,
    "status changed": lambda entry: entry.item.status_changed_at,
    "target": lambda entry: entry.item.target,
    "duplicate of": lambda entry: entry.other(entry.item.merged_into),
    "votes": lambda entry: _counted(entry, entry.item.vote_count),
    "imported votes": lambda entry: _counted(entry, entry.item.earlier_vote_count),
    "comments": lambda entry: entry.item.comment_count,
    "created": lambda entry: entry.item.posted_at,
    "author": lambda entry: entry.people[entry.item.reporter_id].shown_name,
    "waiting since": lambda entry: entry.item.waiting_since,
    "first answered": lambda entry: entry.item.first_answered_at,
    "answered": lambda entry: entry.item.answered_at,
    "answered by": lambda entry: entry.name(entry.item.answerer_id),
    "answer": lambda entry: entry.item.answer,
    "workaround": lambda entry: entry.item.workaround,
    "url": lambda entry: settings().effective_base_url + entry.item.path,
}
EMAIL = {"author email": lambda entry: entry.email(entry.item.reporter_id)}


def write(session: Session, path: Path, choice: Choice) -> int:
    columns = COLUMNS | EMAIL if choice.with_emails else COLUMNS
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # spreadsheets know UTF-8 by its mark only
        table = csv.writer(file)
        table.writerow(columns)
        count = 0
        for entry in entries.read(session, choice):
            table.writerow(cell(tell(entry)) for tell in columns.values())
            count += 1
    return count


def _counted(entry: Entry, votes: int) -> int | None:
    """How many votes the item has; nothing for a duplicate whose votes the row of another counts in this file."""
    return votes if entry.item.merged_into is None or entry.other(entry.item.root) is None else None


def cell(value: object) -> str:
    match value:
        case None:
            return ""
        case StrEnum():
            return value.value
        case str():
            return neutralised(value)
        case date():
            return value.isoformat()
    return str(value)
