"""Webhooks: other programs hear of what happens on the board, signed, as Standard Webhooks says.

https://www.standardwebhooks.com
"""

from app.webhooks.keeping import add, change, every, find, pause, remove, resume, rotate
from app.webhooks.queueing import again, deliveries, forget_old, queue, test
from app.webhooks.sending import deliver_due
from app.webhooks.table import OFFERED, Delivery, Webhook

__all__ = [
    "OFFERED",
    "Delivery",
    "Webhook",
    "add",
    "again",
    "change",
    "deliver_due",
    "deliveries",
    "every",
    "find",
    "forget_old",
    "pause",
    "queue",
    "remove",
    "resume",
    "rotate",
    "test",
]
