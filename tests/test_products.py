"""What a product vouches for: whose word is taken, for whom, how long, and how little it opens."""

import base64
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlmodel import Session, select

from app import db, departure, products, roles, sessions, sign_in
from app.people import Person, Role
from app.products import Identity, ProductKey, Untrusted
from app.refusals import Invalid, NotAllowed
from app.sessions import Ticket
from app.sign_in import SignIn
from tests import factories

HOME = "http://localhost:8000"


@pytest.fixture
def secret(session: Session, owner: Person) -> str:
    return products.add_key(session, owner, "Planner")[1]


def claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    about = {"aud": HOME, "sub": "7", "email": "nina@example.org", "name": "Nina Berg", "iat": now, "exp": now + 300}
    return about | other


def signed(secret: str, **other: Any) -> str:
    return jwt.encode(claims(**other), secret, "HS256")


def words_of(session: Session, token: str) -> str:
    with pytest.raises(Untrusted) as refusal:
        products.admit(session, token)
    return refusal.value.words


def test_a_person_nobody_knew_becomes_a_member(session: Session, secret: str) -> None:
    ticket, person, until = products.admit(session, signed(secret))
    assert (person.name, person.email, person.role) == ("Nina Berg", "nina@example.org", Role.MEMBER)
    assert timedelta(minutes=59) < until - db.now() <= timedelta(hours=1)
    assert products.recognise(session, ticket) == person
    row = session.exec(select(Ticket)).one()
    assert ticket not in row.model_dump().values()


def test_a_product_knows_a_person_by_its_own_name_also_after_their_address_changed(
    session: Session, secret: str
) -> None:
    nina = products.admit(session, signed(secret))[1]
    assert products.admit(session, signed(secret, email="new@example.org", name="N. B."))[1] == nina
    assert (nina.email, nina.name) == ("nina@example.org", "Nina Berg")


def test_the_same_name_of_another_product_is_somebody_else(session: Session, owner: Person, secret: str) -> None:
    other = products.add_key(session, owner, "Shop")[1]
    nina = products.admit(session, signed(secret))[1]
    assert products.admit(session, signed(other, email="tom@example.org", name="Tom"))[1] != nina


def test_a_member_is_found_by_their_address(session: Session, secret: str, member: Person) -> None:
    assert products.admit(session, signed(secret, email=str(member.email).upper()))[1] == member
    assert member.name == "Ada Lind"


@pytest.mark.parametrize("role", [Role.ADVOCATE, Role.MAINTAINER, Role.OWNER])
def test_nobody_of_the_team_can_be_meant(session: Session, secret: str, role: Role) -> None:
    factories.person(session, "Mira Okafor", role=role)
    refused = words_of(session, signed(secret, email="mira.okafor@example.org"))
    assert refused == "Whoever answers for this board signs in on the board itself."
    assert session.exec(select(Identity)).all() == []


def test_a_ticket_ends_when_its_person_joins_the_team(session: Session, owner: Person, secret: str) -> None:
    ticket, nina, _until = products.admit(session, signed(secret))
    roles.give(session, nina, Role.MAINTAINER, owner)
    assert products.recognise(session, ticket) is None
    assert words_of(session, signed(secret)) == "Whoever answers for this board signs in on the board itself."


def test_a_token_is_taken_once_however_its_signature_is_spelled(session: Session, secret: str) -> None:
    token = signed(secret)
    products.admit(session, token)
    assert words_of(session, token) == "This token was used already: sign a new one each time."
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for twin in (token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1], f"{token}=", f"{token}\n", f" {token}"):
        words_of(session, twin)
    assert len(session.exec(select(Ticket)).all()) == 1


def unsigned(**other: Any) -> str:
    parts = [{"alg": "none", "typ": "JWT"}, claims(**other)]
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), ""])


def now() -> int:
    """Asked for anew by each test: a token of the time when they were collected would be old when its test runs."""
    return int(time.time())


