"""What a move must carry: each status asks for its own words."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from app import boards, db, sight, targets, text
from app.items import Item
from app.people import Person
from app.refusals import NotFound
from app.status_changes.table import VERSION_MOST, Move
from app.statuses import Reason, Status
from app.words import _, number

REVIEW_AFTER = timedelta(days=365)
ANSWER_WITHIN = timedelta(days=14)
CHECKLIST_MOST, ENTRY_MOST = 8, 80
YEARS_AHEAD = timedelta(days=3660)


def checked(session: Session, chosen: Collection[Item], person: Person, move: Move, at: datetime) -> dict[str, Any]:
    """The columns of the status changes. Raises Invalid naming every field that is wrong."""
    check = text.Checks()
    to = Status(move.to)
    label = _("Question") if to is Status.NEEDS_INFO else _("Explanation")
    fields: dict[str, Any] = {"explanation": check.said("explanation", move.explanation, label=label)}
    match to:
        case Status.DECLINED:
            fields |= _refusal(check, move, at)
        case Status.NEEDS_INFO:
            fields |= _question(check, move, at)
        case Status.DUPLICATE:
            fields["duplicate_of"] = original(session, check, chosen, person, move.duplicate_of)
        case Status.PLANNED | Status.IN_PROGRESS:
            fields["target"] = target(check, move.target)
        case Status.SHIPPED:
            fields["shipped_in"] = check.line(
                "shipped_in", move.shipped_in, label=_("Version"), most=VERSION_MOST, needed=False
            )
            fields["shipped_link"] = check.link("shipped_link", move.shipped_link, label=_("Link"))
    check.done()
    return fields


def _refusal(check: text.Checks, move: Move, at: datetime) -> dict[str, Any]:
    return {
        "reason": check.choice("reason", move.reason, set(Reason), label=_("Reason")),
        "workaround": check.words("workaround", move.workaround or "", label=_("Workaround"), needed=False),
        "review_on": _day(check, "review_on", move.review_on, _("Look again on"), at, default=REVIEW_AFTER),
    }


def _question(check: text.Checks, move: Move, at: datetime) -> dict[str, Any]:
    return {
        "why": check.said("why", move.why, label=_("Why we ask")),
        "due_on": _day(check, "due_on", move.due_on, _("Answer by"), at, default=ANSWER_WITHIN),
        "checklist": _checklist(check, move.checklist),
    }


def _checklist(check: text.Checks, value: str) -> list[str]:
    """What an answer should hold, from one entry a line; what stands there twice is asked for once."""
    lines = [
        check.line("checklist", line, label=_("Each line of the checklist"), most=ENTRY_MOST, needed=False)
        for line in value.splitlines()
    ]
    entries = list(dict.fromkeys(line for line in lines if line))
    if len(entries) > CHECKLIST_MOST:
        words = _("Checklist: %(count)s lines are too many; the limit is %(most)s.")
        check.wrong("checklist", words % {"count": number(len(entries)), "most": number(CHECKLIST_MOST)})
    return entries


def item_number(value: str) -> int:
    """The number a person typed, with or without its sign; 0 when it is none."""
    return db.row_id(value.strip().removeprefix("#"))


def original(session: Session, check: text.Checks, chosen: Collection[Item], person: Person, number: str) -> int:
    """The number of the item that stays; a duplicate of a duplicate points to the first."""
    field = "duplicate_of"
    try:
        root = session.get_one(Item, sight.find(session, item_number(number), person).root)
    except NotFound:
        check.wrong(field, _("Duplicate of: give the number of the item it is the same as."))
        return 0
    if root.number in {item.root for item in chosen}:
        check.wrong(field, _("Duplicate of: this is the item itself, or one that is merged into it."))
    elif root.is_hidden or not boards.reaches_as_far(session, root.place, {item.place for item in chosen}):
        check.wrong(field, _("Duplicate of: people who see this item would not see that one."))
    return root.number


def target(check: text.Checks, value: str) -> str | None:
    value = check.line("target", value, label=_("Target"), most=targets.LENGTH, needed=False).upper()
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
    if not at.date() < day <= (at + YEARS_AHEAD).date():
        check.wrong(field, _("%(label)s: choose a day after today and within ten years.") % {"label": label})
    return day
