"""Signing in by e-mail: a code or a link, then a session. Secrets are stored only as hashes."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlmodel import Field, Session, SQLModel, Text, col, select

from app import db, limits, outbox, people, text
from app.people import Person
from app.refusals import Refused
from app.words import _

CODE_LASTS = timedelta(minutes=15)
TRIES_MOST = 5
SESSION_LASTS = timedelta(days=60)


class SignIn(SQLModel, table=True):
    """An attempt to sign in, and the act it interrupted: path, body and the place to go to afterwards."""

    __tablename__ = "sign_in"

    id: int | None = Field(default=None, primary_key=True)
    handle_hash: str = Field(max_length=64, unique=True)
    email: str = Field(max_length=254, index=True)
    name: str = Field(default="", max_length=80)
    code_hash: str = Field(max_length=64)
    link_hash: str = Field(max_length=64)
    tries: int = 0
    started_at: datetime = Field(default_factory=db.now)
    ended_at: datetime | None = None
    next_path: str = Field(default="/", sa_type=Text)
    act_path: str = Field(default="", sa_type=Text)
    act_body: str = Field(default="", sa_type=Text)


class SessionRow(SQLModel, table=True):
    """A signed-in browser."""

    __tablename__ = "session"

    key_hash: str = Field(max_length=64, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    started_at: datetime
    seen_at: datetime
    expires_at: datetime = Field(index=True)
    browser: str = Field(default="", max_length=120)


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def person_of(session: Session, key: str) -> Person | None:
    """The person whose session this key opens, if it has not ended."""
    return session.exec(
        select(Person)
        .join(SessionRow, col(SessionRow.person_id) == Person.id)
        .where(SessionRow.key_hash == hashed(key), SessionRow.expires_at > db.now(), col(Person.deleted_at).is_(None))
    ).one_or_none()


def open_session(session: Session, person: Person, browser: str = "") -> str:
    """Sign a person in; returns the secret for the cookie."""
    key, at = secrets.token_urlsafe(32), db.now()
    session.add(
        SessionRow(key_hash=hashed(key), person_id=person.key, started_at=at, seen_at=at, expires_at=at + SESSION_LASTS,
                   browser=browser[:120])
    )  # fmt: skip
    return key


def revoke_all(session: Session, person: Person) -> None:
    """Sign a person out everywhere."""
    session.execute(delete(SessionRow).where(col(SessionRow.person_id) == person.id))
