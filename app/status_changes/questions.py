"""Questions to the reporter: they fall due, are warned about, and alone may close an item by themselves.

As long as the reporter owes an answer, and no longer, the item has a due date (`Item.due_on`).
"""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from app import letters, outbox, policy, seals
from app.hearing import Hear
from app.items import Item
from app.people import Person
from app.status_changes.append import append
from app.status_changes.check import REVIEW_AFTER
from app.status_changes.table import StatusChange
from app.statuses import Reason, Status
from app.words import _, day

WARNED_BEFORE = timedelta(days=3)
GRACE = timedelta(days=2)  # between the warning and the closing, however late the warning was


def hear(session: Session, item: Item, person: Person, at: datetime) -> None:
    """Somebody said something under the item, which must be locked. It may be the answer that we asked for.

    When the reporter answers, it is the team's turn. What was closed for want of an answer is opened by anybody's
    answer but the team's own.
    """
    was_closed = item.status is Status.DECLINED and item.reason == Reason.UNANSWERED_QUESTION
    if was_closed and not policy.is_maintainer(person):
        words = _("%s has answered our question, so this is open again.") % person.shown_name
        append(session, item, Status.ACKNOWLEDGED, at, caused_by=person.key, is_automatic=True, explanation=words)
    elif item.due_on is None or item.reporter_id != person.id:
        return
    item.due_on = item.warned_at = None
    item.waiting_since = item.waiting_since or at
    session.add(item)


def follow_up(session: Session, at: datetime) -> None:
    """What the calendar does: warn those who owe an answer soon, then close what stayed unanswered."""
    for item, reporter in session.exec(_to_warn(at).with_for_update(of=Item)).all():
        _warn(session, item, reporter, at)
    for item in session.exec(_to_close(at).with_for_update()).all():
        _close(session, item, at)


def is_anything_due(session: Session, at: datetime) -> bool:
    return any(session.exec(statement.limit(1)).first() for statement in (_to_warn(at), _to_close(at)))


def _to_warn(at: datetime) -> Any:
    """Questions due within three days whose reporter can be told and has not been; not who wants no mails."""
    return (
        select(Item, Person)
        .join(Person, col(Person.id) == Item.reporter_id)
        .where(Item.status == Status.NEEDS_INFO, col(Item.due_on) <= (at + WARNED_BEFORE).date())
        .where(col(Item.warned_at).is_(None), col(Person.email).is_not(None))
        .where(Person.hears != Hear.NOTHING, col(Person.bounced_at).is_(None))
        .order_by(col(Item.number))
    )


def _to_close(at: datetime) -> Any:
    """Questions past their day, after a warning that left time to answer."""
    overdue = select(Item).where(Item.status == Status.NEEDS_INFO, col(Item.due_on) < at.date())
    return overdue.where(col(Item.warned_at) <= at - GRACE).order_by(col(Item.number))


def _warn(session: Session, item: Item, reporter: Person, at: datetime) -> None:
    item.warned_at = at
    session.add(item)
    asked = select(StatusChange).where(StatusChange.item_number == item.number)
    question = session.exec(asked.order_by(col(StatusChange.id).desc()).limit(1)).one()
    closes_on = max(item.due_on or at.date(), (at + GRACE).date())
    paths = seals.paths(session, reporter)
    letter = letters.write("question_due", item=item, question=question, closes_on=closes_on, **paths)
    path = paths["mail_path"]
    outbox.put(session, reporter.email or "", *letter, item_number=item.number, unsubscribe_path=path)


def _close(session: Session, item: Item, at: datetime) -> None:
    due_on = item.due_on or at.date()
    words = _("We asked for information that we need to go on and had no answer by %s. Any answer opens this again.")
    append(
        session, item, Status.DECLINED, at, is_automatic=True, explanation=words % day(due_on),
        reason=Reason.UNANSWERED_QUESTION, review_on=(at + REVIEW_AFTER).date(),
    )  # fmt: skip
