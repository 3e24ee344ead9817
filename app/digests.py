"""Digests for the team: each morning what is to be done, and on Mondays, for owners, how the week went.

Claimed by an update in the transaction that writes the mail, so that any number of processes write it once.
"""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, update
from sqlmodel import Session, col, select

from app import db, letters, openness, outbox, people, site, triage
from app.db import Database
from app.hearing import DIGEST_AT
from app.items import Item
from app.people import Person, Role
from app.status_changes import StatusChange
from app.statuses import Status
from app.triage import Row, Section, View
from app.votes import Vote

SHOWN = 5
OF_THE_DAY = (Section.WAITING, Section.ANSWERED, Section.TARGETS, Section.REVIEWS)
MONDAY = 0


class Part(NamedTuple):
    """A section of the team's page: the first of what is in it, and how much that is in all."""

    section: Section
    rows: list[Row]
    total: int

    @property
    def path(self) -> str:
        return View(self.section).path


class Week(NamedTuple):
    """What happened in seven days."""

    posted: int
    answered: int
    shipped: int
    declined: int
    votes: int


def send_due(database: Database) -> None:
    """Write the mails of this morning, once it has come."""
    now = db.now()
    if now.timetz() < DIGEST_AT:
        return
    with database.session(writes=False) as session:
        waits = session.exec(select(Person.id).where(*_due(now.date())).limit(1)).first() is not None
    if waits:
        with database.session() as session:
            write(session, now)


def _due(today: date) -> tuple[ColumnElement[bool], ...]:
    not_yet = or_(col(Person.digest_on).is_(None), col(Person.digest_on) < today)
    return col(Person.role).in_([Role.MAINTAINER, Role.OWNER]), col(Person.hears_team).is_(True), not_yet


def write(session: Session, now: datetime) -> None:
    """The mails of this day for everybody who has not had theirs; a day with nothing to do makes none.

    Who waited for another process to claim a person looks at the conditions of the update again, and at no others.
    """
    today = now.date()
    claimed = update(Person).where(*_due(today)).values(digest_on=today).returning(col(Person.id))
    ids = set(session.scalars(claimed.execution_options(synchronize_session=False)))
    team = [person for person in people.team(session) if person.id in ids and person.email and not person.bounced_at]
    parts = day(session, now) if team else []
    for person in team:
        if parts:
            _put(session, person, "team_day", parts=parts)
        if today.weekday() == MONDAY and person.has_role(Role.OWNER):
            _put(session, person, "team_week", week=week(session, now), before=week(session, now - timedelta(days=7)),
                 figures=openness.of(session, person, now))  # fmt: skip


def _put(session: Session, person: Person, template: str, **about: Any) -> None:
    letter = letters.write(template, site_name=site.the(session).name, **about)
    outbox.put(session, person.email or "", *letter)


def day(session: Session, now: datetime) -> list[Part]:
    """What the team should look at, as far as there is anything."""
    counts = triage.counts(session, View(), now)
    return [Part(section, triage.page(session, View(section), now).rows[:SHOWN], counts[section])
            for section in OF_THE_DAY if counts[section]]  # fmt: skip


def week(session: Session, until: datetime) -> Week:
    """The figures of the seven days before."""

    def count(at: Any, *conditions: ColumnElement[bool]) -> int:
        within = select(func.count()).where(col(at) >= until - timedelta(days=7), col(at) < until, *conditions)
        return session.exec(within).one()

    def moved(to: Status) -> int:
        return count(StatusChange.at, col(StatusChange.to_status) == to, col(StatusChange.person_id).is_not(None))

    return Week(
        posted=count(Item.posted_at, col(Item.import_id).is_(None)), answered=count(Item.first_answered_at),
        shipped=moved(Status.SHIPPED), declined=moved(Status.DECLINED), votes=count(Vote.at),
    )  # fmt: skip
