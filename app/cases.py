"""My cases: what a person posted, voted for, commented on or follows, and what has happened there since they looked.

Of what such an item was merged into they hear like its followers; what is new there is what they were told and have not
looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, true
from sqlmodel import Session, col, select

from app import listing, notifications, sight, subscriptions, wording
from app.comments import Comment
from app.items import Item
from app.listing import Row
from app.notifications import Notification
from app.people import Person
from app.status_changes import StatusChange, TargetMove
from app.statuses import Status
from app.subscriptions import TIES
from app.votes import Vote
from app.words import N_, _, ngettext, number

PAGE = 50


class Show(StrEnum):
    """Which cases a person looks at."""

    ALL = "all"
    POSTED = "posted"
    VOTED = "voted"
    FOLLOWING = "following"

    @property
    def label(self) -> str:
        return _(SHOW_LABELS[self])


SHOW_LABELS = {
    Show.ALL: N_("All"),
    Show.POSTED: N_("Posted"),
    Show.VOTED: N_("Voted for"),
    Show.FOLLOWING: N_("Following"),
}


class Turn(IntEnum):
    """What a case wants of its person; in this order they are shown."""

    OWED = 0
    CHANGED = 1
    SEEN = 2

    @property
    def label(self) -> str:
        return _(TURN_LABELS[self])


TURN_LABELS = {
    Turn.OWED: N_("You owe an answer"),
    Turn.CHANGED: N_("Changed since you looked"),
    Turn.SEEN: N_("Nothing new"),
}


@dataclass
class Case:
    """An item, what it wants, and what others did there since this person looked, in words."""

    item: Row
    turn: Turn
    due_on: date | None
    news: list[str] = field(default_factory=list)


@dataclass
class Page:
    cases: list[Case]
    has_more: bool

    @property
    def by_turn(self) -> list[tuple[Turn, list[Case]]]:
        return [(turn, list(cases)) for turn, cases in groupby(self.cases, key=lambda found: found.turn)]


def page(session: Session, person: Person, show: Show = Show.ALL, page_number: int = 1) -> Page:
    """A page of the cases that this person may still see: what they owe, then what changed, then the rest."""
    found = session.execute(_chosen(person, show).limit(PAGE + 1).offset(PAGE * (page_number - 1))).all()
    wants = {item_number: (Turn(turn), due_on) for item_number, turn, due_on, _is_own in found[:PAGE]}
    rows = listing.with_numbers(session, person, list(wants))
    cases = {row.number: Case(row, *wants[row.number]) for row in rows}
    for item_number, words in _news(session, person, cases):
        cases[item_number].news.append(words)
    by_merge = [item_number for item_number, _turn, _due_on, is_own in found[:PAGE] if not is_own]
    for told in notifications.unseen_at(session, person, by_merge):
        cases[told.item.number].news.append(told.headline)
    return Page(list(cases.values()), has_more=len(found) > PAGE)


def _chosen(person: Person, show: Show) -> Any:
    """The numbers of the cases, what they want, and whether each is one not only by a merge, in their order."""
    owed = and_(
        col(Item.reporter_id) == person.id, col(Item.status) == Status.NEEDS_INFO, col(Item.due_on).is_not(None)
    )
    is_own = TIES.c.item_number.is_not(None)
    has_changed = or_(_has_changed(person), and_(~is_own, _is_told(person)))
    turn = case((owed, Turn.OWED.value), (has_changed, Turn.CHANGED.value), else_=Turn.SEEN.value)
    own = and_(TIES.c.item_number == Item.number, TIES.c.person_id == person.id)
    mine = (
        select(Item.number, turn.label("turn"), col(Item.due_on), is_own)
        .outerjoin(TIES, own)
        .where(col(Item.number).in_(subscriptions.numbers(person)), sight.visible_to(person), _is_shown(person, show))
    )
    return mine.order_by(turn, col(Item.changed_at).desc(), col(Item.number).desc())


def _is_shown(person: Person, show: Show) -> ColumnElement[bool]:
    voted = select(Vote.item_number).where(Vote.person_id == person.id)
    followed = select(TIES.c.item_number).where(TIES.c.person_id == person.id, TIES.c.is_following)
    return {
        Show.ALL: true(),
        Show.POSTED: col(Item.reporter_id) == person.id,
        Show.VOTED: col(Item.number).in_(subscriptions.with_roots(voted)),
        Show.FOLLOWING: and_(
            col(Item.number).in_(subscriptions.with_roots(followed)), TIES.c.is_following.is_not(False)
        ),
    }[show]


def _has_changed(person: Person) -> ColumnElement[bool]:
    moved, promised, said = (exists().where(*_since(person, table)) for table in (StatusChange, TargetMove, Comment))
    return and_(col(Item.changed_at) > TIES.c.seen_at, or_(moved, promised, said))


def _is_told(person: Person) -> ColumnElement[bool]:
    """The condition that this person was told of something there, and has not looked."""
    told = col(Notification.person_id) == person.id, col(Notification.item_number) == Item.number
    return exists().where(*told, col(Notification.seen_at).is_(None))


def _since(person: Person, table: Any) -> list[ColumnElement[bool]]:
    """The condition on what others did under an item, joined to this person's tie, since they looked."""
    by_others = or_(table.person_id.is_(None), table.person_id != person.id)
    shown = [col(Comment.hidden_at).is_(None)] if table is Comment else []
    return [table.item_number == TIES.c.item_number, table.at > TIES.c.seen_at, by_others, *shown]


def _news(session: Session, person: Person, cases: dict[int, Case]) -> Iterable[tuple[int, str]]:
    """What happened under each of these items, in words: moves, then the latest promise, then comments."""
    mine = TIES.c.person_id == person.id, TIES.c.item_number.in_(list(cases))
    moves = select(StatusChange, Person).outerjoin(Person, col(Person.id) == StatusChange.person_id)
    for change, mover in session.exec(_of(moves, person, StatusChange, *mine).order_by(col(StatusChange.id))):
        yield change.item_number, wording.move_line(change, mover, cases[change.item_number].item.kind)
    promises = session.exec(_of(select(TargetMove), person, TargetMove, *mine).order_by(col(TargetMove.id)))
    for item_number, latest in {move.item_number: move for move in promises}.items():
        yield item_number, wording.target_line(latest)
    counted = _of(select(Comment.item_number, func.count()), person, Comment, *mine).group_by(col(Comment.item_number))
    for item_number, count in session.exec(counted):
        yield item_number, ngettext("%s new comment", "%s new comments", count) % number(count)


def _of(statement: Any, person: Person, table: Any, *mine: ColumnElement[bool]) -> Any:
    return statement.join(TIES, and_(*mine)).where(*_since(person, table))
