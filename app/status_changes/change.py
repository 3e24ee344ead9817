"""Moving items, one or many, by people and by the calendar."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from app import db, items, policy, text
from app.items import Item
from app.people import Person
from app.refusals import Invalid, Refused
from app.status_changes import check, merges
from app.status_changes.table import Move, StatusChange, TargetMove
from app.statuses import Reason, Status, may_follow
from app.words import _, day

WARNED_BEFORE = timedelta(days=3)


def change(session: Session, item: Item, person: Person, move: Move, *, at: datetime | None = None) -> StatusChange:
    """Move an item in the mover's own words.

    Raises NotAllowed, Invalid, or Refused when somebody was faster; nothing is written then.
    """
    at = at or db.now()
    to = _status(move.to)
    policy.need(policy.may_move(person, to))
    (item,) = items.lock(session, item.number)
    _not_overtaken(session, item, move)
    fields = check.checked(session, item, person, move, at)
    row = _append(session, item, to, at, person_id=person.key, **fields)
    if move.workaround is not None:
        item.workaround, item.workaround_html = fields["workaround"], text.to_html(fields["workaround"])
    items.answered(session, item, person, row.explanation, at)
    return row


def change_many(session: Session, chosen: Iterable[Item], person: Person, move: Move) -> list[StatusChange]:
    """Move several items with words written once; each gets its own row. All of them move, or none."""
    with session.begin_nested():
        return [change(session, item, person, move) for item in sorted(chosen, key=lambda item: item.number)]


def _status(value: str) -> Status:
    if value not in set(Status):
        raise Invalid({"to": _("Status: choose one of those offered.")})
    return Status(value)


def _not_overtaken(session: Session, item: Item, move: Move) -> None:
    """Refuse a move that does not fit where the item stands now, and say what changed meanwhile."""
    overtaken = move.seen and move.seen != item.status
    if not overtaken and move.to in may_follow(item.status):
        return
    latest = session.exec(
        select(StatusChange, Person)
        .join(Person, col(Person.id) == StatusChange.person_id, isouter=True)
        .where(StatusChange.item_number == item.number)
        .order_by(col(StatusChange.id).desc())
    ).first()
    if latest is not None and (overtaken or move.to == item.status):
        row, mover = latest
        raise Refused(
            _("Somebody was faster: %(who)s moved #%(number)s to “%(status)s” on %(day)s: %(words)s")
            % {"who": mover.byline if mover else _("The calendar"), "number": item.number, "status": item.status_label,
               "day": day(row.at), "words": text.excerpt(row.explanation)}
        )  # fmt: skip
    raise Refused(
        _("#%(number)s is “%(status)s” and cannot go to “%(to)s” from there.")
        % {"number": item.number, "status": item.status_label, "to": Status(move.to).label(item.kind)}
    )


def _append(session: Session, item: Item, to: Status, at: datetime, **fields: Any) -> StatusChange:
    """Write the row and bring the item to where it says."""
    row = StatusChange(
        item_number=item.number, at=at, from_status=item.status, to_status=to,
        html=text.to_html(fields["explanation"]), **fields,
    )  # fmt: skip
    session.add(row)
    if row.target and row.target != item.target:
        session.add(
            TargetMove(item_number=item.number, person_id=row.person_id, at=at, from_target=item.target,
                       to_target=row.target, cause=row.explanation, html=row.html)
        )  # fmt: skip
        item.target = row.target
    was_merged = item.status is Status.DUPLICATE
    item.reason, item.review_on, item.due_on, item.warned_at = row.reason, row.review_on, row.due_on, None
    item.status, item.status_changed_at, item.changed_at = to, at, at
    session.add(item)
    if row.duplicate_of is not None:
        merges.join(session, item, row.duplicate_of, at)
    elif was_merged:
        merges.part(session, item)
    session.flush()
    return row


def reopen_answered(session: Session, item: Item, person: Person, at: datetime) -> None:
    """The reporter has answered: it is the team's turn, and what closed for want of an answer opens again."""
    if item.reporter_id != person.id:
        return
    unanswered = item.status is Status.DECLINED and item.reason == Reason.UNANSWERED_QUESTION
    if unanswered:
        words = _("The reporter has answered our question, so this is open again.")
        _append(session, item, Status.ACKNOWLEDGED, at, is_automatic=True, explanation=words)
    if unanswered or item.status is Status.NEEDS_INFO:
        item.waiting_since = item.waiting_since or at
        session.add(item)


def warn_unanswered(session: Session, at: datetime) -> list[Item]:
    """The items whose reporter owes an answer within three days and is to be warned now, each only once."""
    soon = (at + WARNED_BEFORE).date()
    due = session.exec(_awaiting_reporter().where(col(Item.due_on) <= soon, col(Item.warned_at).is_(None)).with_for_update())
    warned = list(due)
    for item in warned:
        item.warned_at = at
        session.add(item)
    return warned


def close_unanswered(session: Session, at: datetime) -> list[Item]:
    """Decline what the reporter was asked, warned about, and did not answer in time. Only this closes by itself."""
    warned_in_time = col(Item.warned_at) <= at - WARNED_BEFORE + timedelta(days=1)
    overdue = list(session.exec(_awaiting_reporter().where(col(Item.due_on) < at.date(), warned_in_time).with_for_update()))
    for item in overdue:
        words = _("We asked for information that we need to go on and had no answer by %s. Any answer opens this again.")
        _append(
            session, item, Status.DECLINED, at, is_automatic=True, explanation=words % day(item.due_on or at),
            reason=Reason.UNANSWERED_QUESTION, review_on=(at + check.REVIEW_AFTER).date(),
        )  # fmt: skip
    return overdue


def _awaiting_reporter() -> Any:
    return select(Item).where(Item.status == Status.NEEDS_INFO, col(Item.waiting_since).is_(None))
