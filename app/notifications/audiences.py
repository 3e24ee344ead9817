"""Who hears of what: one table of event by audience, and what an audience is."""

import re
from collections.abc import Collection, Iterable
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, exists, union
from sqlmodel import Session, col, or_, select

from app import db, subscriptions, wording
from app.comments import Comment
from app.events import Event, Happened
from app.items import Item
from app.notifications.table import Notification
from app.people import Person, Role
from app.sight import visible_by
from app.status_changes import StatusChange
from app.statuses import Status
from app.subscriptions import Subscription
from app.wording import Told

UNSEEN_MOST = 50


class Audience(StrEnum):
    """People who hear of an event, each once, whatever made them hear of it."""

    REPORTER = "reporter"
    FOLLOWERS = "followers"
    READERS = "readers"  # followers who chose to hear of comments too
    MENTIONED = "mentioned"


AUDIENCES = {
    Happened.ITEM_CREATED: frozenset({Audience.MENTIONED}),
    Happened.STATUS_CHANGED: frozenset({Audience.REPORTER, Audience.FOLLOWERS, Audience.MENTIONED}),
    Happened.MERGED: frozenset({Audience.REPORTER, Audience.FOLLOWERS, Audience.MENTIONED}),
    Happened.TARGET_MOVED: frozenset({Audience.REPORTER, Audience.FOLLOWERS, Audience.MENTIONED}),
    Happened.COMMENTED: frozenset({Audience.READERS, Audience.MENTIONED}),
    Happened.ANSWERED: frozenset({Audience.REPORTER, Audience.FOLLOWERS, Audience.MENTIONED}),
    Happened.MILESTONE: frozenset({Audience.REPORTER}),
}

_NUMBER: Any = bindparam("number")
_ITSELF = select(col(Item.number)).where(Item.number == _NUMBER).cte(recursive=True)
_MERGED = _ITSELF.union(select(col(Item.number)).join(_ITSELF, col(Item.merged_into) == _ITSELF.c.number))
_FOLLOWERS = subscriptions.followers(select(_MERGED.c.number)).subquery()
_CHOSE = select(Person.id).where(col(Person.hears_comments))
SELECTED: dict[Audience, Any] = {
    Audience.REPORTER: select(Item.reporter_id).where(Item.number == _NUMBER),
    Audience.FOLLOWERS: select(_FOLLOWERS.c.person_id),
    Audience.READERS: select(_FOLLOWERS.c.person_id).where(_FOLLOWERS.c.person_id.in_(_CHOSE)),
    Audience.MENTIONED: select(Person.id).where(col(Person.id).in_(bindparam("mentioned", expanding=True))),
}


def concerned(session: Session, told: Told, *, after: int, most: int) -> list[Person]:
    """The next people by id whom an event concerns: not who did it, nobody without an address, nobody who muted it.

    A question, and its end, reaches its reporter all the same.
    """
    audiences = AUDIENCES[told.event.happened]
    if told.is_hidden or not audiences or _is_told_as_answer(told):
        return []
    named = mentioned(session, told.item, told.words) if Audience.MENTIONED in audiences else set()
    about = {"number": told.item.number, "reporter_id": told.item.reporter_id, "actor_id": told.event.person_id}
    values = {**about, "mentioned": sorted(named), "after": after, "most": most}
    return list(session.scalars(_next_of(audiences, is_urgent=is_urgent(told)), values))


@cache
def _next_of(audiences: frozenset[Audience], *, is_urgent: bool) -> Any:
    ids = union(*(SELECTED[audience] for audience in sorted(audiences)))
    muted = exists().where(
        col(Subscription.person_id) == Person.id, col(Subscription.item_number) == _NUMBER,
        col(Subscription.is_following).is_(False),
    )  # fmt: skip
    hears = or_(~muted, Person.id == bindparam("reporter_id")) if is_urgent else ~muted
    others = col(Person.id).is_distinct_from(bindparam("actor_id")), col(Person.email).is_not(None)
    next_of = select(Person).where(col(Person.id).in_(ids), col(Person.id) > bindparam("after"), *others, hears)
    return next_of.order_by(col(Person.id)).limit(bindparam("most", type_=Integer))


def _is_told_as_answer(told: Told) -> bool:
    """A comment that is the official answer by now is told once, as that."""
    return told.event.happened is Happened.COMMENTED and told.comment is not None and told.comment.is_official


def is_urgent(told: Told) -> bool:
    """Whether the reporter must know at once: they are asked something, or a question that they owed has ended."""
    return told.change is not None and (told.change.to_status is Status.NEEDS_INFO or told.change.is_automatic)


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


def elsewhere(session: Session, person: Person) -> list[Told]:
    """What is new to somebody on items that are no case of theirs: they were mentioned. The latest first."""
    return _unseen(session, person, col(Notification.item_number).not_in(subscriptions.numbers(person)))


def unseen_at(session: Session, person: Person, numbers: Collection[int]) -> list[Told]:
    """What is new to somebody on these items, the oldest first. Without any, nothing is asked."""
    return _unseen(session, person, col(Notification.item_number).in_(numbers))[::-1] if numbers else []


def _unseen(session: Session, person: Person, which: ColumnElement[bool]) -> list[Told]:
    unseen = col(Notification.person_id) == person.id, col(Notification.seen_at).is_(None)
    new = select(Event).join(Notification, col(Notification.event_id) == Event.id).where(*unseen, which)
    latest = session.exec(new.order_by(col(Event.id).desc()).limit(UNSEEN_MOST)).all()
    told, sight = wording.read(session, latest), Sight(session)
    return [each for each in told if not each.is_hidden and sight.reaches(person, each.item)]


class Sight:
    """Whether people may see an item, asked once for each kind of viewer, not for each of thousands."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.known: dict[tuple[int, Role, bool], bool] = {}

    def reaches(self, person: Person, item: Item) -> bool:
        kind = item.number, person.role, person.id == item.reporter_id
        if kind not in self.known:
            asked = {"number": item.number, "viewer_id": person.id}
            self.known[kind] = bool(db.run(self.session, _shown_to(person.role), asked))
        return self.known[kind]


@cache
def _shown_to(role: Role) -> Any:
    return select(Item.number).where(Item.number == _NUMBER, visible_by(role, bindparam("viewer_id")))
