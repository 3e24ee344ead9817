"""Choosing: what a person wants to hear of and when, from now on and for what waits already."""

from sqlalchemy import update
from sqlmodel import Session, col, select

from app import db, subscriptions, text
from app.hearing import Hear
from app.items import Item
from app.notifications.table import Notification
from app.people import Person
from app.words import _


def choose(session: Session, person: Person, *, hears: str, comments: bool, team: bool | None = None) -> None:
    """Hear of what happens in another way. What waits for a digest comes with the next one. Raises Invalid."""
    check = text.Checks()
    chosen = check.choice("hears", hears, set(Hear), label=_("Mails"))
    check.done()
    person.hears, person.hears_comments = Hear(chosen), comments
    person.hears_team = person.hears_team if team is None else team
    session.add(person)
    unmailed = col(Notification.mailed_at).is_(None), col(Notification.due_at).is_not(None)
    own = col(Notification.item_number).in_(select(Item.number).where(Item.reporter_id == person.id))
    for is_own, which in ((True, own), (False, ~own)):
        due_at = person.hears.due_at(db.now(), is_own=is_own, is_urgent=False)
        waits = col(Notification.person_id) == person.id, *unmailed, which
        session.execute(update(Notification).where(*waits).values(due_at=due_at))


def stop(session: Session, person: Person) -> None:
    """No mails at all from now on."""
    choose(session, person, hears=Hear.NOTHING, comments=person.hears_comments, team=False)


def mute(session: Session, item: Item, person: Person) -> None:
    """Not to hear of this item any more, whatever made the person hear of it, nor of what waits to be mailed.

    Nor of what it was merged into, unless they follow that for another reason.
    """
    subscriptions.mute(session, item, person)
    both = item, session.get_one(Item, item.root)
    silent = [each.number for each in both if not subscriptions.follows(session, each, person)]
    waits = col(Notification.person_id) == person.id, col(Notification.mailed_at).is_(None)
    session.execute(update(Notification).where(*waits, col(Notification.item_number).in_(silent)).values(due_at=None))
