"""What a move must carry: each status asks for its own words."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from app import items, targets, text
from app.items import Item
from app.people import Person
from app.refusals import NotFound
from app.statuses import Reason, Status
from app.status_changes.table import Move
from app.words import _

REVIEW_AFTER = timedelta(days=365)
ANSWER_WITHIN = timedelta(days=14)


def checked(session: Session, item: Item, person: Person, move: Move, at: datetime) -> dict[str, Any]:
    """The columns of the status change. Raises Invalid naming every field that is wrong."""
    check = text.Checks()
    to = Status(move.to)
    asks = to is Status.NEEDS_INFO
    fields: dict[str, Any] = {
        "explanation": check.words("explanation", move.explanation, label=_("Question") if asks else _("Explanation"),
                                   most=text.WORDS_MOST),
        "workaround": check.words("workaround", move.workaround or "", label=_("Workaround"), most=text.WORDS_MOST, needed=False),
    }  # fmt: skip
    match to:
        case Status.DECLINED:
            fields |= _refusal(check, move, at)
        case Status.NEEDS_INFO:
            fields |= _question(check, move, at)
        case Status.DUPLICATE:
            fields["duplicate_of"] = original(session, check, item, person, move.duplicate_of)
        case Status.PLANNED | Status.IN_PROGRESS:
            fields["target"] = target(check, move.target, needed=False)
        case Status.SHIPPED:
            fields["shipped_in"] = check.line("shipped_in", move.shipped_in, label=_("Version"), most=80, needed=False)
            fields["shipped_link"] = check.link("shipped_link", move.shipped_link, label=_("Link"))
    check.done()
    return fields


def _refusal(check: text.Checks, move: Move, at: datetime) -> dict[str, Any]:
    reason = check.choice("reason", move.reason, set(Reason), label=_("Reason"))
    review_on = _day(check, "review_on", move.review_on, _("Look again on"), at, default=REVIEW_AFTER)
    return {"reason": reason, "review_on": review_on}


def _question(check: text.Checks, move: Move, at: datetime) -> dict[str, Any]:
    why = check.words("why", move.why, label=_("Why we ask"), most=text.WORDS_MOST)
    return {"why": why, "due_on": _day(check, "due_on", move.due_on, _("Answer by"), at, default=ANSWER_WITHIN)}


def original(session: Session, check: text.Checks, item: Item, person: Person, number: str) -> int | None:
    """The number of the item that stays; a duplicate of a duplicate points to the first."""
    given = number.strip().removeprefix("#")
    try:
        other = items.find(session, int(given) if given.isdecimal() and len(given) < 10 else 0, person)
    except NotFound:
        check.wrong("duplicate_of", _("Duplicate of: give the number of the item it is the same as."))
        return None
    if other.root == item.root:
        check.wrong("duplicate_of", _("Duplicate of: this is the item itself, or one that is merged into it."))
    return other.root


def target(check: text.Checks, value: str, *, needed: bool) -> str | None:
    value = check.line("target", value, label=_("Target"), most=7, needed=needed).upper()
    if value and not targets.is_target(value):
        check.wrong("target", _("Target: write a month like 2026-12 or a quarter like 2027-Q1."))
    return value or None


def _day(check: text.Checks, field: str, value: str, label: str, at: datetime, *, default: timedelta) -> date:
    """A day after `at`; when none is given, the default after it."""
    if not value.strip():
        return (at + default).date()
    try:
        day = date.fromisoformat(value.strip())
    except ValueError:
        check.wrong(field, _("%(label)s: write a date like 2027-01-31.") % {"label": label})
        return at.date()
    if not at.date() < day <= at.date() + timedelta(days=3660):
        check.wrong(field, _("%(label)s: choose a day after today and within ten years.") % {"label": label})
    return day
