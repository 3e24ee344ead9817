"""Signing in by e-mail: a code or a link, then a session. Secrets are stored only as hashes."""

from datetime import datetime, timedelta

from sqlmodel import Field, Session, SQLModel, Text, col, select

from app import db, sessions
from app.people import Person
from app.sessions import SessionRow, hashed

CODE_LASTS = timedelta(minutes=15)
TRIES_MOST = 5


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


def person_of(session: Session, key: str) -> Person | None:
    """The person whose session this key opens, if it has not ended."""
    return session.exec(
        select(Person)
        .join(SessionRow, col(SessionRow.person_id) == Person.id)
        .where(SessionRow.key_hash == hashed(key), SessionRow.expires_at > db.now(), col(Person.deleted_at).is_(None))
    ).one_or_none()


def open_session(session: Session, person: Person, browser: str = "", *, instead_of: str = "") -> str:
    """Sign a person in; returns the secret for the cookie. The session that this browser had before ends."""
    sessions.end(session, instead_of)
    return sessions.start(session, person.key, browser)
