"""Tokens: shown once, stored hashed, for some of what their person may do, until a day."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from app import db, departure, tokens
from app.people import Person
from app.refusals import Invalid, Refused
from app.tokens import Scope


def make(session: Session, person: Person, name: str = "Report", scopes: tuple[str, ...] = ("read",)) -> str:
    return tokens.make(session, person, name, scopes, "30")[1]


def test_a_secret_is_known_by_its_hash_only(session: Session, member: Person) -> None:
    token, secret = tokens.make(session, member, "Report", ["write", "read"], "30")
    assert tokens.recognise(session, secret) == (member, token)
    assert secret not in token.model_dump_json()
    assert token.allowed == [Scope.READ, Scope.WRITE]
    assert [tokens.recognise(session, other) for other in ("", secret[:-1], token.key_hash)] == [None] * 3


def test_a_token_ends_on_its_day(session: Session, member: Person) -> None:
    token, secret = tokens.make(session, member, "Report", ["read"], "30")
    assert token.expires_at - token.made_at == timedelta(days=30)
    token.expires_at = db.now()
    session.flush()
    assert tokens.recognise(session, secret) is None
    assert token.has_ended


def test_a_token_is_revoked_by_its_person_only(session: Session, member: Person, other_member: Person) -> None:
    token, secret = tokens.make(session, member, "Report", ["read"], "30")
    tokens.revoke(session, other_member, token.id or 0)
    assert tokens.recognise(session, secret) is not None
    tokens.revoke(session, member, token.id or 0)
    assert tokens.recognise(session, secret) is None


def test_who_leaves_takes_the_tokens_along(session: Session, member: Person) -> None:
    secret = make(session, member)
    departure.leave(session, member, member.email or "")
    assert tokens.recognise(session, secret) is None
    assert tokens.of(session, member) == []


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("name", ("", ["read"], "30")), ("name", ("x" * 81, ["read"], "30")), ("scopes", ("Report", [], "30")),
        ("scopes", ("Report", ["read", "rule"], "30")), ("days", ("Report", ["read"], "3650")),
    ],
)  # fmt: skip
def test_what_a_token_must_say(session: Session, member: Person, field: str, asked: tuple[str, list[str], str]) -> None:
    with pytest.raises(Invalid) as refusal:
        tokens.make(session, member, *asked)
    assert list(refusal.value.problems) == [field]


def test_nobody_has_tokens_without_end(session: Session, member: Person, other_member: Person) -> None:
    for _each in range(tokens.EACH_MOST):
        make(session, member)
    with pytest.raises(Refused):
        make(session, member)
    assert make(session, other_member)


def test_use_is_noted_now_and_then(session: Session, member: Person) -> None:
    token, _secret = tokens.make(session, member, "Report", ["read"], "30")
    assert token.is_stale
    tokens.note_use(session, token.id or 0)
    assert not token.is_stale
    token.used_at = db.now() - tokens.USED_EVERY - timedelta(seconds=1)
    assert token.is_stale


def test_what_ended_long_ago_is_forgotten(session: Session, member: Person) -> None:
    kept, gone = (tokens.make(session, member, name, ["read"], "30")[0] for name in ("Kept", "Gone"))
    kept.expires_at = db.now() - timedelta(days=1)
    gone.expires_at = db.now() - tokens.SHOWN_AFTER_END - timedelta(days=1)
    session.flush()
    tokens.forget_ended(session)
    assert [token.name for token in tokens.of(session, member)] == ["Kept"]
