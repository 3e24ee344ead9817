"""Who hears of what: one table of event by audience, and what an audience is."""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, union
from sqlmodel import Session, col, or_, select

from app import wording
from app.comments import Comment
from app.events import Event, Happened
from app.items import Item, visible_to
from app.notifications.table import Notification
from app.people import Person, Role
from app.status_changes import StatusChange
from app.statuses import Status
from app.subscriptions import Subscription
from app.wording import Told


class Audience(StrEnum):
    """People who hear of an event, each once, whatever made them hear of it."""

    REPORTER = "reporter"
    FOLLOWERS = "followers"
    READERS = "readers"  # followers who chose to hear of comments too
    MENTIONED = "mentioned"


AUDIENCES = {
    Happened.ITEM_CREATED: {Audience.MENTIONED},
    Happened.STATUS_CHANGED: {Audience.REPORTER, Audience.FOLLOWERS, Audience.MENTIONED},
    Happened.MERGED: {Audience.REPORTER, Audience.FOLLOWERS, Audience.MENTIONED},
    Happened.TARGET_MOVED: {Audience.REPORTER, Audience.FOLLOWERS, Audience.MENTIONED},
    Happened.COMMENTED: {Audience.READERS, Audience.MENTIONED},
    Happened.ANSWERED: {Audience.REPORTER, Audience.FOLLOWERS, Audience.MENTIONED},
    Happened.MILESTONE: {Audience.REPORTER},
}


def concerned(session: Session, told: Told, *, after: int, most: int) -> list[Person]:
    """The next people by id whom an event concerns: not who did it, nobody without an address, nobody who muted it.

    A question, and its end, reaches its reporter all the same.
    """
    audiences = AUDIENCES[told.event.happened]
    if told.is_hidden or not audiences or _is_told_as_answer(told):
        return []
    ids = union(*(SELECTED[audience](session, told) for audience in audiences))
    muted = exists().where(
        col(Subscription.person_id) == Person.id, col(Subscription.item_number) == told.item.number,
        col(Subscription.is_following).is_(False),
    )  # fmt: skip
    hears = or_(~muted, Person.id == told.item.reporter_id) if is_urgent(told) else ~muted
    others = col(Person.id).is_distinct_from(told.event.person_id), col(Person.email).is_not(None)
    in_order = select(Person).where(col(Person.id).in_(ids), col(Person.id) > after, *others, hears)
    return list(session.exec(in_order.order_by(col(Person.id)).limit(most)))


def _is_told_as_answer(told: Told) -> bool:
    """A comment that is the official answer by now is told once, as that."""
    return told.event.happened is Happened.COMMENTED and told.comment is not None and told.comment.is_official


def is_urgent(told: Told) -> bool:
    """Whether the reporter must know at once: they are asked something, or a question that they owed has ended."""
    return told.change is not None and (told.change.to_status is Status.NEEDS_INFO or told.change.is_automatic)


def _reporter(_session: Session, told: Told) -> Any:
    return select(Item.reporter_id).where(Item.number == told.item.number)


def _followers(_session: Session, told: Told) -> Any:
    """Who follows the item or one that was merged into it."""
    family = select(Item.number).where(or_(Item.number == told.item.number, Item.root == told.item.number))
    return select(Subscription.person_id).where(
        col(Subscription.item_number).in_(family), col(Subscription.is_following)
    )


def _readers(session: Session, told: Told) -> Any:
    chose = select(Person.id).where(col(Person.hears_comments))
    return _followers(session, told).where(col(Subscription.person_id).in_(chose))


def _mentioned(session: Session, told: Told) -> Any:
    return select(Person.id).where(col(Person.id).in_(mentioned(session, told.item, told.words)))


SELECTED: dict[Audience, Callable[[Session, Told], Any]] = {
    Audience.REPORTER: _reporter,
    Audience.FOLLOWERS: _followers,
    Audience.READERS: _readers,
    Audience.MENTIONED: _mentioned,
}


def mentioned(session: Session, item: Item, words: str) -> set[int]:
    """Whom these words name after an @, by their full name, or by its first word where only one of them has it.

    Those who took part in the item and the team can be named.
    """
    if "@" not in words:
        return set()
    called: dict[str, set[int]] = {}
    for person in _nameable(session, item):
        for name in {person.name.casefold(), person.name.casefold().split()[0]}:
            called.setdefault(name, set()).add(person.key)
    found = (ids for name, ids in called.items() if len(ids) == 1 and _is_named(name, words.casefold()))
    return set().union(*found)


def _nameable(session: Session, item: Item) -> Iterable[Person]:
    commented = select(Comment.person_id).where(Comment.item_number == item.number)
    moved = select(StatusChange.person_id).where(StatusChange.item_number == item.number)
    team = col(Person.role).in_([Role.MAINTAINER, Role.OWNER])
    took_part = or_(Person.id == item.reporter_id, col(Person.id).in_(commented), col(Person.id).in_(moved), team)
    return session.exec(select(Person).where(took_part, col(Person.email).is_not(None), Person.name != ""))


def _is_named(name: str, words: str) -> bool:
    return re.search(rf"(?<![\w@.])@{re.escape(name)}(?!\w)", words) is not None


def elsewhere(session: Session, person: Person, most: int = 50) -> list[Told]:
    """What is new to somebody on requests that are no case of theirs: they were mentioned. The latest first."""
    unseen = col(Notification.person_id) == person.id, col(Notification.seen_at).is_(None)
    case = exists().where(
        col(Subscription.person_id) == person.id, col(Subscription.item_number) == Notification.item_number
    )
    new = select(Event).join(Notification, col(Notification.event_id) == Event.id).where(*unseen, ~case)
    told, sight = (
        wording.read(session, session.exec(new.order_by(col(Event.id).desc()).limit(most)).all()),
        Sight(session),
    )
    return [each for each in told if not each.is_hidden and sight.reaches(person, each.item)]


class Sight:
    """Whether people may see an item, asked once for each kind of viewer, not for each of thousands."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.known: dict[tuple[int, Role, bool], bool] = {}

    def reaches(self, person: Person, item: Item) -> bool:
        kind = item.number, person.role, person.id == item.reporter_id
        if kind not in self.known:
            shown = select(Item.number).where(Item.number == item.number, visible_to(person))
            self.known[kind] = self.session.exec(shown).first() is not None
        return self.known[kind]
