"""How messages leave: claimed, signed, sent, tried again over days, given up.

One that hangs holds up no other: each webhook has a thread of its own while anything is due for it.
"""

import random
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from hmac import digest
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from app import db, letters, outbox, outgoing, people, site
from app.db import Database
from app.outgoing import Answer
from app.people import Role
from app.webhooks import keeping
from app.webhooks.table import Delivery, Webhook
from app.words import _

LEASE = timedelta(minutes=2)
PAUSES = [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30),
          *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24))]  # fmt: skip
AT_ONCE = 8
FAILING_MOST = timedelta(days=5)
RETRY_AFTER_MOST = timedelta(days=1)
GONE = 410


def deliver_due(database: Database) -> None:
    """Send what is due: to each webhook, by one process at a time."""
    with database.session(writes=False) as session:
        waiting = list(session.exec(_due(db.now()).distinct()))
    if waiting:
        with ThreadPoolExecutor(AT_ONCE, "webhook") as threads:
            list(threads.map(lambda key: _deliver_to(database, key), waiting))


def _due(now: datetime) -> Any:
    """The webhooks that something is due for, and to which nothing is on its way."""
    waits = select(Delivery.webhook_id).join(Webhook, col(Webhook.id) == Delivery.webhook_id)
    open_ones = col(Delivery.done_at).is_(None), col(Delivery.given_up_at).is_(None), col(Webhook.paused_at).is_(None)
    under_way = select(Delivery.webhook_id).where(col(Delivery.done_at).is_(None), col(Delivery.leased_until) >= now)
    return waits.where(*open_ones, col(Delivery.run_at) <= now, col(Webhook.id).not_in(under_way))


def _deliver_to(database: Database, webhook_id: int) -> None:
    """Send all that is due for one webhook, in order, until a message fails."""
    while True:
        with database.session() as session:
            webhook = session.get(Webhook, webhook_id, with_for_update={"skip_locked": True})
            delivery = _claim(session, webhook_id) if webhook else None
        if delivery is None or webhook is None:
            return
        outcome = _send(webhook, delivery)
        with database.session() as session:
            if not _note(session, delivery, outcome):
                return


def _claim(session: Session, webhook_id: int) -> Delivery | None:
    """The next message for a webhook, which is locked; no other process takes any while the lease runs."""
    now = db.now()
    due = _due(now).with_only_columns(col(Delivery.id)).where(Delivery.webhook_id == webhook_id)
    first = due.order_by(col(Delivery.run_at), col(Delivery.id)).limit(1)
    claimed = (
        update(Delivery)
        .where(col(Delivery.id) == first.scalar_subquery())
        .values(leased_until=now + LEASE, tries=Delivery.tries + 1)
        .returning(Delivery)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalars(claimed).one_or_none()


def _send(webhook: Webhook, delivery: Delivery) -> Answer | Exception:
    body = delivery.body.encode()
    headers = {"Content-Type": "application/json", "User-Agent": "Daylight", **signed(webhook, delivery, body)}
    try:
        return outgoing.post(webhook.url, body, headers)
    except outgoing.Failure as trouble:
        return trouble


def signed(webhook: Webhook, delivery: Delivery, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks; while a secret is replaced, both sign."""
    stamp = str(int(db.now().timestamp()))
    content = f"{delivery.message_id}.{stamp}.".encode() + body
    keys = [b64decode(secret.removeprefix("whsec_")) for secret in webhook.secrets]
    signatures = [f"v1,{b64encode(digest(key, content, sha256)).decode()}" for key in keys]
    return {"webhook-id": delivery.message_id, "webhook-timestamp": stamp, "webhook-signature": " ".join(signatures)}


def _note(session: Session, delivery: Delivery, outcome: Answer | Exception) -> bool:
    """Write down how it went; whether it went well."""
    now = db.now()
    webhook = session.get(Webhook, delivery.webhook_id, with_for_update=True)
    if webhook is None:
        return False  # removed meanwhile, and its log with it
    kept: dict[str, Any] = {"leased_until": None, "status": None, "answer": "", "trouble": ""}
    if isinstance(outcome, Answer):
        kept |= {"status": outcome.status, "answer": outcome.body.decode(errors="replace").replace("\0", "")[:1000]}
    is_taken = isinstance(outcome, Answer) and outcome.is_success
    if is_taken:
        webhook.failing_since = None
        kept["done_at"] = now
    else:
        kept |= _failed(session, webhook, delivery, outcome, now)
    session.execute(update(Delivery).where(col(Delivery.id) == delivery.id).values(**kept))
    return is_taken


def _failed(
    session: Session, webhook: Webhook, delivery: Delivery, outcome: Answer | Exception, now: datetime
) -> dict[str, Any]:
    webhook.failing_since = webhook.failing_since or now
    trouble = in_words(outcome)
    if isinstance(outcome, Answer) and outcome.status == GONE:
        _end(session, webhook, _("It answered 410: it is gone for good."))
    elif now - webhook.failing_since > FAILING_MOST:
        _end(session, webhook, _("For five days, no message has arrived. The last time: %s") % trouble)
    is_last = delivery.tries > len(PAUSES) or (isinstance(outcome, Answer) and outcome.status == GONE)
    if is_last:
        return {"trouble": trouble, "given_up_at": now}
    pause = PAUSES[delivery.tries - 1] * random.uniform(1, 1.1)  # noqa: S311 - so that not all come back at once
    if isinstance(outcome, Answer):
        pause = max(pause, retry_after(outcome.headers.get("retry-after", ""), now))
    return {"trouble": trouble, "run_at": now + pause}


def in_words(outcome: Answer | Exception) -> str:
    """What went wrong, as an owner reads it."""
    if isinstance(outcome, Answer):
        return _("It answered %s instead of 200.") % outcome.status
    return (str(outcome) or _("It did not answer in time."))[:500]


def retry_after(value: str, now: datetime) -> timedelta:
    """How long the receiver asks us to wait, in seconds or until a date; at most a day, and nothing for nonsense."""
    try:
        wait = timedelta(seconds=int(value)) if value.isdecimal() else parsedate_to_datetime(value) - now
    except (ValueError, TypeError, OverflowError):
        return timedelta()
    return min(max(wait, timedelta()), RETRY_AFTER_MOST)


def _end(session: Session, webhook: Webhook, because: str) -> None:
    """Pause it and tell the owners."""
    keeping.stop(session, webhook, because)
    about = {"url": webhook.url, "because": because, "path": webhook.path, "site_name": site.the(session).name}
    for owner in people.team(session):
        if owner.has_role(Role.OWNER) and owner.email:
            outbox.put(session, owner.email, *letters.write("webhook_paused", **about))
