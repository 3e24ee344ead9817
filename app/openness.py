"""Openness: how the team keeps its word: what waits, how soon answers come, promises kept, refusals by reason.

Answers that came with an import never count, because nobody here gave them; an item that came so has waited since it
was posted, as the board shows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median_low
from typing import Any, NamedTuple

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from app import sight, targets
from app.items import Item
from app.people import Person
from app.status_changes import StatusChange, TargetMove
from app.statuses import CLOSED, Reason, Status
from app.words import N_, _

WEEKS = 12
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Bar:
    """A line of a chart: how much there is, and how long its bar is, in hundredths of the longest."""

    label: str
    count: int
    length: int


@dataclass(frozen=True)
class Week:
    """The first answers of a week: how many, and the time that half of them took at most."""

    begins_on: date
    count: int
    wait: timedelta | None
    length: int


class Promises(NamedTuple):
    """Items by the period that they were first promised for."""

    kept: int
    slipped: int
    to_come: int


@dataclass(frozen=True)
class Openness:
    waiting: int
    longest: timedelta | None
    waits: list[Bar]
    first_answer: timedelta | None
    weeks: list[Week]
    promises: Promises
    declined: list[Bar]


AGES = (
    (timedelta(days=7), N_("Less than a week")),
    (timedelta(days=28), N_("One to four weeks")),
    (timedelta(days=91), N_("One to three months")),
    (timedelta.max, N_("Longer")),
)


def of(session: Session, viewer: Person | None, now: datetime) -> Openness:
    """The figures of all items that this person may see."""
    shown = sight.visible_to(viewer)
    since, waits = _waiting(session, shown, now)
    answered = _first_answers(session, shown, now)
    taken = [wait for _at, wait in answered]
    return Openness(
        sum(bar.count for bar in waits), now - since if since else None, waits, median_low(taken) if taken else None,
        _by_week(answered, now.date()), _promises(session, shown, now.date()), _declined(session, shown),
    )  # fmt: skip


def _waiting(session: Session, shown: Any, now: datetime) -> tuple[datetime | None, list[Bar]]:
    """Since when the first of those that wait has waited, and how many have waited for how long."""
    since, labels = col(Item.waiting_since), [_(label) for _most, label in AGES]
    at_most = [func.count().filter(since > now - most) for most, _label in AGES[:-1]]
    waits = select(func.min(since), *at_most, func.count()).where(  # type: ignore[call-overload]
        shown, since.is_not(None), col(Item.status).not_in(CLOSED), col(Item.hidden_at).is_(None)
    )
    earliest, *counts = session.exec(waits).one()
    of_age = [count - younger for younger, count in pairwise([0, *counts])]
    return earliest, _bars(list(zip(labels, of_age, strict=True)))


def _first_answers(session: Session, shown: Any, now: datetime) -> list[tuple[date, timedelta]]:
    """The day of each first answer of these weeks, and how long it was waited for."""
    begin = _monday(now.date(), WEEKS - 1)
    lately = col(Item.answered_at) >= begin, col(Item.first_answered_at) >= begin  # by the first, which has an index
    found = session.exec(select(Item.posted_at, Item.first_answered_at).where(shown, *lately))
    return [(at.date(), at - posted_at) for posted_at, at in found if at is not None]


def _monday(today: date, weeks_ago: int) -> datetime:
    begins_on = today - timedelta(days=today.weekday()) - WEEK * weeks_ago
    return datetime.fromisoformat(f"{begins_on}T00:00:00+00:00")


def _by_week(answered: Sequence[tuple[date, timedelta]], today: date) -> list[Week]:
    weeks = []
    for ago in reversed(range(WEEKS)):
        begins_on = _monday(today, ago).date()
        waits = [wait for on, wait in answered if begins_on <= on < begins_on + WEEK]
        weeks.append((begins_on, len(waits), median_low(waits) if waits else None))
    longest = max((wait for _on, _count, wait in weeks if wait), default=timedelta(1))
    return [Week(on, count, wait, round(100 * wait / longest) if wait else 0) for on, count, wait in weeks]


def _promises(session: Session, shown: Any, today: date) -> Promises:
    """Each promised item by its first promise: out within that period, given up or not out then, or still to come.

    What was merged is out with the other item, and what is opened again was out all the same.
    """
    root = aliased(Item)
    out_at = select(func.min(StatusChange.at)).where(
        col(StatusChange.item_number).in_([Item.number, Item.root]), StatusChange.to_status == Status.SHIPPED,
        col(StatusChange.at) >= TargetMove.at,
    )  # fmt: skip
    moves = (
        select(Item.number, TargetMove.to_target, root.status, out_at.scalar_subquery())
        .join(Item, col(Item.number) == TargetMove.item_number)
        .join(root, root.number == Item.root)  # type: ignore[arg-type]
        .where(shown, col(TargetMove.to_target).is_not(None))
        .order_by(col(TargetMove.id).desc())
    )
    first = {number: promise for number, *promise in session.execute(moves)}
    kept = slipped = 0
    for target, status, at in first.values():
        last_day = targets.last_day(target or "")
        if at is not None and at.date() <= last_day:
            kept += 1
        elif status is Status.DECLINED or last_day < today:
            slipped += 1
    return Promises(kept, slipped, len(first) - kept - slipped)


def _declined(session: Session, shown: Any) -> list[Bar]:
    """What stands declined, by its reason, the most frequent first."""
    declined = select(Item.reason, func.count()).where(shown, Item.status == Status.DECLINED).group_by(col(Item.reason))
    found = sorted(session.exec(declined), key=lambda row: (-row[1], row[0] or ""))
    return _bars([(Reason(reason).label, count) for reason, count in found if reason])


def _bars(counted: Sequence[tuple[str, int]]) -> list[Bar]:
    longest = max((count for _label, count in counted), default=0) or 1
    return [Bar(label, count, round(100 * count / longest)) for label, count in counted]
