"""What may change about a move after it was made: its wording, with the earlier words kept, and the promised period."""

from datetime import datetime

from sqlmodel import Session

from app import db, edits, items, policy, text
from app.items import Item
from app.people import Person
from app.refusals import Invalid, Refused
from app.status_changes import check
from app.status_changes.table import StatusChange, TargetMove
from app.words import _


def correct(
    session: Session, row: StatusChange, person: Person, words: str, *, at: datetime | None = None
) -> None:
    """Correct an explanation in public: the earlier words stay one click away. Raises NotAllowed, Invalid."""
    policy.need(policy.is_maintainer(person) and not row.is_automatic)
    fields = text.Checks()
    words = fields.words("explanation", words, label=_("Explanation"), most=text.WORDS_MOST)
    fields.done()
    if words == row.explanation:
        return
    at = at or db.now()
    (item,) = items.lock(session, row.item_number)
    edits.keep(session, edits.Subject.STATUS_CHANGE, row.id or 0, person.key, {"explanation": row.explanation}, at)
    row.explanation, row.html, row.edited_at = words, text.to_html(words), at
    if item.answered_at == row.at:
        item.answer = text.excerpt(words, items.ANSWER_MOST)
    item.changed_at = at
    session.add_all([row, item])


def move_target(
    session: Session, item: Item, person: Person, to: str, cause: str, *, at: datetime | None = None
) -> TargetMove:
    """Promise the item for another period, or with an empty one for none, and say why.

    Raises NotAllowed, Invalid, and Refused for an item that is closed.
    """
    policy.need(policy.is_maintainer(person))
    (item,) = items.lock(session, item.number)
    if not item.is_open:
        raise Refused(_("A closed item has no target. Reopen it first."))
    fields = text.Checks()
    target = check.target(fields, to, needed=False)
    cause = fields.words("cause", cause, label=_("Why the target moves"), most=text.WORDS_MOST)
    fields.done()
    if target == item.target:
        raise Invalid({"target": _("Target: this is the target it already has.")})
    at = at or db.now()
    row = TargetMove(
        item_number=item.number, person_id=person.key, at=at, from_target=item.target, to_target=target, cause=cause,
        html=text.to_html(cause),
    )  # fmt: skip
    item.target = target
    session.add(row)
    items.answered(session, item, person, cause, at)
    return row
