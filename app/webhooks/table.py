"""The tables of webhooks: where they go, and each delivery with how it went."""

import secrets
from base64 import b64encode
from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Column, Field, Index, SQLModel, Text

from app import db
from app.events import Happened
from app.words import N_, _

OFFERED = {
    Happened.ITEM_CREATED: N_("An item is posted"),
    Happened.STATUS_CHANGED: N_("An item moves, with the words and the earlier status"),
    Happened.MERGED: N_("An item is merged into another"),
    Happened.TARGET_MOVED: N_("A promised time is set, moved or given up"),
    Happened.COMMENTED: N_("Somebody comments"),
    Happened.ANSWERED: N_("A comment becomes the official answer"),
    Happened.MILESTONE: N_("An item reaches 10, 25, 50, 100 … votes"),
}
TEST = "webhook.test"


def new_secret() -> str:
    """A key of 256 bits, in the form that the libraries of the standard take."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


class Webhook(SQLModel, table=True):
    """A program that hears of what happens. Until `earlier_until`, the earlier secret signs as well."""

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(max_length=500)
    happenings: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    secret: str = Field(default_factory=new_secret, max_length=80)
    earlier_secret: str = Field(default="", max_length=80)
    earlier_until: datetime | None = None
    added_at: datetime = Field(default_factory=db.now)
    failing_since: datetime | None = None
    paused_at: datetime | None = None
    paused_because: str = Field(default="", max_length=500)

    @property
    def path(self) -> str:
        return f"/settings/webhooks/{self.id}"

    @property
    def secrets(self) -> list[str]:
        """What signs at the moment, the newest first."""
        lasts = self.earlier_until is not None and self.earlier_until > db.now()
        return [self.secret, self.earlier_secret] if lasts else [self.secret]


class Delivery(SQLModel, table=True):
    """One message to one webhook. Tried again, it has the same `message_id`, so that a receiver can tell."""

    __table_args__ = (Index("ix_delivery_done_at_run_at", "done_at", "run_at"),)

    id: int | None = Field(default=None, primary_key=True)
    webhook_id: int = Field(foreign_key="webhook.id", index=True, ondelete="CASCADE")
    message_id: str = Field(default_factory=lambda: f"msg_{secrets.token_hex(16)}", max_length=40)
    happened: str = Field(max_length=32)
    body: str = Field(sa_type=Text)
    put_at: datetime = Field(default_factory=db.now)
    run_at: datetime = Field(default_factory=db.now)
    leased_until: datetime | None = None
    tries: int = 0
    done_at: datetime | None = None
    given_up_at: datetime | None = None
    status: int | None = None
    trouble: str = Field(default="", max_length=500)
    answer: str = Field(default="", max_length=1000)

    @property
    def label(self) -> str:
        """What it tells of, in words."""
        return _("A test") if self.happened == TEST else _(OFFERED[Happened(self.happened)])
