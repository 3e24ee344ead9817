"""Sweeping: what waits for a post that never came, and files that no row knows, go after a day."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app import db, policy
from app.attachments import store
from app.attachments.table import Attachment
from app.db import Database
from app.people import Person

KEPT = timedelta(days=1)
KEYS_AT_ONCE = 500


def sweep(database: Database) -> None:
    """The row goes before its file: who is killed between leaves a file and no row, never a row and no file."""
    before = db.now() - KEPT
    with database.session() as session:
        waiting = col(Attachment.item_number).is_(None), col(Attachment.at) < before
        session.execute(delete(Attachment).where(*waiting))
    if store.is_folder() and not store.uploads().is_dir():
        return
    files = store.opened()
    old = files.older_than(before)
    while some := list(islice(old, KEYS_AT_ONCE)):
        with database.session(writes=False) as session:
            unknown = set(some) - set(_known(session, some))
        files.delete(*sorted(unknown))


def _known(session: Session, keys: Iterable[str]) -> Iterator[str]:
    here = col(Attachment.key).in_(keys), col(Attachment.removed_at).is_(None)
    return iter(session.exec(select(Attachment.key).where(*here)))


def remove(session: Session, file: Attachment, person: Person) -> None:
    """Show it to nobody any more; the file itself is swept away. Raises NotAllowed."""
    policy.need(file.may_be_removed_by(person))
    file.removed_at, file.removed_by_id = db.now(), person.key
    session.add(file)


def forget_person(session: Session, person: Person) -> None:
    """What somebody sent and did not post goes with them; what they posted stays with their words."""
    session.execute(
        delete(Attachment).where(col(Attachment.person_id) == person.key, col(Attachment.item_number).is_(None))
    )
