"""Plain functions that put things on a board, by the same verbs that the program uses."""

import hashlib
import itertools
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from app import comments, db, items, status_changes, votes
from app.attachments import Attachment, recognising, store
from app.boards import Board
from app.comments import Comment
from app.items import Draft, Item
from app.limits import Spent
from app.people import Person, Role
from app.status_changes import Move, StatusChange
from app.statuses import Kind, Reason, Status

_counter = itertools.count(1)

NEEDED = {
    Status.DECLINED: {"reason": Reason.OUT_OF_SCOPE},
    Status.NEEDS_INFO: {"why": "Without it we cannot see what you saw."},
}


def person(session: Session, name: str = "", *, role: Role = Role.MEMBER, title: str = "") -> Person:
    name = name or f"Person {next(_counter)}"
    email = f"{name.lower().replace(' ', '.')}@example.org"
    made = Person(name=name, email=email, role=role, title=title, joined_at=db.now())
    session.add(made)
    session.flush()
    return made


def board(session: Session, slug: str, **fields: Any) -> Board:
    made = Board(slug=slug, name=fields.pop("name", slug.capitalize()), **fields)
    session.add(made)
    session.flush()
    return made


def item(
    session: Session,
    reporter: Person,
    title: str = "Search finds nothing",
    *,
    kind: Kind = Kind.IDEA,
    board: str = "general",
    body: str = "It would help us every day.",
    at: datetime | None = None,
    **details: str,
) -> Item:
    """An item with its author's vote, as a person posts it; `details` are the answers to a defect's questions."""
    draft = Draft(kind=kind, board=board, title=title, body=body, details=details)
    made = items.post(session, reporter, draft, at=at)
    return votes.cast(session, made, reporter, at=at)


def imported(session: Session, item: Item, count: int) -> None:
    """As if the item had come with so many votes that name nobody."""
    item.imported_vote_count = count
    votes.recount(session, item)
    session.flush()


def comment(session: Session, item: Item, person: Person, words: str = "We need this too.", **options: Any) -> Comment:
    return comments.post(session, item, person, words, **options)


def attach(
    session: Session, item: Item, person: Person, name: str = "crash.log", content: bytes = b"it stopped\n",
    said: Comment | StatusChange | None = None,
) -> Attachment:  # fmt: skip
    """A file as it is once it was posted, in the store too."""
    file = recognising.recognise(name, content)
    key = secrets.token_urlsafe(24)
    store.opened().put(key, file.content)
    row = Attachment(
        key=key, kind=file.kind, media_type=file.media_type, name=file.name, size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(), width=file.width, height=file.height, at=db.now(),
        leaks=list(file.leaks), person_id=person.key, item_number=item.number,
        comment_id=said.id if isinstance(said, Comment) else None,
        status_change_id=said.id if isinstance(said, StatusChange) else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def move(
    session: Session,
    item: Item,
    person: Person,
    to: Status,
    explanation: str = "We looked into it, and this is what we think.",
    *,
    at: datetime | None = None,
    **fields: str,
) -> StatusChange:
    """Move an item with everything that its new status needs."""
    asked = Move(to=to, explanation=explanation, **{**NEEDED.get(to, {}), **fields})
    return status_changes.change(session, item, person, asked, at=at)


def spent(session: Session, key: str, count: int, per: timedelta) -> None:
    """So much of a limit is used, in this window of time and in the next, in case it begins meanwhile."""
    seconds = int(per.total_seconds())
    window = int(db.now().timestamp()) // seconds
    rows = (Spent(key=key, window=each, count=count, ends_at=(each + 1) * seconds) for each in (window, window + 1))
    session.add_all(rows)
    session.flush()
