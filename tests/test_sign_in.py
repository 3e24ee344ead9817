"""Signing in: codes and links are short-lived, single, few, and the same for everybody; sessions are rows."""

import re
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app import db, outbox, people, sessions, sign_in
from app.db import Database
from app.people import Person
from app.refusals import Invalid, NotFound, Refused, TooMany
from app.sign_in import Plan, SignIn
from tests.together import at_once

NEW = "new@example.org"


def letter(session: Session, address: str = NEW) -> str:
    """The words of the last mail to this address."""
    mails = select(outbox.Mail).where(outbox.Mail.recipient == address).order_by(col(outbox.Mail.id).desc())
    mail = session.exec(mails).first()
    assert mail is not None
    return mail.body


def code_to(session: Session, address: str = NEW) -> str:
    found = re.search(r"^    (\d{6})$", letter(session, address), re.MULTILINE)
    assert found
    return found[1]


def secret_to(session: Session, address: str = NEW) -> str:
    found = re.search(r"/link/([\w-]+)>", letter(session, address))
    assert found
    return found[1]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def enter(session: Session, handle: str, code: str) -> bool:
    return sign_in.try_code(session, sign_in.find(session, handle), handle, code)


def who(session: Session, key: str) -> Person | None:
    found = sign_in.recognise(session, key)
    return found[0] if found else None


def test_the_code_signs_a_new_member_in(session: Session) -> None:
    handle = sign_in.begin(session, " New@Example.org ", name="Nia Roth", plan=Plan("/items/7"))
    attempt = sign_in.find(session, handle)
    assert sign_in.try_code(session, attempt, handle, code_to(session))
    person = sign_in.complete(session, attempt)
    assert (person.name, person.email, person.role.value) == ("Nia Roth", NEW, "member")
    assert attempt.plan.next_path == "/items/7"


def test_who_is_known_keeps_the_name_they_have(session: Session, member: Person) -> None:
    handle = sign_in.begin(session, member.email or "", name="Somebody Else")
    attempt = sign_in.find(session, handle)
    assert sign_in.try_code(session, attempt, handle, code_to(session, member.email or ""))
    assert sign_in.complete(session, attempt) == member
    assert member.name == "Ada Lind"


def test_without_a_name_a_member_has_a_number(session: Session) -> None:
    handle = sign_in.begin(session, NEW)
    person = sign_in.complete(session, sign_in.find(session, handle))
    assert person.name == f"Member {person.id}"
    assert person.is_unnamed


def test_known_and_unknown_addresses_get_the_same_mail(session: Session, member: Person) -> None:
    for address in (NEW, member.email or ""):
        sign_in.begin(session, address)
    texts = [re.sub(r"\d{6}|sign-in/\S+", "...", letter(session, address)) for address in (NEW, member.email or "")]
    assert texts[0] == texts[1]


def test_spaces_and_digits_of_other_scripts_are_read(session: Session) -> None:
    handle = sign_in.begin(session, NEW)
    code = code_to(session).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert enter(session, handle, f" {code[:3]} {code[3:]} ")


def test_a_code_has_five_tries(session: Session) -> None:
    handle = sign_in.begin(session, NEW)
    code = code_to(session)
    assert [enter(session, handle, wrong(code)) for _ in range(4)] == [False] * 4
    attempt = sign_in.find(session, handle)
    assert (attempt.trouble.words, attempt.is_open) == ("Code: this is not the one we sent. 1 try is left.", True)
    assert not enter(session, handle, wrong(code))
    assert not attempt.is_open
    assert not enter(session, handle, code)


def test_a_code_works_once(session: Session) -> None:
    handle = sign_in.begin(session, NEW)
    assert enter(session, handle, code_to(session))
    assert not enter(session, handle, code_to(session))


def test_a_code_lasts_fifteen_minutes(session: Session) -> None:
    handle = sign_in.begin(session, NEW)
    attempt = sign_in.find(session, handle)
    attempt.started_at -= timedelta(minutes=15, seconds=1)
    session.flush()
    assert not enter(session, handle, code_to(session))
    assert not sign_in.try_link(session, attempt, handle, secret_to(session))


