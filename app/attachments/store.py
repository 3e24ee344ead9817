"""Where the files lie: in the data folder, or at any service that speaks the language of Amazon's S3.

Every file is written once, under a key that nobody can guess, and never changed.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from app.config import settings


class StoreTrouble(Exception):
    """The store does not do what it is asked to."""


TROUBLE = (StoreTrouble, OSError)


class Store(Protocol):
    def put(self, key: str, content: bytes) -> None:
        """Returns when the file is on the disk, or acknowledged by the service."""

    def get(self, key: str) -> bytes:
        """Raises FileNotFoundError."""

    def delete(self, *keys: str) -> None:
        """What is not there is no trouble."""

    def older_than(self, moment: datetime) -> Iterator[str]:
        """The keys of all files that were written before."""


def uploads() -> Path:
    return settings().data_dir / "uploads"


def is_folder() -> bool:
    return not settings().uploads_url


def opened() -> Store:
    """The configured store. What is asked of it raises StoreTrouble or OSError where that cannot be done."""
    from app.attachments import stores  # noqa: PLC0415 - with a library as large as all that is known of HTTP

    return stores.Folder(uploads().absolute()) if is_folder() else stores.service(settings().uploads_url)
