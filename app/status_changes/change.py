"""Moving items: one, or many with words written once."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from app import db, events, items, people, policy, text
from app.items import Item
from app.people import Person
from app.refusals import Invalid, Refused
from app.status_changes import check, merges, proposals
from app.status_changes.append import append
from app.status_changes.table import Move, StatusChange
from app.statuses import Status, may_follow
from app.words import _, day, ngettext, number

CHOSEN_MOST = 100


def change(session: Session, item: Item, person: Person, move: Move, *, at: datetime | None = None) -> StatusChange:
    """Move an item in the mover's own words.

    Raises NotAllowed, Invalid, or Refused when somebody was faster or the mover has no name or no account any more;
    nothing is written then.
    """
    (row,) = change_many(session, [item], person, move, at=at)
    return row


def change_many(
    session: Session,
    chosen: Collection[Item],
    person: Person,
    move: Move,
    *,
    seen: Mapping[int, str] | None = None,
    at: datetime | None = None,
) -> list[StatusChange]:
    """Move several items with words written once; each gets its own row. All of them move, or none.

    `seen` says for each number in which status the mover saw it, if not in `move.seen`. Raises like `change`.
    """
    at = at or db.now()
    to = _status(move.to)
    policy.need(policy.may_move(person, to))
    policy.need_name(person)
    people.keep(session, person)
    _need_some(chosen)
    expected = {item.number: (seen or {}).get(item.number) or move.seen or item.status for item in chosen}
    locked = _lock(session, chosen, move)
    _refuse_overtaken(session, locked, person, to, expected)
    fields = check.checked(session, locked, person, move, at)
    batch = events.new_batch() if len(locked) > 1 else None
    rows = [append(session, item, to, at, batch=batch, person_id=person.key, **fields) for item in locked]
    for item, row in zip(locked, rows, strict=True):
        _answer(session, item, row, person, move)
    return rows


def _status(value: str) -> Status:
    if value not in set(Status):
        raise Invalid({"to": _("Status: choose one of those offered.")})
    return Status(value)


def _need_some(chosen: Collection[Item]) -> None:
    if not chosen:
        raise Invalid({"chosen": _("Choose at least one item.")})
    if len(chosen) > CHOSEN_MOST:
        words = ngettext(
            "%(count)s item is too many; the limit is %(most)s at once.",
            "%(count)s items are too many; the limit is %(most)s at once.",
            len(chosen),
        )
        raise Invalid({"chosen": words % {"count": number(len(chosen)), "most": number(CHOSEN_MOST)}})


def _lock(session: Session, chosen: Collection[Item], move: Move) -> list[Item]:
    """The chosen items, in order, as they are now; where votes change hands, their families with them."""
    numbers = {item.number for item in chosen}
    family: set[int] = set()
    if move.to == Status.DUPLICATE or any(item.status is Status.DUPLICATE for item in chosen):
        family = merges.families(session, numbers | {check.item_number(move.duplicate_of)})
    return [item for item in items.lock(session, *numbers | family) if item.number in numbers]


def _refuse_overtaken(
    session: Session, locked: list[Item], person: Person, to: Status, expected: Mapping[int, str]
) -> None:
    """Refuse moves that do not fit where the items stand now, and say what changed meanwhile."""
    late = [item for item in locked if item.status != expected[item.number] or to not in may_follow(item.status)]
    if late:
        raise Refused("\n".join(_what_happened(session, item, person, to, expected[item.number]) for item in late))


def _what_happened(session: Session, item: Item, person: Person, to: Status, expected: str) -> str:
    latest = session.exec(
        select(StatusChange, Person)
        .join(Person, col(Person.id) == StatusChange.person_id, isouter=True)
        .where(StatusChange.item_number == item.number)
        .order_by(col(StatusChange.id).desc())
    ).first()
    if latest is None or (item.status == expected and item.status != to):
        words = _("#%(number)s is “%(status)s” and cannot go to “%(to)s” from there.")
        return words % {"number": item.number, "status": item.status_label, "to": to.label(item.kind)}
    row, mover = latest
    if row.person_id == person.id:
        words = _("You have moved #%(number)s to “%(status)s” already: %(words)s")
    else:
        words = _("Somebody was faster: %(who)s moved #%(number)s to “%(status)s” on %(day)s: %(words)s")
    return words % {
        "who": _("The calendar") if row.person_id is None else mover.byline, "number": item.number,
        "status": item.status_label, "day": day(row.at), "words": text.excerpt(row.explanation),
    }  # fmt: skip


def _answer(session: Session, item: Item, row: StatusChange, person: Person, move: Move) -> None:
    """What else a person's move brings: it is the latest answer, its workaround holds, what was proposed is decided."""
    items.answered(session, item, person, row.explanation, row.at)
    if row.to_status is Status.SHIPPED or (row.to_status is Status.DECLINED and move.workaround is not None):
        item.workaround, item.workaround_html = row.workaround, text.to_html(row.workaround)
    if row.to_status is Status.DUPLICATE:
        proposals.settle(session, item, person, row.at)
