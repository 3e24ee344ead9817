"""The rows: who was told of which event, whether a mail about it waits, and whether they have seen it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, text, update
from sqlmodel import Field, Index, Session, SQLModel, col, func, select

from app import db, subscriptions
from app.items import Item
from app.people import Person

NEW = text("seen_at IS NULL")
COUNTED_MOST = 100
FORGOTTEN_AFTER = timedelta(days=180)


class Notification(SQLModel, table=True):
    """Something that one person hears of. A mail is due at `due_at`; if that is empty, the page alone tells."""

    __table_args__ = (
        Index("ix_notification_mailed_at_due_at", "mailed_at", "due_at"),
        Index("ix_notification_new", "person_id", "item_number", sqlite_where=NEW, postgresql_where=NEW),
        {"sqlite_with_rowid": False},
    )

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    event_id: int = Field(foreign_key="event.id", primary_key=True, index=True, ondelete="CASCADE")
    item_number: int = Field(foreign_key="item.number", index=True)
    at: datetime
    due_at: datetime | None = None
    mailed_at: datetime | None = None
    seen_at: datetime | None = None


_NEW = Notification.person_id == bindparam("person_id"), col(Notification.seen_at).is_(None)
_NEWS = select(Notification.item_number).where(*_NEW)
COUNT_NEW = select(func.count()).select_from(_NEWS.distinct().limit(db.most(COUNTED_MOST)).subquery())
NEW_ABOUT = _NEWS.where(Notification.item_number == bindparam("number")).limit(db.most(1))


def count_new(session: Session, person: Person) -> int:
    """On how many items there is something that this person has not looked at; counted as far as is worth telling.

    One index holds just these rows, so that the bell on every page costs the same after years.
    """
    [(count,)] = db.run(session, COUNT_NEW, {"person_id": person.id})
    return int(count)


def is_new(session: Session, person: Person, item: Item) -> bool:
    """Whether this person was told of something about the item that they have not looked at."""
    return bool(db.run(session, NEW_ABOUT, {"person_id": person.id, "number": item.number}))


def look(session: Session, item: Item, person: Person, at: datetime) -> None:
    """The person has seen the item as it was then."""
    subscriptions.look(session, item, person, at=at)
    _see(session, person, at, Notification.item_number == item.number)


def look_at_all(session: Session, person: Person, at: datetime) -> None:
    """The person has seen everything as it was then."""
    subscriptions.look_at_all(session, person, at)
    _see(session, person, at)


def _see(session: Session, person: Person, at: datetime, *which: Any) -> None:
    waits = col(Notification.person_id) == person.id, col(Notification.seen_at).is_(None), col(Notification.at) <= at
    session.execute(update(Notification).where(*waits, *which).values(seen_at=at))


def forget_old(session: Session) -> None:
    """Drop what was told long ago, unless a mail about it still waits."""
    waits = and_(col(Notification.due_at).is_not(None), col(Notification.mailed_at).is_(None))
    session.execute(delete(Notification).where(col(Notification.at) < db.now() - FORGOTTEN_AFTER, ~waits))


def forget_all(session: Session, person: Person) -> None:
    """Drop what was told to somebody who leaves."""
    session.execute(delete(Notification).where(col(Notification.person_id) == person.id))
