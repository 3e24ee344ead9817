"""Repeats: a request that a program sends again under its key gets the answer of the first one, and does nothing."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Field, Session, SQLModel, Text, col

from app import db
from app.refusals import Invalid
from app.words import _

KEPT = timedelta(hours=24)
KEY_MOST = 255
HEADER = "Idempotency-Key"


class KeptAnswer(SQLModel, table=True):
    """What was answered to the first request with this key of this person."""

    __tablename__ = "kept_answer"

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    key: str = Field(max_length=KEY_MOST, primary_key=True)
    fingerprint: str = Field(max_length=64)
    at: datetime = Field(index=True)
    status: int = 0
    location: str = Field(default="", sa_type=Text)
    body: str = Field(default="", sa_type=Text)


def earlier(session: Session, person_id: int, key: str, fingerprint: str) -> KeptAnswer | None:
    """The answer that this request had before, or None for the first, which has the key to itself until it is done.

    Raises Invalid for a key that is none, or that another request was sent with.
    """
    if not (key.isascii() and key.isprintable() and 0 < len(key) <= KEY_MOST):
        raise Invalid({HEADER: _("Idempotency-Key: give up to %s printable characters.") % KEY_MOST})
    row = {"person_id": person_id, "key": key, "fingerprint": fingerprint, "at": db.now(), "status": 0, "location": "",
           "body": ""}  # fmt: skip
    if db.insert_new(session, KeptAnswer, row):  # whoever comes at the same moment waits here
        return None
    kept = session.get_one(KeptAnswer, (person_id, key))
    if kept.fingerprint != fingerprint:
        raise Invalid({HEADER: _("Idempotency-Key: another request was sent with this key.")})
    return kept


def keep(session: Session, person_id: int, key: str, *, status: int, location: str, body: str) -> None:
    """Keep what is answered to the first request, in its transaction."""
    kept = session.get_one(KeptAnswer, (person_id, key))
    kept.status, kept.location, kept.body = status, location, body
    session.add(kept)


def forget_old(session: Session) -> None:
    session.execute(delete(KeptAnswer).where(col(KeptAnswer.at) < db.now() - KEPT))


def forget(session: Session, person_id: int) -> None:
    """What a person was answered goes with them."""
    session.execute(delete(KeptAnswer).where(col(KeptAnswer.person_id) == person_id))
