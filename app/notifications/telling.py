"""Telling: each event becomes a notification for everybody it concerns, in portions, so that nobody waits for it.

How far an event was told is part of the same transaction, so that each is told once, by whichever process, however
suddenly one of them ended.
"""

import time
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from app import db, webhooks, wording
from app.db import Database
from app.events import Event
from app.notifications import audiences
from app.notifications.audiences import Sight
from app.notifications.table import Notification
from app.people import Person
from app.wording import Told

PORTION = 200


def tell_due(database: Database) -> None:
    """Tell all events that wait for it."""
    with database.session(writes=False) as session:
        waits = session.exec(_untold().limit(1)).first() is not None
    while waits:
        began = time.monotonic()
        with database.session() as session:
            waits = tell_some(session)
        time.sleep(time.monotonic() - began)  # votes of the same moment have their turn


def _untold() -> Any:
    return select(Event).where(col(Event.told_at).is_(None)).order_by(col(Event.id))


def tell_some(session: Session) -> bool:
    """Tell an event to the next portion of those it concerns; whether there was one to tell."""
    event = session.exec(_untold().limit(1).with_for_update(skip_locked=True)).first()
    if event is None:
        return False
    (told,) = wording.read(session, [event])
    people = audiences.concerned(session, told, after=event.told_to, most=PORTION)
    _notify(session, told, people)
    if len(people) == PORTION:
        event.told_to = people[-1].key
    else:
        event.told_at = db.now()
        webhooks.queue(session, told)
    return True


def _notify(session: Session, told: Told, people: list[Person]) -> None:
    sight = Sight(session)
    rows = [_row(told, person) for person in people if sight.reaches(person, told.item)]
    if rows:
        session.execute(insert(Notification), rows)


def _row(told: Told, person: Person) -> dict[str, Any]:
    is_own = person.id == told.item.reporter_id
    due_at = person.hears.due_at(db.now(), is_own=is_own, is_urgent=is_own and audiences.is_urgent(told))
    about = {"event_id": told.event.key, "item_number": told.item.number, "at": told.event.at}
    return {"person_id": person.key, "due_at": due_at, **about}
