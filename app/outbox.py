"""The outbox: a mail that must leave is stored with what caused it, then claimed, sent, tried again, given up."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, func, or_, update
from sqlmodel import Field, Index, Session, SQLModel, Text, col, select

from app import db
from app.refusals import NotFound
from app.words import _

LEASE = timedelta(minutes=5)
TRIES_MOST = 12
FORGOTTEN_AFTER = timedelta(days=30)


class Mail(SQLModel, table=True):
    """One message to one person. An answer goes to `reply_to`, and the mail to `return_path` if nobody is there."""

    __table_args__ = (Index("ix_mail_done_at_run_at", "done_at", "run_at"),)

    id: int | None = Field(default=None, primary_key=True)
    recipient: str = Field(max_length=254)
    subject: str = Field(max_length=300)
    body: str = Field(sa_type=Text)
    put_at: datetime = Field(default_factory=db.now)
    run_at: datetime = Field(default_factory=db.now)
    leased_until: datetime | None = None
    tries: int = 0
    done_at: datetime | None = None
    given_up_at: datetime | None = None
    trouble: str = Field(default="", max_length=500)
    item_number: int | None = Field(default=None, foreign_key="item.number", index=True)
    unsubscribe_path: str | None = Field(default=None, max_length=200)
    reply_to: str | None = Field(default=None, max_length=254)
    return_path: str | None = Field(default=None, max_length=254)

    @property
    def is_news(self) -> bool:
        """Whether it tells of what happened, and not of what its reader is doing at the moment."""
        return self.unsubscribe_path is not None


_WAITS = and_(col(Mail.done_at).is_(None), col(Mail.given_up_at).is_(None))


def put(
    session: Session, recipient: str, subject: str, body: str, *, item_number: int | None = None,
    unsubscribe_path: str | None = None, reply_to: str | None = None, return_path: str | None = None,
) -> Mail:  # fmt: skip
    """Store a mail, its body in CommonMark; it leaves when the transaction is committed, and never if it is not.

    What is about one item stands in its thread. News can be unsubscribed from, at a path of ours.
    """
    mail = Mail(
        recipient=recipient, subject=" ".join(subject.split())[:300], body=body, item_number=item_number,
        unsubscribe_path=unsubscribe_path, reply_to=reply_to, return_path=return_path,
    )  # fmt: skip
    session.add(mail)
    return mail


def is_due(session: Session) -> bool:
    """Whether any mail waits to be claimed; a look that locks nothing."""
    return session.exec(_due(db.now()).limit(1)).first() is not None


def claim(session: Session, most: int = 20) -> list[Mail]:
    """Take mails that are due, so that no other process takes them while the lease runs.

    Somebody who waits for a code does not wait behind the news of thousands.
    """
    now = db.now()
    due = (
        _due(now)
        .order_by(col(Mail.unsubscribe_path).is_not(None), col(Mail.run_at), col(Mail.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    claimed = (
        update(Mail)
        .where(col(Mail.id).in_(due.scalar_subquery()))
        .values(leased_until=now + LEASE, tries=Mail.tries + 1)
        .returning(Mail)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return sorted(session.scalars(claimed), key=lambda mail: (mail.is_news, mail.run_at, mail.id))


def _due(now: datetime) -> Any:
    is_free = or_(col(Mail.leased_until).is_(None), col(Mail.leased_until) < now)
    return select(Mail.id).where(_WAITS, col(Mail.run_at) <= now, is_free)


def sent(session: Session, mail: Mail) -> None:
    """It has left. Its words and its private addresses are dropped, because they may be a secret."""
    secret = {"body": "", "unsubscribe_path": None, "reply_to": None, "return_path": None}
    gone = {"done_at": db.now(), "leased_until": None, "trouble": "", **secret}
    session.execute(update(Mail).where(col(Mail.id) == mail.id).values(**gone))


def failed(session: Session, mail: Mail, trouble: str, *, for_good: bool = False) -> None:
    """Wait twice as long before each further try; after the last one, or if it failed for good, give up, visibly."""
    now = db.now()
    pause = timedelta(seconds=30) * 2 ** min(mail.tries, 10)
    values = {"leased_until": None, "trouble": trouble[:500], "run_at": now + pause}
    if for_good or mail.tries >= TRIES_MOST:
        values["given_up_at"] = now
    session.execute(update(Mail).where(col(Mail.id) == mail.id, col(Mail.done_at).is_(None)).values(**values))


class Queue(NamedTuple):
    """How many mails are where, and when the first of those that wait was put."""

    waiting: int
    given_up: int
    sent: int
    waiting_since: datetime | None


def queue(session: Session) -> Queue:
    """How many mails wait, were given up, and have left; what is long past is no longer counted."""
    done, given_up = col(Mail.done_at).is_not(None), col(Mail.given_up_at).is_not(None)
    figures = select(
        func.count().filter(_WAITS), func.count().filter(~done, given_up), func.count().filter(done),
        func.min(Mail.put_at).filter(_WAITS),
    )  # fmt: skip
    return Queue(*session.exec(figures.select_from(Mail)).one())


def troubled(session: Session, most: int) -> list[Mail]:
    """Mails that could not be sent, those that were put last first."""
    unsent = select(Mail).where(col(Mail.done_at).is_(None), Mail.trouble != "")
    return list(session.exec(unsent.order_by(col(Mail.id).desc()).limit(most)))


def find(session: Session, key: int) -> Mail:
    """A mail that has not left. Raises NotFound."""
    mail = session.exec(select(Mail).where(Mail.id == key, col(Mail.done_at).is_(None))).one_or_none()
    if mail is None:
        raise NotFound(_("This mail has left, or it was never here."))
    return mail


def retry(session: Session, mail: Mail) -> None:
    """Send it as soon as may be, although it has failed; what a process has claimed at this moment stays its own."""
    afresh = {"run_at": db.now(), "tries": 0, "given_up_at": None}
    session.execute(update(Mail).where(col(Mail.id) == mail.id, col(Mail.done_at).is_(None)).values(**afresh))


def forget_old(session: Session) -> None:
    """Drop what left or was given up long ago."""
    finished = or_(col(Mail.done_at).is_not(None), col(Mail.given_up_at).is_not(None))
    session.execute(delete(Mail).where(finished, col(Mail.put_at) < db.now() - FORGOTTEN_AFTER))
