"""Attachments: text, logs and pictures that people add to what they say.

A file is known by its content alone (`recognising`), looked through for secrets (`leaks`), put into the store under an
unguessable key, and only then becomes a row (`staging`). What is said is posted together with the rows that wait for it
(`attaching`); rows that waited in vain, and files without a row, are swept.
"""

from app.attachments.attaching import add, waiting, warnings
from app.attachments.leaks import for_browsers as leaks_for_browsers
from app.attachments.reading import content, find, of_item, of_said
from app.attachments.recognising import BYTES_MOST, FILES_MOST, allowed, not_taken
from app.attachments.staging import Sent, Staged, admit, stage
from app.attachments.store import StoreTrouble
from app.attachments.sweeping import forget_person, remove, sweep
from app.attachments.table import Attachment, Kind

__all__ = [
    "BYTES_MOST", "FILES_MOST", "Attachment", "Kind", "Sent", "Staged", "StoreTrouble", "add", "admit", "allowed",
    "content", "find", "forget_person", "leaks_for_browsers", "not_taken", "of_item", "of_said", "remove", "stage",
    "sweep", "waiting", "warnings",
]  # fmt: skip