NOT_TAKEN: dict[str, tuple[Callable[[str], str], str]] = {
    "of another key": (lambda _: signed("x" * 64), "No key of this board signed this token."),
    "unsigned": (lambda _: unsigned(), "No key of this board signed this token."),
    "by another algorithm": (
        lambda secret: jwt.encode(claims(), secret, "HS512"), "No key of this board signed this token.",
    ),
    "changed": (
        lambda secret: signed(secret).replace(".", ".x", 1), "No key of this board signed this token.",
    ),
    "no token": (lambda _: "x", "The token is not taken: Not enough segments."),
    "far too long": (lambda secret: signed(secret, more="x" * 4000), "No key of this board signed this token."),
    "expired": (
        lambda secret: signed(secret, iat=now() - 400, exp=now() - 100),
        "The token is not taken: Signature has expired.",
    ),
    "of the future": (
        lambda secret: signed(secret, iat=now() + 1000, exp=now() + 1100),
        "The token is not taken: The token is not yet valid (iat).",
    ),
    "too long-lived": (
        lambda secret: signed(secret, iat=now(), exp=now() + 301),
        "The token is not taken: it lasts longer than five minutes.",
    ),
    "for another board": (
        lambda secret: signed(secret, aud="https://other.example"), "The token is not taken: Audience doesn't match.",
    ),
    "of half a character": (
        lambda secret: signed(secret, name="Nina \ud800"), "name: please write something here.",
    ),
    "of nobody": (lambda secret: signed(secret, sub=""), "sub: please write something here."),
    "without an address": (
        lambda secret: signed(secret, email="nina"), "E-mail: write an address like mira@example.org.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("which", NOT_TAKEN)
def test_a_token_is_not_taken(session: Session, secret: str, which: str) -> None:
    make, words = NOT_TAKEN[which]
    assert words_of(session, make(secret)) == words
    assert session.exec(select(Ticket)).all() == []


@pytest.mark.parametrize("name", ["aud", "email", "exp", "iat", "name", "sub"])
def test_a_token_says_everything(session: Session, secret: str, name: str) -> None:
    token = jwt.encode({key: value for key, value in claims().items() if key != name}, secret, "HS256")
    assert words_of(session, token) == f'The token is not taken: Token is missing the "{name}" claim.'


def pem(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_a_product_may_keep_its_secret_to_itself(session: Session, owner: Person, secret: str) -> None:
    private = Ed25519PrivateKey.generate()
    assert products.add_key(session, owner, "Planner", pem(private))[1] == ""
    person = products.admit(session, jwt.encode(claims(), private, "EdDSA"))[1]
    assert products.admit(session, signed(secret))[1] == person  # keys of one name are of one product
    as_secret = jwt.api_jws.PyJWS()
    header = {"alg": "HS256", "typ": "JWT"}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims(sub="8"))]
    mac = as_secret.get_algorithm_by_name("HS256").sign(b".".join(parts), pem(private).encode())
    forged = b".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()
    assert words_of(session, forged) == "No key of this board signed this token."


def test_a_removed_key_ends_everything_at_once(session: Session, owner: Person, secret: str) -> None:
    ticket = products.admit(session, signed(secret))[0]
    products.remove_key(session, owner, session.exec(select(ProductKey)).one().id or 0)
    assert products.recognise(session, ticket) is None
    assert words_of(session, signed(secret)) == "No key of this board signed this token."


def test_without_a_key_no_token_is_taken(session: Session) -> None:
    assert words_of(session, signed("x" * 64)) == "No key of this board signed this token."


def test_a_ticket_ends_after_an_hour_and_is_forgotten(
    session: Session, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = products.admit(session, signed(secret))[0]
    row = session.exec(select(Ticket)).one()
    row.expires_at = db.now()
    session.add(row)
    session.flush()
    assert products.recognise(session, ticket) is None
    products.forget_ended(session)
    assert session.exec(select(Ticket)).all() == [row]  # its token could be taken again yet
    row.expires_at -= products.TAKEN_ONCE_FOR
    session.flush()
    products.forget_ended(session)
    assert session.exec(select(Ticket)).all() == []


def sign_out_everywhere(session: Session, person: Person, _owner: Person) -> None:
    sessions.revoke_all(session, person.key)


def change_address(session: Session, person: Person, _owner: Person) -> None:
    attempt = SignIn(email="nina@other.example", handle_hash="", code_hash="", link_hash="", started_at=db.now())
    sign_in.complete_change(session, attempt, person)


def go_up_and_down(session: Session, person: Person, owner: Person) -> None:
    for role in (Role.ADVOCATE, Role.MEMBER):
        roles.give(session, person, role, owner)


@pytest.mark.parametrize("what", [sign_out_everywhere, change_address, go_up_and_down])
def test_what_signs_a_person_out_everywhere_ends_their_tickets_and_gives_no_token_back(
    session: Session, owner: Person, secret: str, what: Callable[[Session, Person, Person], None]
) -> None:
    token = signed(secret)
    ticket, nina, _until = products.admit(session, token)
    what(session, nina, owner)
    assert products.recognise(session, ticket) is None
    products.forget_ended(session)
    assert words_of(session, token) == "This token was used already: sign a new one each time."
    assert products.recognise(session, products.admit(session, signed(secret, exp=now() + 299))[0]) == nina


def test_no_product_speaks_for_who_left(session: Session, secret: str) -> None:
    ticket, nina, _until = products.admit(session, signed(secret))
    departure.leave(session, nina, "nina@example.org")
    assert products.recognise(session, ticket) is None
    later = claims()["exp"] - 1
    assert products.admit(session, signed(secret, exp=later))[1] != nina


def test_a_token_brings_nobody_back_who_left(session: Session, secret: str) -> None:
    token = signed(secret)
    _ticket, nina, _until = products.admit(session, token)
    departure.leave(session, nina, "nina@example.org")
    assert words_of(session, token) == "This token was used already: sign a new one each time."


def test_only_an_owner_sets_and_removes_keys(session: Session, maintainer: Person, secret: str) -> None:
    with pytest.raises(NotAllowed):
        products.add_key(session, maintainer, "Planner")
    with pytest.raises(NotAllowed):
        products.remove_key(session, maintainer, 1)


@pytest.mark.parametrize("pasted", ["x", "-----BEGIN PUBLIC KEY-----\nMC\n-----END PUBLIC KEY-----"])
def test_what_is_no_public_key_is_refused(session: Session, owner: Person, pasted: str) -> None:
    with pytest.raises(Invalid) as refusal:
        products.add_key(session, owner, "Planner", pasted)
    assert list(refusal.value.problems) == ["public_key"]
