"""What a webhook is told: a message for each that wants to hear of an event, with what any visitor could read."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, or_, select

from app import db, sight
from app.boards import Board
from app.config import settings
from app.events import Event
from app.items import Item
from app.people import Person
from app.status_changes import StatusChange, TargetMove
from app.webhooks.table import TEST, Delivery, Webhook
from app.wording import Told
from app.words import _

FORGOTTEN_AFTER = timedelta(days=30)


def queue(session: Session, events: Iterable[Told]) -> None:
    """Put a message of each event for every webhook that hears of it; what a visitor may not see is not told."""
    running = session.exec(select(Webhook).where(col(Webhook.paused_at).is_(None))).all()
    for told in events:
        _queue(session, told, [webhook for webhook in running if told.event.happened in webhook.happenings])


def _queue(session: Session, told: Told, hearing: list[Webhook]) -> None:
    if hearing and not told.is_hidden and (board := _public_board(session, told.item)) is not None:
        body = _message(told.event.happened, told.event, _data(told, board))
        session.add_all(
            Delivery(webhook_id=webhook.id or 0, happened=told.event.happened, body=body) for webhook in hearing
        )


def _public_board(session: Session, item: Item) -> Board | None:
    """The board of an item that everybody may see."""
    seen = select(Board).join(Item, col(Item.board_id) == Board.id)
    return session.exec(seen.where(Item.number == item.number, sight.visible_to(None))).one_or_none()


def test(session: Session, webhook: Webhook) -> Delivery:
    """A message that says nothing but that the webhook works."""
    delivery = Delivery(webhook_id=webhook.id or 0, happened=TEST, body=_message(TEST, None, {"words": _("It works.")}))
    session.add(delivery)
    return delivery


def _message(happened: str, event: Event | None, data: dict[str, Any]) -> str:
    at = event.at if event else db.now()
    return json.dumps({"type": str(happened), "timestamp": at.isoformat(), "data": data}, ensure_ascii=False)


def _data(told: Told, board: Board) -> dict[str, Any]:
    item = told.item
    about = {
        "number": item.number, "kind": item.kind, "title": item.title, "board": board.slug, "status": item.status,
        "target": item.target, "votes": item.vote_count, "url": f"{settings().effective_base_url}{item.path}",
    }  # fmt: skip
    data: dict[str, Any] = {"headline": told.headline, "item": about, "by": _named(told.person)}
    data["url"] = f"{settings().effective_base_url}{told.path}"
    if told.change is not None:
        data["change"] = _change(told.change) | ({} if told.names_other else {"duplicate_of": None})
    if told.target_move is not None:
        data["target_move"] = _target_move(told.target_move)
    if told.comment is not None:
        data["comment"] = {"id": told.comment.id, "body": told.comment.body, "is_official": told.comment.is_official}
    if told.event.count is not None:
        data["votes"] = told.event.count
    return data


def _named(person: Person | None) -> dict[str, str] | None:
    """Who did it, as the public knows them; never an address."""
    return {"name": person.shown_name, "title": person.title} if person is not None else None


def _change(change: StatusChange) -> dict[str, Any]:
    return {
        "id": change.id, "from": change.from_status, "to": change.to_status, "explanation": change.explanation,
        "reason": change.reason, "workaround": change.workaround, "review_on": _day(change.review_on),
        "why": change.why, "due_on": _day(change.due_on), "checklist": change.checklist,
        "duplicate_of": change.duplicate_of,
        "shipped_in": change.shipped_in, "shipped_link": change.shipped_link,
    }  # fmt: skip


def _target_move(move: TargetMove) -> dict[str, Any]:
    return {"id": move.id, "from": move.from_target, "to": move.to_target, "cause": move.cause}


def _day(value: Any) -> str | None:
    return value.isoformat() if value is not None else None


def deliveries(session: Session, webhook: Webhook, most: int) -> list[Delivery]:
    """The log, the newest first."""
    theirs = select(Delivery).where(Delivery.webhook_id == webhook.id)
    return list(session.exec(theirs.order_by(col(Delivery.id).desc()).limit(most)))


def again(session: Session, delivery: Delivery) -> Delivery:
    """Send the same message once more, as a delivery of its own."""
    afresh = Delivery(**delivery.model_dump(include={"webhook_id", "message_id", "happened", "body"}))
    session.add(afresh)
    return afresh


def forget_old(session: Session) -> None:
    finished = or_(col(Delivery.done_at).is_not(None), col(Delivery.given_up_at).is_not(None))
    session.execute(delete(Delivery).where(finished, col(Delivery.put_at) < db.now() - FORGOTTEN_AFTER))
