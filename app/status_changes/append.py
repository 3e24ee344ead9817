"""How a move is written: the row first, then the item is brought to where the row says."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from app import events, text
from app.events import Happened
from app.items import Item
from app.status_changes import merges
from app.status_changes.table import StatusChange, TargetMove
from app.statuses import Status


def append(
    session: Session, item: Item, to: Status, at: datetime, *, batch: str | None = None, caused_by: int | None = None,
    **fields: Any,
) -> StatusChange:  # fmt: skip
    """Append a row with these columns and let the item follow. The item must be locked, and its family for a merge.

    `batch` is shared by the rows of a bulk move. `caused_by` is whose act brought a move that nobody made.
    """
    was_merged = item.status is Status.DUPLICATE
    row = StatusChange(item_number=item.number, at=at, from_status=item.status, to_status=to, **fields)
    row.html = text.to_html(row.explanation)
    session.add(row)
    session.flush()  # the database lets an item go only to where its last row says
    promise = _move_target(session, item, row)
    item.status, item.status_changed_at, item.changed_at = to, at, at
    item.reason, item.review_on, item.due_on, item.warned_at = row.reason, row.review_on, row.due_on, None
    session.add(item)
    if row.duplicate_of is not None:
        merges.join(session, item, row.duplicate_of)
    elif was_merged:
        merges.part(session, item)
    session.flush()
    if not row.is_import:
        happened = Happened.MERGED if to is Status.DUPLICATE else Happened.STATUS_CHANGED
        events.note(
            session, happened, item.number, row.person_id or caused_by, at, batch=batch, status_change_id=row.id,
            target_move_id=promise.id if promise else None,
        )  # fmt: skip
    return row


def _move_target(session: Session, item: Item, row: StatusChange) -> TargetMove | None:
    """A status that promises nothing ends the promise, and shipping keeps it; the words of the move are the cause."""
    goes_on = row.to_status.takes_target or row.to_status is Status.SHIPPED
    target = row.target or (item.target if goes_on else None)
    if target == item.target:
        return None
    promise = TargetMove(
        item_number=item.number, person_id=row.person_id, at=row.at, from_target=item.target, to_target=target,
        cause=row.explanation, html=row.html,
    )  # fmt: skip
    session.add(promise)
    item.target = target
    return promise
