"""What may change about a move after it was made: its wording, with the earlier words kept, and the promised period."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from app import db, edits, events, items, people, policy, sight, text
from app.events import Happened
from app.items import Item
from app.people import Person
from app.refusals import NotFound, Refused
from app.status_changes import check
from app.status_changes.table import StatusChange, TargetMove
from app.words import _


def find(session: Session, id_: int, viewer: Person | None) -> tuple[StatusChange, Item]:
    """A move of an item that this person may see. Raises NotFound."""
    row = session.get(StatusChange, id_)
    if row is None:
        raise NotFound(_("There is no such status change."))
    return row, sight.find(session, row.item_number, viewer)


def correct(session: Session, row: StatusChange, person: Person, words: str, *, at: datetime | None = None) -> None:
    """Correct an explanation in public: the earlier words stay one click away. Raises NotAllowed, Invalid."""
    policy.need(policy.is_maintainer(person) and not row.is_automatic)
    fields = text.Checks()
    words = fields.said("explanation", words, label=_("Explanation"))
    fields.done()
    (item,) = items.lock(session, row.item_number)
    session.refresh(row)
    if words == row.explanation:
        return
    at = at or db.now()
    edits.keep(session, edits.Subject.STATUS_CHANGE, row.id or 0, person.key, {"explanation": row.explanation}, at)
    session.flush()  # the database lets an explanation change only when the earlier one is kept
    row.explanation, row.html, row.edited_at = words, text.to_html(words), at
    _correct_copies(session, item, row)
    item.changed_at = at
    session.add_all([row, item])


def _correct_copies(session: Session, item: Item, row: StatusChange) -> None:
    """The same words stand in the item's latest answer and in the cause of a target that the move brought."""
    if item.answered_at == row.at:
        item.answer = text.excerpt(row.explanation, items.ANSWER_MOST)
    session.execute(
        update(TargetMove)
        .where(col(TargetMove.item_number) == item.number, col(TargetMove.at) == row.at)
        .values(cause=row.explanation, html=row.html)
    )


def move_target(
    session: Session, item: Item, person: Person, to: str, cause: str, *, at: datetime | None = None
) -> TargetMove:
    """Promise the item for another period, or with an empty one for none, and say why.

    Raises NotAllowed, Invalid, and Refused for an item that stands where nothing is promised.
    """
    policy.need(policy.is_maintainer(person))
    policy.need_name(person)
    people.keep(session, person)
    (item,) = items.lock(session, item.number)
    if not item.status.takes_target:
        raise Refused(_("Only what is planned, in progress or asked about can have a target. Move it there first."))
    fields = text.Checks()
    target = check.target(fields, to)
    cause = fields.said("cause", cause, label=_("Why the target moves"))
    if target == item.target:
        fields.wrong("target", _("Target: this is the target it already has."))
    fields.done()
    at = at or db.now()
    row = TargetMove(
        item_number=item.number, person_id=person.key, at=at, from_target=item.target, to_target=target, cause=cause,
        html=text.to_html(cause),
    )  # fmt: skip
    item.target = target
    session.add(row)
    items.answered(session, item, person, cause, at)
    session.flush()
    events.note(session, Happened.TARGET_MOVED, item.number, person.key, at, target_move_id=row.id)
    return row
