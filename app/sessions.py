"""Sessions: the browsers in which somebody is signed in, and the tickets with which products act for them.

The secrets are stored only as hashes.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Field, Session, SQLModel, col, select

from app import db

LASTS = timedelta(days=60)
SEEN_EVERY = timedelta(hours=1)


class SessionRow(SQLModel, table=True):
    """A signed-in browser."""

    __tablename__ = "session"

    key_hash: str = Field(max_length=64, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    started_at: datetime
    seen_at: datetime
    expires_at: datetime = Field(index=True)
    browser: str = Field(default="", max_length=120)

    @property
    def mark(self) -> str:
        """What it is called in addresses: enough of the hash to tell a person's sessions apart."""
        return self.key_hash[:16]

    @property
    def has_ended(self) -> bool:
        return self.expires_at <= db.now()

    @property
    def is_stale(self) -> bool:
        """Whether it is time to note that it was used."""
        return db.now() - self.seen_at > SEEN_EVERY


class Ticket(SQLModel, table=True):
    """With which a page of a product acts for a person, see `products`. The token it was given for is hashed too."""

    key_hash: str = Field(max_length=64, primary_key=True)
    signed_hash: str = Field(max_length=64, unique=True)
    product_key_id: int = Field(foreign_key="product_key.id", index=True, ondelete="CASCADE")
    person_id: int = Field(foreign_key="person.id", index=True)
    expires_at: datetime = Field(index=True)


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def start(session: Session, person_id: int, browser: str = "") -> str:
    """Sign a person in; returns the secret for the cookie."""
    key, at = secrets.token_urlsafe(32), db.now()
    session.add(
        SessionRow(key_hash=hashed(key), person_id=person_id, started_at=at, seen_at=at, expires_at=at + LASTS,
                   browser=browser[:120])
    )  # fmt: skip
    return key


def prolong(session: Session, key: str) -> None:
    """A session that is used lasts on. Called at most once an hour, see `is_stale`."""
    row = session.get(SessionRow, hashed(key))
    if row is not None and row.is_stale:
        row.seen_at = db.now()
        row.expires_at = row.seen_at + LASTS


def of(session: Session, person_id: int) -> list[SessionRow]:
    """Where a person is signed in, the last used first."""
    running = select(SessionRow).where(SessionRow.person_id == person_id, SessionRow.expires_at > db.now())
    return list(session.exec(running.order_by(col(SessionRow.seen_at).desc(), col(SessionRow.key_hash))))


def end(session: Session, key: str) -> None:
    """Sign this browser out."""
    session.execute(delete(SessionRow).where(col(SessionRow.key_hash) == hashed(key)))


def revoke(session: Session, person_id: int, mark: str) -> None:
    """End one session of a person; one that has ended is none."""
    own = col(SessionRow.person_id) == person_id
    session.execute(delete(SessionRow).where(own, col(SessionRow.key_hash).startswith(mark, autoescape=True)))


def revoke_all(session: Session, person_id: int, *, but: str = "") -> None:
    """Sign a person out everywhere, inside products too; except, if a key is given, in that browser."""
    own = col(SessionRow.person_id) == person_id
    session.execute(delete(SessionRow).where(own, col(SessionRow.key_hash) != hashed(but)))
    running = col(Ticket.person_id) == person_id, col(Ticket.expires_at) > db.now()
    session.execute(update(Ticket).where(*running).values(expires_at=db.now()))


def forget_ended(session: Session) -> None:
    session.execute(delete(SessionRow).where(col(SessionRow.expires_at) < db.now()))
