"""Telling: each event becomes a notification for everybody it concerns, in portions, so that nobody waits for it.

How far an event was told is part of the same transaction, so that each is told once, by whichever process, however
suddenly one of them ended.
"""

from typing import Any

from sqlalchemy import exists, insert
from sqlmodel import Session, col, select

from app import db, webhooks, wording
from app.db import Database
from app.events import Event
from app.items import Item
from app.notifications import audiences
from app.notifications.audiences import Sight
from app.notifications.table import Notification
from app.people import Person
from app.wording import Told

PORTION = 200  # people
EVENTS_MOST = 5  # so that nobody who votes meanwhile waits for long
_HIDDEN = exists().where(col(Item.number) == Event.item_number, col(Item.hidden_at).is_not(None))
UNTOLD = (col(Event.told_at).is_(None), ~_HIDDEN)  # what happens to a hidden item waits until it is shown again


def tell_due(database: Database) -> None:
    """Tell all events that wait for it."""
    with database.session(writes=False) as session:
        waits = session.exec(_untold().limit(1)).first() is not None
    while waits:
        waits = database.write_patiently(tell_some)


def _untold() -> Any:
    return select(Event).where(*UNTOLD).order_by(col(Event.id))


def tell_some(session: Session) -> bool:
    """Tell the next events, as many as one portion of people hears of; whether there was one to tell."""
    events = session.exec(_untold().limit(EVENTS_MOST).with_for_update(skip_locked=True)).all()
    if not events:
        return False
    sight, rows, ended, room = Sight(session), [], [], PORTION
    for told in wording.read(session, events):
        people = audiences.concerned(session, told, after=told.event.told_to, most=room)
        rows += [_row(told, person) for person in people if sight.reaches(person, told.item)]
        room -= len(people)
        if not room:
            told.event.told_to = people[-1].key
            break
        ended.append(told)
    if rows:
        session.execute(insert(Notification), rows)
    for told in ended:
        told.event.told_at = db.now()
    webhooks.queue(session, ended)
    return True


def _row(told: Told, person: Person) -> dict[str, Any]:
    is_own = person.id == told.item.reporter_id
    due_at = person.hears.due_at(db.now(), is_own=is_own, is_urgent=is_own and audiences.is_urgent(told))
    about = {"event_id": told.event.key, "item_number": told.item.number, "at": told.event.at}
    return {"person_id": person.key, "due_at": due_at, **about}
