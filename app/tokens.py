"""Tokens: keys with which a person's programs use the API, for some of what the person may do and until a day."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete
from sqlmodel import Field, Session, SQLModel, col, func, select

from app import db, text
from app.people import Person
from app.refusals import Refused
from app.sessions import hashed
from app.words import N_, _

SIGN = "daylight_"  # by which programs that look for lost secrets know one of ours
DAYS = (7, 30, 90, 365)
EACH_MOST = 30
USED_EVERY = timedelta(minutes=10)
SHOWN_AFTER_END = timedelta(days=30)


class Scope(StrEnum):
    """What a token may be used for; never for more than its person may do."""

    READ = "read"
    WRITE = "write"
    MODERATE = "moderate"

    @property
    def meaning(self) -> str:
        return _(MEANINGS[self])


MEANINGS = {
    Scope.READ: N_("read what you can read"),
    Scope.WRITE: N_("post, edit, vote, comment and follow in your name"),
    Scope.MODERATE: N_("answer, move, merge, tag and hide, as far as your role allows"),
}


class Token(SQLModel, table=True):
    """A key of a person. The secret itself is stored only as a hash."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    name: str = Field(max_length=text.NAME_MOST)
    scopes: str = Field(max_length=40)
    key_hash: str = Field(max_length=64, unique=True)
    made_at: datetime
    expires_at: datetime = Field(index=True)
    used_at: datetime | None = None

    @property
    def allowed(self) -> list[Scope]:
        return [scope for scope in Scope if scope in self.scopes.split()]

    @property
    def has_ended(self) -> bool:
        return self.expires_at <= db.now()

    @property
    def is_stale(self) -> bool:
        """Whether it is time to note that it was used."""
        return self.used_at is None or db.now() - self.used_at > USED_EVERY


def make(session: Session, person: Person, name: str, scopes: Collection[str], days: str) -> tuple[Token, str]:
    """A new token and its secret, which nobody can read again. Raises Invalid, and Refused for too many."""
    check = text.Checks()
    name = check.line("name", name, label=_("Name"), most=text.NAME_MOST)
    check.choice("days", days, [str(each) for each in DAYS], label=_("Ends after"))
    if not scopes or not set(scopes) <= set(Scope):
        check.wrong("scopes", _("What it may do: choose at least one of those offered."))
    check.done()
    if session.exec(select(func.count()).where(Token.person_id == person.key)).one() >= EACH_MOST:
        raise Refused(_("You have %s tokens already. Revoke one that is not used any more.") % EACH_MOST)
    secret, at = SIGN + secrets.token_urlsafe(32), db.now()
    chosen = " ".join(scope for scope in Scope if scope in scopes)
    token = Token(person_id=person.key, name=name, scopes=chosen, key_hash=hashed(secret), made_at=at,
                  expires_at=at + timedelta(days=int(days)))  # fmt: skip
    session.add(token)
    session.flush()
    return token, secret


def of(session: Session, person: Person) -> list[Token]:
    """A person's tokens, the newest first."""
    return list(session.exec(select(Token).where(Token.person_id == person.key).order_by(col(Token.id).desc())))


def recognise(session: Session, secret: str) -> tuple[Person, Token] | None:
    """The person whose token this is, if it has not ended."""
    return session.exec(
        select(Person, Token)
        .join(Token, col(Token.person_id) == Person.id)
        .where(Token.key_hash == hashed(secret), Token.expires_at > db.now(), col(Person.deleted_at).is_(None))
    ).one_or_none()


def note_use(session: Session, token_id: int) -> None:
    """Called at most every ten minutes, see `is_stale`, so that reading stays reading."""
    token = session.get(Token, token_id)
    if token is not None:
        token.used_at = db.now()


def revoke(session: Session, person: Person, token_id: int) -> None:
    """End one of a person's tokens; one that is gone is none."""
    session.execute(delete(Token).where(col(Token.person_id) == person.key, col(Token.id) == token_id))


def revoke_all(session: Session, person: Person) -> None:
    session.execute(delete(Token).where(col(Token.person_id) == person.key))


def forget_ended(session: Session) -> None:
    """Drop what ended some time ago; until then its person sees that it did."""
    session.execute(delete(Token).where(col(Token.expires_at) < db.now() - SHOWN_AFTER_END))
