"""Signing in by e-mail: a code or a link, then a session. The same codes prove a new address of somebody signed in."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, update
from sqlmodel import Field, Session, SQLModel, Text, col, select

from app import db, letters, limits, outbox, people, sessions, site, text
from app.config import settings
from app.people import Person
from app.refusals import Invalid, NotFound, Refused
from app.sessions import SessionRow, hashed
from app.words import _, ngettext

CODE_LASTS = timedelta(minutes=15)
TRIES_MOST = 5
# For the address alone the limit is high: it only keeps the mailbox from being flooded, and a low one would let any
# stranger use up the owner's codes. With five tries a code it leaves a hundred guesses an hour, in a million.
PER_ADDRESS_AND_NETWORK = 5
PER_ADDRESS = 20
PER_NETWORK = 30
PERIOD = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    """What comes after signing in: the act that was interrupted, a path and the form's body, and the page to go to."""

    next_path: str = "/"
    act_path: str = ""
    act_body: str = ""


class SignIn(SQLModel, table=True):
    """An attempt to sign in, and what comes after; with `person_id`, that person's attempt to change their address."""

    __tablename__ = "sign_in"

    id: int | None = Field(default=None, primary_key=True)
    handle_hash: str = Field(max_length=64, unique=True)
    email: str = Field(max_length=254, index=True)
    name: str = Field(default="", max_length=80)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    code_hash: str = Field(max_length=64)
    link_hash: str = Field(max_length=64)
    tries: int = 0
    started_at: datetime = Field(default_factory=db.now)
    ended_at: datetime | None = None
    next_path: str = Field(default="/", sa_type=Text)
    act_path: str = Field(default="", sa_type=Text)
    act_body: str = Field(default="", sa_type=Text)

    @property
    def is_open(self) -> bool:
        """Whether a code or the link may still be used."""
        return self.ended_at is None and self.tries < TRIES_MOST and db.now() < self.until

    @property
    def until(self) -> datetime:
        return self.started_at + CODE_LASTS

    @property
    def trouble(self) -> Invalid:
        """What to say after a try that failed; to raise it would forget the try."""
        if not self.is_open:
            return Invalid({"code": _("Code: this one no longer works. Have a new one sent.")})
        left = TRIES_MOST - self.tries
        words = ngettext(
            "Code: this is not the one we sent. %s try is left.",
            "Code: this is not the one we sent. %s tries are left.",
            left,
        )
        return Invalid({"code": words % left})

    @property
    def plan(self) -> Plan:
        return Plan(self.next_path, self.act_path, self.act_body)


def begin(
    session: Session, email: str, *, name: str = "", network: str = "", plan: Plan | None = None, instead_of: str = ""
) -> str:
    """Send a code and a link to an address, known or not; returns the handle under which the code is taken.

    The attempt that this browser had before, `instead_of`, ends. Raises Invalid, and TooMany for an address or a
    network that asked too often.
    """
    check = text.Checks()
    address = people.checked_email(check, email)
    name = check.line("name", name, label=_("Your name"), most=text.NAME_MOST, needed=False)
    check.done()
    attempt, secret = _new(session, address, network, col(SignIn.handle_hash) == hashed(instead_of))
    attempt.name, plan = name, plan or Plan()
    attempt.next_path, attempt.act_path, attempt.act_body = plan.next_path, plan.act_path, plan.act_body
    link = f"{settings().effective_base_url}/sign-in/{secret.handle}/link/{secret.link}"
    _send(session, attempt, "sign_in", code=secret.code, link=link)
    return secret.handle


def begin_change(session: Session, person: Person, email: str, *, network: str = "") -> str:
    """Send a code to the address that a person wants to have, and end their earlier attempts; returns the handle.

    Raises Invalid, TooMany.
    """
    check = text.Checks()
    address = people.checked_email(check, email)
    if address == person.email:
        check.wrong("email", _("E-mail: this is your address already."))
    check.done()
    attempt, secret = _new(session, address, network, col(SignIn.person_id) == person.key)
    attempt.person_id = person.key
    _send(session, attempt, "new_address", code=secret.code)
    return secret.handle


@dataclass(frozen=True)
class _Secret:
    """What is sent and never stored."""

    handle: str
    code: str
    link: str


def _new(session: Session, address: str, network: str, is_replaced: ColumnElement[bool]) -> tuple[SignIn, _Secret]:
    """A new attempt, which ends those it replaces: never a stranger's, who could end a code while it is typed."""
    limits.spend(session, f"sign-in from {network}", most=PER_NETWORK, per=PERIOD)
    to = f"sign-in to {_short(address)}"
    limits.spend(session, f"{to} from {network}", most=PER_ADDRESS_AND_NETWORK, per=PERIOD)
    limits.spend(session, to, most=PER_ADDRESS, per=PERIOD)  # last, so that whoever is refused does not use it up
    session.execute(update(SignIn).where(is_replaced, col(SignIn.ended_at).is_(None)).values(ended_at=db.now()))
    secret = _Secret(secrets.token_urlsafe(16), f"{secrets.randbelow(1_000_000):06}", secrets.token_urlsafe(32))
    attempt = SignIn(
        handle_hash=hashed(secret.handle), email=address, code_hash=_sealed(secret.handle, secret.code),
        link_hash=_sealed(secret.handle, secret.link),
    )  # fmt: skip
    session.add(attempt)
    return attempt, secret


def _short(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:32]


