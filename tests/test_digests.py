"""The team hears each morning what to look at, and owners on Mondays how the week went."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from app import digests, notifications, votes
from app.db import Database
from app.outbox import Mail
from app.people import Person, Role
from app.statuses import Status
from tests import factories
from tests.together import at_once

THURSDAY = datetime(2026, 11, 26, 8, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)


def mails(session: Session, now: datetime, *team: Person) -> list[tuple[str, str]]:
    """Who got which mail this morning, if their last one was on another day."""
    for person in team:
        person.digest_on = (now - timedelta(days=1)).date()
    session.flush()
    digests.write(session, now)
    session.flush()
    rows = session.exec(select(Mail).order_by(Mail.id)).all()
    found = [(mail.recipient, mail.subject) for mail in rows]
    for mail in rows:
        session.delete(mail)
    return found


def test_maintainers_hear_each_morning_what_waits_once(
    session: Session, member: Person, maintainer: Person, owner: Person
) -> None:
    factories.item(session, member, at=THURSDAY - timedelta(days=3))
    everybody = [(owner.email, "Our board this morning"), (maintainer.email, "Our board this morning")]
    assert mails(session, THURSDAY, maintainer, owner) == everybody
    digests.write(session, THURSDAY)
    assert session.exec(select(Mail)).all() == []
    assert mails(session, THURSDAY + timedelta(days=1), maintainer, owner) == everybody


def test_processes_that_look_at_the_same_moment_write_each_mail_once(own_database: Database) -> None:
    with own_database.session() as session:
        person = factories.person(session, "Mira Okafor", role=Role.MAINTAINER)
        person.digest_on = (THURSDAY - timedelta(days=1)).date()
        factories.item(session, person, at=THURSDAY - timedelta(days=3))
    at_once(own_database, lambda session: digests.write(session, THURSDAY), 4)
    with own_database.session() as session:
        assert [mail.subject for mail in session.exec(select(Mail))] == ["Our board this morning"]


def test_a_morning_with_nothing_to_do_makes_no_mail(session: Session, maintainer: Person) -> None:
    assert mails(session, THURSDAY, maintainer) == []


def test_who_wants_no_such_mail_gets_none(session: Session, member: Person, maintainer: Person) -> None:
    factories.item(session, member, at=THURSDAY - timedelta(days=3))
    notifications.choose(session, maintainer, hears="at_once", comments=False, team=False)
    assert mails(session, THURSDAY, maintainer) == []


def test_the_first_mail_comes_on_the_morning_after_somebody_has_joined(
    session: Session, member: Person, maintainer: Person
) -> None:
    factories.item(session, member)
    digests.write(session, datetime.now(UTC))
    assert session.exec(select(Mail)).all() == []


def test_it_says_what_waits_what_was_answered_what_is_due_and_what_to_look_at_again(
    session: Session, member: Person, maintainer: Person
) -> None:
    past = THURSDAY - timedelta(days=400)
    factories.item(session, member, "Waits", at=THURSDAY - timedelta(days=3))
    asked = factories.item(session, member, "Asked", at=past)
    factories.move(session, asked, maintainer, Status.NEEDS_INFO, at=past)
    factories.comment(session, asked, member, "Version 4.", at=past + timedelta(hours=1))
    factories.move(
        session, factories.item(session, member, "Late", at=past), maintainer, Status.PLANNED, target="2026-10", at=past
    )
    factories.move(session, factories.item(session, member, "Declined", at=past), maintainer, Status.DECLINED, at=past)
    parts = {part.section: [row.item.title for row in part.rows] for part in digests.day(session, THURSDAY)}
    assert parts == {
        "waiting": ["Asked", "Waits"], "answered": ["Asked"], "targets": ["Late"], "reviews": ["Declined"],
    }  # fmt: skip


def test_owners_hear_on_mondays_how_the_week_went(
    session: Session, member: Person, other_member: Person, maintainer: Person, owner: Person
) -> None:
    tuesday = MONDAY - timedelta(days=6)
    item = factories.item(session, member, at=tuesday)
    votes.cast(session, item, other_member, at=tuesday)
    factories.move(session, item, maintainer, Status.SHIPPED, at=tuesday)
    assert mails(session, MONDAY, maintainer, owner) == [(owner.email, "Our board last week")]
    assert digests.week(session, MONDAY) == (1, 1, 1, 0, 2)
    assert digests.week(session, MONDAY - timedelta(days=7)) == (0, 0, 0, 0, 0)