def test_a_newer_code_ends_the_older_of_the_same_browser_only(session: Session) -> None:
    elsewhere = sign_in.begin(session, NEW)
    code_elsewhere = code_to(session)
    first = sign_in.begin(session, NEW)
    earlier = code_to(session)
    second = sign_in.begin(session, NEW, instead_of=first)
    assert not enter(session, first, earlier)
    assert enter(session, second, code_to(session))
    assert enter(session, elsewhere, code_elsewhere)


def test_a_newer_code_for_a_change_ends_the_older_of_the_same_person_only(
    session: Session, member: Person, other_member: Person
) -> None:
    theirs, first, second = (
        sign_in.find(session, sign_in.begin_change(session, person, NEW), person)
        for person in (other_member, member, member)
    )
    assert [attempt.is_open for attempt in (theirs, first, second)] == [True, False, True]


def test_the_code_and_the_link_end_each_other(session: Session) -> None:
    handle = sign_in.begin(session, NEW)
    attempt = sign_in.find(session, handle)
    assert sign_in.try_link(session, attempt, handle, secret_to(session))
    session.refresh(attempt)
    assert not sign_in.try_link(session, attempt, handle, secret_to(session))
    assert not enter(session, handle, code_to(session))


def test_a_link_that_was_never_sent_is_not_there(session: Session) -> None:
    handle = sign_in.begin(session, NEW)
    with pytest.raises(NotFound):
        sign_in.try_link(session, sign_in.find(session, handle), handle, "x" * 43)
    with pytest.raises(NotFound):
        sign_in.find(session, "another")


def test_secrets_are_stored_as_hashes_with_the_handle(session: Session) -> None:
    handle = sign_in.begin(session, NEW)
    attempt = sign_in.find(session, handle)
    stored = " ".join(str(value) for value in attempt.model_dump().values())
    assert not any(secret in stored for secret in (handle, secret_to(session)))
    assert attempt.code_hash not in {sessions.hashed(code_to(session)), sessions.hashed(handle)}


def test_an_address_gets_five_codes_an_hour_from_one_network(session: Session) -> None:
    for _ in range(5):
        sign_in.begin(session, NEW, network="192.0.2.7")
    with pytest.raises(TooMany) as refusal:
        sign_in.begin(session, NEW.upper(), network="192.0.2.7")
    assert 0 < refusal.value.retry_after <= 3600
    sign_in.begin(session, "other@example.org", network="192.0.2.7")


def test_an_address_gets_twenty_codes_an_hour_from_all_networks(session: Session) -> None:
    for number in range(20):
        sign_in.begin(session, NEW, network=f"192.0.2.{number}")
    with pytest.raises(TooMany):
        sign_in.begin(session, NEW, network="192.0.2.20")


def test_whoever_is_refused_uses_up_nobody_elses_codes(session: Session) -> None:
    for _ in range(5):
        sign_in.begin(session, NEW, network="192.0.2.7")
    for _ in range(20):
        with pytest.raises(TooMany):
            sign_in.begin(session, NEW, network="192.0.2.7")
    for _ in range(5):
        sign_in.begin(session, NEW, network="192.0.2.8")


def test_a_network_gets_thirty_codes_an_hour(session: Session) -> None:
    for number in range(30):
        sign_in.begin(session, f"person{number}@example.org", network="192.0.2.7")
    with pytest.raises(TooMany):
        sign_in.begin(session, NEW, network="192.0.2.7")
    sign_in.begin(session, NEW, network="192.0.2.8")


@pytest.mark.parametrize(
    "address", ["", "mira", "mira@", "a@b@c.org", "mira@example.org\nBcc: x@example.org", "a" * 300]
)
def test_what_is_no_address_is_said(session: Session, address: str) -> None:
    with pytest.raises(Invalid) as refusal:
        sign_in.begin(session, address)
    assert list(refusal.value.problems) == ["email"]


def test_a_session_is_found_by_its_secret_and_stored_as_a_hash(session: Session, member: Person) -> None:
    key = sign_in.open_session(session, member, "Firefox")
    (row,) = sessions.of(session, member.key)
    assert who(session, key) == member
    assert (row.browser, key in row.key_hash, row.key_hash) == ("Firefox", False, sessions.hashed(key))
    assert who(session, key[:-1]) is None


