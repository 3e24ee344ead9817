"""What is good for one time is taken one time, by one of eight who come at the same moment."""

import itertools
import re
import time
from collections.abc import Callable

import jwt
import pytest
from sqlmodel import Session, col, select

from app import first_run, notifications, products, seals, sign_in
from app.db import Database
from app.hearing import Hear
from app.outbox import Mail
from app.people import Person, Role
from app.products import Untrusted
from app.refusals import NotFound
from app.seals import For
from app.sessions import Ticket
from tests import factories
from tests.together import at_once

EIGHT = 8
Use = Callable[[Session], bool]


def owner_link(session: Session) -> Use:
    first_run.prepare(session)
    token = (first_run.owner_link(session, "") or "").rpartition("/")[2]

    def use(session: Session) -> bool:
        try:
            first_run.claim(session, token, name="Noor", email="noor@example.org", title="", site_name="Ideas")
        except NotFound:
            return False
        return True

    return use


def mailed(session: Session, pattern: str) -> tuple[str, str]:
    """The handle of an attempt to sign in, and what was sent for it."""
    handle = sign_in.begin(session, "new@example.org")
    session.flush()
    mail = session.exec(select(Mail).order_by(col(Mail.id).desc())).first()
    assert mail is not None
    return handle, re.findall(pattern, mail.body, re.MULTILINE)[0]


def code(session: Session) -> Use:
    handle, secret = mailed(session, r"^    (\d{6})$")
    return lambda session: sign_in.try_code(session, sign_in.find(session, handle), handle, secret)


def link(session: Session) -> Use:
    handle, secret = mailed(session, r"/link/([\w-]+)>")
    return lambda session: sign_in.try_link(session, sign_in.find(session, handle), handle, secret)


def signed_by(session: Session) -> Callable[[int], str]:
    """A product that vouches for somebody new, again and again."""
    owner = factories.person(session, "Noor Haddad", role=Role.OWNER)
    now, key = int(time.time()), products.add_key(session, owner, "Planner")[1]
    who = {"aud": "http://localhost:8000", "iat": now, "sub": "7", "email": "nina@example.org", "name": "Nina Berg"}
    return lambda seconds: jwt.encode(who | {"exp": now + seconds}, key, "HS256")


def product_token(session: Session) -> Use:
    token = signed_by(session)(300)

    def use(session: Session) -> bool:
        try:
            products.admit(session, token)
        except Untrusted:
            return False
        return True

    return use


@pytest.mark.parametrize("what", [owner_link, code, link, product_token])
def test_one_of_eight_has_it(own_database: Database, what: Callable[[Session], Use]) -> None:
    with own_database.session() as session:
        use = what(session)
    assert sorted(at_once(own_database, use, EIGHT)) == [False] * (EIGHT - 1) + [True]
    with own_database.session() as session:
        assert use(session) is False
        assert len(session.exec(select(Person).where(Person.role == Role.OWNER)).all()) <= 1
        assert len(session.exec(select(Ticket)).all()) <= 1


def test_eight_tokens_for_somebody_new_make_one_person(own_database: Database) -> None:
    with own_database.session() as session:
        sign = signed_by(session)
    left = itertools.count(200)
    people = at_once(own_database, lambda session: products.admit(session, sign(next(left)))[1].id, EIGHT)
    assert len(people) == EIGHT
    assert len(set(people)) == 1


def test_a_mail_program_that_presses_the_button_eight_times_stops_the_mails_once(own_database: Database) -> None:
    with own_database.session() as session:
        seal = seals.of(session, factories.person(session, "Ada Lind"), For.MAILS)

    def stop(session: Session) -> Hear:
        person = seals.opened(session, seal, For.MAILS)
        notifications.stop(session, person)
        return person.hears

    assert at_once(own_database, stop, EIGHT) == [Hear.NOTHING] * EIGHT