def _sealed(handle: str, secret: str) -> str:
    """A million codes are soon tried, so what is stored is hashed with the handle, which is not stored."""
    return hashed(f"{handle} {secret}")


def _send(session: Session, attempt: SignIn, template: str, **about: str) -> None:
    letter = letters.write(template, lasts=CODE_LASTS, site_name=site.the(session).name, **about)
    outbox.put(session, attempt.email, *letter)


def find(session: Session, handle: str, person: Person | None = None) -> SignIn:
    """The attempt to sign in that has this handle, or that of this person to change their address. Raises NotFound."""
    whose = SignIn.person_id == (person.id if person else None)
    attempt = session.exec(select(SignIn).where(SignIn.handle_hash == hashed(handle), whose)).one_or_none()
    if attempt is None:
        raise NotFound
    return attempt


def try_code(session: Session, attempt: SignIn, handle: str, code: str) -> bool:
    """Whether the code is right, which ends the attempt. Every try counts, also two at the same moment."""
    this = col(SignIn.id) == attempt.id, col(SignIn.ended_at).is_(None), col(SignIn.tries) < TRIES_MOST
    in_time = col(SignIn.started_at) > db.now() - CODE_LASTS
    counted = update(SignIn).where(*this, in_time).values(tries=SignIn.tries + 1)
    was_open = bool(session.execute(counted).rowcount)  # type: ignore[attr-defined]
    session.refresh(attempt)
    typed = "".join(str(int(character)) for character in code if character.isdecimal())
    is_right = hmac.compare_digest(attempt.code_hash, _sealed(handle, typed))
    if was_open and is_right:
        attempt.ended_at = db.now()
    return was_open and is_right


def try_link(session: Session, attempt: SignIn, handle: str, secret: str) -> bool:
    """Whether the link may be used, which ends the attempt. Raises NotFound for one that was never sent."""
    need_link(attempt, handle, secret)
    ended = update(SignIn).where(col(SignIn.id) == attempt.id, col(SignIn.ended_at).is_(None)).values(ended_at=db.now())
    return attempt.is_open and bool(session.execute(ended).rowcount)  # type: ignore[attr-defined]


def need_link(attempt: SignIn, handle: str, secret: str) -> None:
    """Raise NotFound unless this link was sent for the attempt."""
    if not hmac.compare_digest(attempt.link_hash, _sealed(handle, secret)):
        raise NotFound


def complete(session: Session, attempt: SignIn) -> Person:
    """The person whose address was proved by an attempt that has ended well; a new member the first time."""
    attempt.act_path = attempt.act_body = ""
    person = people.with_email(session, attempt.email) or people.join(session, attempt.email)
    if not person.name:
        person.name = attempt.name or people.provisional_name(person)
    people.note_arrival(session, person)
    session.add(attempt)
    return person


def complete_change(session: Session, attempt: SignIn, person: Person) -> None:
    """Give a person the address they have proved and sign them out everywhere.

    Raises Refused if it has an account, or if theirs was deleted meanwhile.
    """
    people.keep(session, person)
    if people.with_email(session, attempt.email) is not None:
        raise Refused(_("This address has an account of its own. Sign in with it, or delete that account first."))
    earlier, person.email = person.email, attempt.email
    people.note_arrival(session, person)
    sessions.revoke_all(session, person.key)
    if person.has_case_link:
        people.renew_case_link(session, person)
    if earlier:
        shown = {"new_address": people.masked(attempt.email), "site_name": site.the(session).name}
        outbox.put(session, earlier, *letters.write("address_changed", **shown))


IS_RUNNING = col(SessionRow.expires_at) > bindparam("now"), col(Person.deleted_at).is_(None)
SIGNED_IN = (
    select(Person, SessionRow)
    .join(SessionRow, col(SessionRow.person_id) == Person.id)
    .where(col(SessionRow.key_hash) == bindparam("key_hash"), *IS_RUNNING)
)


def recognise(session: Session, key: str) -> tuple[Person, SessionRow] | None:
    """The person whose session this key opens, if it has not ended."""
    found = session.execute(SIGNED_IN, {"key_hash": hashed(key), "now": db.now()}).one_or_none()
    return (found[0], found[1]) if found else None


RUNNING = (
    select(SessionRow.key_hash, SessionRow.person_id)
    .join(Person, col(Person.id) == SessionRow.person_id)
    .where(col(SessionRow.key_hash).in_(bindparam("hashes", expanding=True)), *IS_RUNNING)
    .with_for_update(read=True, key_share=True, of=Person)
)


def recognised_among(session: Session, keys: Iterable[str]) -> dict[str, int]:
    """Those of these keys that open a session, each with the id of its person, whose account stays (`people.keep`)."""
    by_hash = {hashed(key): key for key in keys}
    found = db.run(session, RUNNING, {"hashes": list(by_hash), "now": db.now()})
    return {by_hash[key_hash]: person_id for key_hash, person_id in found}


def open_session(session: Session, person: Person, browser: str = "", *, instead_of: str = "") -> str:
    """Sign a person in; returns the secret for the cookie. The session that this browser had before ends."""
    sessions.end(session, instead_of)
    return sessions.start(session, person.key, browser)


def forget_old(session: Session) -> None:
    """Drop attempts that nobody can use any more, with the words that were typed into what they interrupted."""
    session.execute(delete(SignIn).where(col(SignIn.started_at) < db.now() - FORGOTTEN_AFTER))