def test_signing_in_again_renews_the_session(session: Session, member: Person) -> None:
    first = sign_in.open_session(session, member)
    second = sign_in.open_session(session, member, instead_of=first)
    assert first != second
    assert who(session, first) is None
    assert who(session, second) == member


def test_a_session_that_is_used_lasts_on(session: Session, member: Person) -> None:
    key = sign_in.open_session(session, member)
    (row,) = sessions.of(session, member.key)
    row.expires_at = db.now() + timedelta(minutes=1)
    sessions.prolong(session, key)
    assert row.expires_at < db.now() + timedelta(minutes=2)
    row.seen_at -= timedelta(hours=1, seconds=1)
    sessions.prolong(session, key)
    assert row.expires_at > db.now() + timedelta(days=59)


def test_a_session_that_is_not_used_ends(session: Session, member: Person) -> None:
    key = sign_in.open_session(session, member)
    (row,) = sessions.of(session, member.key)
    row.expires_at = db.now()
    session.flush()
    assert who(session, key) is None
    assert sessions.of(session, member.key) == []
    sessions.forget_ended(session)
    assert session.exec(select(sessions.SessionRow)).all() == []


def test_one_session_is_revoked_by_its_owner_only(session: Session, member: Person, other_member: Person) -> None:
    key, kept = sign_in.open_session(session, member), sign_in.open_session(session, member)
    mark = sessions.hashed(key)[:16]
    sessions.revoke(session, other_member.key, mark)
    assert who(session, key) == member
    sessions.revoke(session, member.key, mark)
    assert who(session, key) is None
    assert who(session, kept) == member


def test_an_address_changes_by_a_code_to_the_new_one(session: Session, member: Person) -> None:
    key, old = sign_in.open_session(session, member), member.email or ""
    handle = sign_in.begin_change(session, member, NEW)
    attempt = sign_in.find(session, handle, member)
    assert member.email == old
    assert sign_in.try_code(session, attempt, handle, code_to(session))
    sign_in.complete_change(session, attempt, member)
    assert member.email == NEW
    assert who(session, key) is None
    assert "another address, n***@example.org" in letter(session, old)


def test_a_code_for_one_purpose_is_not_taken_for_another(
    session: Session, member: Person, other_member: Person
) -> None:
    change, plain = sign_in.begin_change(session, member, NEW), sign_in.begin(session, "plain@example.org")
    with pytest.raises(NotFound):
        sign_in.find(session, change)
    with pytest.raises(NotFound):
        sign_in.find(session, change, other_member)
    with pytest.raises(NotFound):
        sign_in.find(session, plain, member)


def test_an_address_with_an_account_stays_with_it(session: Session, member: Person, other_member: Person) -> None:
    handle = sign_in.begin_change(session, member, other_member.email or "")
    attempt = sign_in.find(session, handle, member)
    with pytest.raises(Refused):
        sign_in.complete_change(session, attempt, member)
    assert member.email == "ada.lind@example.org"


def test_old_attempts_are_forgotten(session: Session) -> None:
    sign_in.begin(session, NEW, plan=Plan(act_path="/items", act_body="title=Secret"))
    (attempt,) = session.exec(select(SignIn)).all()
    sign_in.forget_old(session)
    assert len(session.exec(select(SignIn)).all()) == 1
    attempt.started_at -= timedelta(days=2)
    session.flush()
    sign_in.forget_old(session)
    assert session.exec(select(SignIn)).all() == []


def test_a_masked_address_shows_who_knows_it_which_it_is() -> None:
    assert people.masked("mira.okafor@example.org") == "m***@example.org"


def test_guesses_at_the_same_moment_are_counted_too(own_database: Database) -> None:
    with own_database.session() as session:
        handle = sign_in.begin(session, NEW)
        session.flush()
        right = code_to(session)
    assert at_once(own_database, lambda session: enter(session, handle, wrong(right)), 12) == [False] * 12
    with own_database.session() as session:
        assert sign_in.find(session, handle).tries == 5
        assert not enter(session, handle, right)


def test_the_right_code_at_the_same_moment_signs_in_once(own_database: Database) -> None:
    with own_database.session() as session:
        handle = sign_in.begin(session, NEW)
        session.flush()
        right = code_to(session)
    answers = at_once(own_database, lambda session: enter(session, handle, right), 8)
    assert sorted(answers) == [False] * 7 + [True]
