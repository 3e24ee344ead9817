"""Notifications: everybody whom an event concerns hears of it, once, on the page and as they chose by mail."""

from app.db import Database
from app.notifications.audiences import elsewhere, unseen_at
from app.notifications.choosing import choose, mute, stop
from app.notifications.mailing import mail_due
from app.notifications.table import Notification, count_new, forget_all, forget_old, is_new, look, look_at_all
from app.notifications.telling import tell_due

__all__ = [
    "Notification",
    "choose",
    "count_new",
    "elsewhere",
    "forget_all",
    "forget_old",
    "is_new",
    "look",
    "look_at_all",
    "mute",
    "send_out",
    "stop",
    "unseen_at",
]


def send_out(database: Database) -> None:
    """What is done in the background: events are told, and what is due leaves as mails."""
    tell_due(database)
    mail_due(database)
