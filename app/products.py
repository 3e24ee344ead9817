"""Products that know their users: each signs, with a key that the owner set, who wants to vote or post inside it.

The product vouches for the person, in a JSON Web Token that lasts five minutes at most and is taken once. It is
exchanged for a ticket, with which a page of the product votes and posts for an hour. Neither ever speaks for anybody of
the team: who finds the key of a product, or writes somebody's address into a token, gains no more than a member has.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, Text, col, select

from app import db, people, text
from app.config import settings
from app.people import Person, Role
from app.refusals import Refusal, Refused
from app.sessions import Ticket, hashed
from app.words import _

LASTS_MOST = timedelta(minutes=5)
LEEWAY = timedelta(seconds=30)  # as far as two clocks may differ
TICKET_LASTS = timedelta(hours=1)
TAKEN_ONCE_FOR = LASTS_MOST + 2 * LEEWAY  # after which no clock takes the token of a ticket any more
EACH_MOST = 20
SUBJECT_MOST = 200
PUBLIC_KEY_MOST = 500
TOKEN_MOST = 4_000
NEEDED = ["aud", "email", "exp", "iat", "name", "sub"]
SIGN = "daylight_ticket_"


class Untrusted(Refusal):
    """A signed token that is not taken, and why."""


class Algorithm(StrEnum):
    """How a key signs. Each key has one, whatever a token says of itself."""

    HS256 = "HS256"
    EDDSA = "EdDSA"


class ProductKey(SQLModel, table=True):
    """A key of a product. Keys of one name are of the same product, so that a new one takes over from an old one.

    `secret` is what signs for HS256, which no hash can check; for EdDSA it is the public key, and no secret at all.
    """

    __tablename__ = "product_key"

    id: int | None = Field(default=None, primary_key=True)
    product: str = Field(max_length=text.NAME_MOST)
    algorithm: Algorithm = Field(sa_type=db.Word(Algorithm))
    secret: str = Field(sa_type=Text)
    made_at: datetime
    used_at: datetime | None = None


class Identity(SQLModel, table=True):
    """Whom a product means by its own name for them."""

    product: str = Field(max_length=text.NAME_MOST, primary_key=True)
    subject: str = Field(max_length=SUBJECT_MOST, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)


@dataclass(frozen=True)
class Vouched:
    """What a product says of a person."""

    subject: str
    email: str
    name: str


def keys(session: Session) -> list[ProductKey]:
    return list(session.exec(select(ProductKey).order_by(col(ProductKey.product), col(ProductKey.id))))


def add_key(session: Session, owner: Person, product: str, public_key: str = "") -> tuple[ProductKey, str]:
    """A key for a product: the public one that it gives, or a secret, which is returned and never shown again.

    Raises NotAllowed, Invalid, and Refused for too many.
    """
    people.need(owner, Role.OWNER)
    check = text.Checks()
    product = check.line("product", product, label=_("Product"), most=text.NAME_MOST)
    public_key = check.words("public_key", public_key, label=_("Public key"), most=PUBLIC_KEY_MOST, needed=False)
    if public_key and "public_key" not in check.problems and not _is_public_key(public_key):
        check.wrong("public_key", _("Public key: paste an Ed25519 public key, with its first and last line."))
    check.done()
    if len(keys(session)) >= EACH_MOST:
        raise Refused(_("There are %s keys already. Remove one that is not used any more.") % EACH_MOST)
    secret = "" if public_key else secrets.token_urlsafe(48)
    algorithm = Algorithm.EDDSA if public_key else Algorithm.HS256
    key = ProductKey(product=product, algorithm=algorithm, secret=public_key or secret, made_at=db.now())
    session.add(key)
    session.flush()
    return key, secret


def _is_public_key(pasted: str) -> bool:
    from app import signed_tokens  # noqa: PLC0415 - with a library that most boards never need

    return signed_tokens.is_public_key(pasted)


def remove_key(session: Session, owner: Person, key_id: int) -> None:
    """Nothing is taken from this key any more, at once: its tickets end too. Raises NotAllowed."""
    people.need(owner, Role.OWNER)
    session.execute(delete(ProductKey).where(col(ProductKey.id) == key_id))


def admit(session: Session, token: str) -> tuple[str, Person, datetime]:
    """Exchange a signed token for a ticket: its secret, whom it speaks for, and until when. Raises Untrusted."""
    key, vouched = _verified(keys(session), token)
    person = _person(session, key, vouched)
    secret, at = SIGN + secrets.token_urlsafe(32), db.now()
    signed = token.rpartition(".")[0]  # what a signature is spelled like can vary, what it signs cannot
    ticket = Ticket(key_hash=hashed(secret), signed_hash=hashed(signed), product_key_id=key.id or 0,
                    person_id=person.key, expires_at=at + TICKET_LASTS)  # fmt: skip
    try:
        with session.begin_nested():
            session.add(ticket)
    except IntegrityError:
        raise Untrusted(_("This token was used already: sign a new one each time.")) from None
    key.used_at = at
    session.add(key)
    return secret, person, ticket.expires_at


def _verified(known: Iterable[ProductKey], token: str) -> tuple[ProductKey, Vouched]:
    """The key that signed the token, and what it says. Raises Untrusted."""
    from app import signed_tokens  # noqa: PLC0415 - with a library that most boards never need

    for key in known if len(token) <= TOKEN_MOST else ():
        try:
            claims = signed_tokens.claims(
                token, key.secret, key.algorithm, audience=settings().effective_base_url, needed=NEEDED,
                most=LASTS_MOST, leeway=LEEWAY,
            )  # fmt: skip
        except signed_tokens.OtherKey:
            continue
        except signed_tokens.NotTaken as trouble:
            raise Untrusted(_("The token is not taken: %s.") % trouble) from None
        return key, _vouched(claims)
    raise Untrusted(_("No key of this board signed this token."))


def _vouched(claims: dict[str, Any]) -> Vouched:
    """Raises Untrusted for what is no person."""
    check = text.Checks()
    given = {name: value if _is_text(value := claims[name]) else "" for name in NEEDED}
    subject = check.line("sub", given["sub"], label="sub", most=SUBJECT_MOST)
    name = check.line("name", given["name"], label="name", most=text.NAME_MOST)
    email = people.checked_email(check, given["email"])
    if check.problems:
        raise Untrusted(" ".join(check.problems.values()))
    return Vouched(subject, email, name)


def _is_text(value: object) -> bool:
    """Whether a database takes it: JSON can also say half a character, or NUL."""
    return isinstance(value, str) and "\0" not in value and value.encode(errors="replace").decode() == value


def _person(session: Session, key: ProductKey, vouched: Vouched) -> Person:
    """The person whom the product knows by this name, else the one with this address, else a new member."""
    identity = session.get(Identity, (key.product, vouched.subject))
    person = session.get(Person, identity.person_id) if identity else people.with_email(session, vouched.email)
    person = person or _new_person(session, key, vouched)
    if person.role is not Role.MEMBER:
        raise Untrusted(_("Whoever answers for this board signs in on the board itself."))
    if identity is None:
        about = {"product": key.product, "subject": vouched.subject, "person_id": person.key}
        db.insert_new(session, Identity, about)
    return person


def _new_person(session: Session, key: ProductKey, vouched: Vouched) -> Person:
    """A new member; two tokens for somebody new at one moment, from two pages of the product, mean one."""
    session.refresh(key, with_for_update=True)
    person = people.with_email(session, vouched.email)
    if person is None:
        person = people.join(session, vouched.email)
        people.introduce(session, person, vouched.name, "")
    return person


def recognise(session: Session, secret: str) -> Person | None:
    """Whose ticket this is, as long as it lasts, its key is there, and the person is a member and no more."""
    if not secret.startswith(SIGN):
        return None
    return session.exec(
        select(Person)
        .join(Ticket, col(Ticket.person_id) == Person.id)
        .where(Ticket.key_hash == hashed(secret), Ticket.expires_at > db.now())
        .where(Person.role == Role.MEMBER, col(Person.deleted_at).is_(None))
    ).one_or_none()


def forget_person(session: Session, person: Person) -> None:
    """No product speaks for a person who leaves."""
    session.execute(delete(Identity).where(col(Identity.person_id) == person.key))


def forget_ended(session: Session) -> None:
    """Until their tokens have ended too, tickets show which of these were taken, so that none is taken again."""
    session.execute(delete(Ticket).where(col(Ticket.expires_at) < db.now() - TAKEN_ONCE_FOR))
