"""Duplicates that arrived: once all items are in, each is merged into its original, wherever that stood in the file."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app import items, site
from app.imports.arrivals import Arrival
from app.imports.batches import Import
from app.imports.composing import explanation
from app.items import Item
from app.status_changes.append import append
from app.status_changes.check import REVIEW_AFTER
from app.statuses import Reason, Status

SEPARATORS = ",;| \n"


def merge(session: Session, batch: Import, source: str, arrivals: Sequence[Arrival]) -> None:
    """Merge those that still wait for it; one whose original is not here, or is itself, is declined and says so."""
    asked = {arrival.source_id: arrival for arrival in arrivals}
    site.lock(session)  # other merges wait, so that an original is still where it was found
    waiting = select(Item).where(Item.import_id == batch.id, Item.status == Status.NEW, Item.source == source)
    for item in session.exec(waiting.where(col(Item.source_id).in_(asked)).order_by(col(Item.number))).all():
        _merge(session, batch, item, asked[item.source_id or ""])


def _merge(session: Session, batch: Import, item: Item, arrival: Arrival) -> None:
    original = _original(session, item, arrival)
    items.lock(session, item.number, *({original.root} if original else ()))
    at = max(item.posted_at, arrival.closed_at or batch.started_at)
    if original is None or original.root == item.number:
        append(
            session, item, Status.DECLINED, at, is_automatic=True, reason=Reason.OBSOLETE,
            review_on=(batch.started_at + REVIEW_AFTER).date(),
            explanation=explanation(arrival, batch.source, is_lone=True),
        )  # fmt: skip
    else:
        append(
            session, item, Status.DUPLICATE, at, is_automatic=True, duplicate_of=original.root,
            explanation=explanation(arrival, batch.source),
        )  # fmt: skip
    item.waiting_since = None


def _original(session: Session, item: Item, arrival: Arrival) -> Item | None:
    """The first item that one of the ids names."""
    ids = arrival.original.translate(dict.fromkeys(map(ord, SEPARATORS), " ")).split()
    named = select(Item).where(Item.source == item.source, col(Item.source_id).in_(ids), Item.number != item.number)
    return session.exec(named.order_by(col(Item.number)).limit(1)).first()
