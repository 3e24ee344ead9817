"""The board with all that was said and done, for another program to read."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel, col, select

import app
from app import db, defect_questions, site
from app.boards import Access, Board
from app.comments import Comment
from app.config import settings
from app.exports import entries
from app.exports.entries import Choice, Entry
from app.status_changes import StatusChange, TargetMove

OF_ITEM = (
    "number", "kind", "title", "body", "details", "posted_at", "edited_at", "status", "status_changed_at", "reason",
    "workaround", "review_on", "due_on", "target", "waiting_since", "first_answered_at", "answered_at",
    "answer", "vote_count", "comment_count", "source", "source_id",
)  # fmt: skip
OF_CHANGE = (
    "at", "from_status", "to_status", "explanation", "reason", "workaround", "review_on", "why", "due_on",
    "checklist", "duplicate_of", "target", "shipped_in", "shipped_link", "is_automatic", "edited_at",
)  # fmt: skip
OF_TARGET_MOVE = ("at", "from_target", "to_target", "cause")
OF_FILE = ("name", "kind", "media_type", "size", "sha256", "at")
OF_COMMENT = ("at", "body", "is_official", "edited_at")
HIDDEN = ("hidden_at", "hidden_because")


def write(session: Session, path: Path, choice: Choice) -> int:
    """One object; each item is a line of its own, so that a large file can be read line by line."""
    with path.open("w", encoding="utf-8") as file:
        file.write(_line(_head(session, choice)).removesuffix("}") + ',"items":[')
        count = 0
        for entry in entries.read(session, choice):
            file.write((",\n" if count else "\n") + _line(_item(entry, choice)))
            count += 1
        file.write("\n]}\n")
    return count


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> str:
    assert isinstance(value, date)  # noqa: S101 - the only kind in these rows that JSON has no form for
    return value.isoformat()


def _head(session: Session, choice: Choice) -> dict[str, Any]:
    the = site.the(session)
    boards = select(Board).order_by(col(Board.position), col(Board.id))
    if not choice.everything:
        boards = boards.where(Board.access == Access.PUBLIC)
    shown = session.exec(boards).all()
    asked = defect_questions.of_all(session, shown)
    return {
        "daylight": app.__version__,
        "made_at": db.now(),
        "site": {"name": the.name, "description": the.description, "url": settings().effective_base_url},
        "boards": [
            _told(board, ("slug", "name", "description", "access"))
            | {"defect_questions": [_told(each, ("question", "why")) for each in asked.get(board.id or 0, [])]}
            for board in shown
        ],
    }


def _item(entry: Entry, choice: Choice) -> dict[str, Any]:
    item = entry.item
    hidden = HIDDEN if choice.everything else ()
    told = _told(item, (*OF_ITEM, *hidden)) | {
        "url": settings().effective_base_url + item.path,
        "merged_into": entry.other(item.merged_into),
        "imported_vote_count": item.earlier_vote_count,
        "board": entry.board.slug,
        "tags": [tag.name for tag in entry.tags],
        "attachments": _files(entry, item),
        "reporter": entry.name(item.reporter_id),
        "answerer": entry.name(item.answerer_id),
        "status_changes": [
            told | {"duplicate_of": entry.other(told["duplicate_of"])}
            for told in _story(entry, entry.status_changes, OF_CHANGE)
        ],
        "target_moves": _story(entry, entry.target_moves, OF_TARGET_MOVE),
        "comments": _story(entry, entry.comments, (*OF_COMMENT, *hidden)),
    }
    if choice.with_emails:
        told["reporter_email"] = entry.email(item.reporter_id)
        told["votes"] = [
            {
                "at": vote.at,
                "weight": vote.weight,
                "by": entry.name(vote.person_id),
                "email": entry.email(vote.person_id),
            }
            for vote in entry.votes
        ]
    return told


def _story(
    entry: Entry, rows: Iterable[StatusChange | TargetMove | Comment], names: tuple[str, ...]
) -> list[dict[str, Any]]:
    return [
        _told(row, names) | {"by": entry.name(row.person_id)} | ({"attachments": files} if files else {})
        for row, files in ((row, _files(entry, row)) for row in rows)
    ]


def _files(entry: Entry, row: SQLModel) -> list[dict[str, Any]]:
    """What is known of the files that came with a row; the files themselves are where the addresses say."""
    came = (file for file in entry.attachments if file.came_with(row))
    return [_told(file, OF_FILE) | {"url": settings().effective_base_url + file.path} for file in came]


def _told(row: SQLModel, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
