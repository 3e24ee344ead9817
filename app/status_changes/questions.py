"""Questions to the reporter: they fall due, are warned about, and alone may close an item by themselves.

As long as the reporter owes an answer, and no longer, the item has a due date (`Item.due_on`).
"""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from app import letters, outbox, policy, reply_addresses, seals
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

    When the reporter answers, the first time and again, it is the team's turn, and what was closed for want of an
    answer is open again.
    """
    if not (item.status is Status.NEEDS_INFO or _is_closed(item)) or not _may_answer(session, item, person):
        return
    if _is_closed(item):
        words = _("Our question was answered, so this is open again.")  # without a name, which may leave one day
        append(session, item, Status.ACKNOWLEDGED, at, caused_by=person.key, is_automatic=True, explanation=words)
    item.due_on = item.warned_at = None
    item.waiting_since = item.waiting_since or at
    session.add(item)


def _may_answer(session: Session, item: Item, person: Person) -> bool:
    """The reporter may, and anybody but the team for one who has left, or once it is closed."""
    if item.reporter_id == person.id:
        return True
    is_for_all = _is_closed(item) or session.get_one(Person, item.reporter_id).is_deleted
    return is_for_all and not policy.is_maintainer(person)


def asked_of(session: Session, item: Item, person: Person | None) -> StatusChange | None:
    """The question to which this person owes the answer, or owed it until the item was closed for want of it."""
    is_theirs = person is not None and item.reporter_id == person.id and policy.may_take_part(person, item)
    return _latest(session, item) if is_theirs and (item.due_on is not None or _is_closed(item)) else None


def _is_closed(item: Item) -> bool:
    return item.status is Status.DECLINED and item.reason == Reason.UNANSWERED_QUESTION


def _latest(session: Session, item: Item) -> StatusChange | None:
    asked = select(StatusChange).where(StatusChange.item_number == item.number)
    latest = asked.where(StatusChange.to_status == Status.NEEDS_INFO).order_by(col(StatusChange.id).desc())
    return session.exec(latest.limit(1)).first()


def follow_up(session: Session, at: datetime) -> None:
    """What the calendar does: warn those who owe an answer soon, then close what stayed unanswered."""
    for item, reporter in session.exec(_to_warn(at).with_for_update(of=Item, key_share=True)).all():
        _warn(session, item, reporter, at)
    for item in session.exec(_to_close(at).with_for_update(key_share=True)).all():
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
    closes_on = max(item.due_on or at.date(), (at + GRACE).date())
    paths, reply_to = seals.paths(session, reporter), reply_addresses.of(session, reporter, item.number)
    about = {"item": item, "question": _latest(session, item), "closes_on": closes_on, "may_answer": bool(reply_to)}
    letter = letters.write("question_due", **about, **paths)
    outbox.put(
        session, reporter.email or "", *letter, item_number=item.number, unsubscribe_path=paths["mail_path"],
        reply_to=reply_to, return_path=reply_addresses.return_address(session, reporter),
    )  # fmt: skip


def _close(session: Session, item: Item, at: datetime) -> None:
    due_on = item.due_on or at.date()
    words = _("We asked for information that we need to go on and had no answer by %s. Any answer opens this again.")
    append(
        session, item, Status.DECLINED, at, is_automatic=True, explanation=words % day(due_on),
        reason=Reason.UNANSWERED_QUESTION, review_on=(at + REVIEW_AFTER).date(),
    )  # fmt: skip
