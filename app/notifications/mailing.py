"""Mailing: what is due for one person becomes one mail in the outbox, be it one event, a bulk move or a week.

Claimed by an update in the transaction that writes the mail, so that any number of processes write it once.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from app import db, letters, outbox, reply_addresses, seals, site, wording
from app.db import Database
from app.events import Event
from app.notifications.audiences import Sight
from app.notifications.table import Notification
from app.notifications.telling import UNTOLD
from app.people import Person
from app.wording import Told

PORTION = 5  # people; who votes meanwhile waits for as many letters
SLICE = 2.0  # seconds of one round


def mail_due(database: Database) -> None:
    """Write mails that are due, for a while: what happens meanwhile is told before the next ones."""
    with database.session(writes=False) as session:
        waits = session.exec(_due(session, db.now()).limit(1)).first() is not None
    until = time.monotonic() + SLICE
    while waits and time.monotonic() < until:
        waits = database.write_patiently(lambda session: mail_some(session, db.now()))


def _due(session: Session, now: datetime) -> Any:
    """Who is to be written to, some of them. A bulk move waits until all of it is told, so that it makes one mail."""
    longest = select(Notification.person_id).where(*_is_due(session, now)).order_by(col(Notification.due_at))
    return longest.limit(PORTION)


def _is_due(session: Session, now: datetime) -> list[Any]:
    due = [col(Notification.mailed_at).is_(None), col(Notification.due_at) <= now]
    untold = select(Event.batch).where(*UNTOLD, col(Event.batch).is_not(None)).distinct()
    if batches := session.exec(untold).all():
        of_these = select(Event.id).where(col(Event.batch).in_(batches))
        due.append(col(Notification.event_id).not_in(of_these))
    return due


def mail_some(session: Session, now: datetime) -> bool:
    """Write to the next people; whether there were any."""
    claimed = select(Person).where(col(Person.id).in_(_due(session, now))).order_by(col(Person.id))
    people = {person.key: person for person in session.exec(claimed.with_for_update(skip_locked=True, key_share=True))}
    news = _claim(session, list(people), now)
    told = {each.event.key: each for each in wording.read(session, _events(session, news))}
    sight, _the = Sight(session), site.the(session)  # held, so that the seals of all these mails read it once
    for person_id, theirs in groupby(news, key=lambda claimed: claimed.person_id):
        person = people[person_id]
        unread = [told[each.event_id] for each in theirs if each.seen_at is None and person.bounced_at is None]
        if shown := [each for each in unread if not each.is_hidden and sight.reaches(person, each.item)]:
            _write(session, person, shown)
    return bool(people)


def _claim(session: Session, ids: list[int], now: datetime) -> list[Notification]:
    """What is due for these people, in the order of time for each; nobody else will claim it."""
    claimed = (
        update(Notification)
        .where(col(Notification.person_id).in_(ids), *_is_due(session, now))
        .values(mailed_at=now)
        .returning(Notification)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return sorted(session.scalars(claimed), key=lambda each: (each.person_id, each.event_id))


def _events(session: Session, news: Sequence[Notification]) -> Sequence[Event]:
    return session.exec(select(Event).where(col(Event.id).in_({each.event_id for each in news}))).all()


def _write(session: Session, person: Person, shown: list[Told]) -> None:
    """One mail about one item or several; what is about one belongs to its thread."""
    items = {told.item.number: told.item for told in shown}
    item = shown[0].item if len(items) == 1 else None
    number, paths = item.number if item else None, seals.paths(session, person)
    reply_to = reply_addresses.of(session, person, number or 0)
    about = {"item": item, "count": len(items), "parts": _parts(shown), "may_answer": bool(item and reply_to)}
    letter = letters.write("news", reader=person, **about, **paths)
    outbox.put(
        session, person.email or "", *letter, item_number=number, unsubscribe_path=paths["mail_path"],
        reply_to=reply_to, return_path=reply_addresses.return_address(session, person),
    )  # fmt: skip


def _parts(shown: list[Told]) -> list[list[Told]]:
    """What is told together: the rows of a bulk move, whose words were written once, else each alone."""
    together = groupby(shown, key=lambda told: (told.event.batch, told.words) if told.event.batch else told.event.key)
    return [list(part) for _key, part in together]
