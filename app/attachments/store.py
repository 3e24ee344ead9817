"""Where the files lie: in the data folder, or at any service that speaks the language of Amazon's S3.

Every file is written once, under a key that nobody can guess, and never changed.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from app import files
from app.config import settings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

TROUBLE = (BaseError, OSError)
OPTIONS: "ClientConfig" = {"connect_timeout": "5s", "timeout": "30s", "allow_http": True}  # as its address says
RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=15)}  # somebody waits


class Store(Protocol):
    def put(self, key: str, content: bytes) -> None:
        """Returns when the file is on the disk, or acknowledged by the service."""

    def get(self, key: str) -> bytes:
        """Raises FileNotFoundError."""

    def delete(self, *keys: str) -> None:
        """What is not there is no trouble."""

    def older_than(self, moment: datetime) -> Iterator[str]:
        """The keys of all files that were written before."""


class Service:
    """Any store that the library knows by its address."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store

    def put(self, key: str, content: bytes) -> None:
        obstore.put(self.store, key, content)

    def get(self, key: str) -> bytes:
        return obstore.get(self.store, key).bytes().to_bytes()

    def delete(self, *keys: str) -> None:
        for key in keys:
            try:
                obstore.delete(self.store, key)
            except FileNotFoundError:
                continue

    def older_than(self, moment: datetime) -> Iterator[str]:
        for some in obstore.list(self.store):
            yield from (found["path"] for found in some if found["last_modified"] < moment)


class Folder(Service):
    """The library writes a file whole or not at all; that it is on the disk is seen to here."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        super().__init__(LocalStore(path))

    def put(self, key: str, content: bytes) -> None:
        super().put(key, content)
        files.settle(self.path / key)
        files.settle(self.path)


def uploads() -> Path:
    return settings().data_dir / "uploads"


def is_folder() -> bool:
    return not settings().uploads_url


def opened() -> Store:
    """The configured store."""
    return Folder(uploads().absolute()) if is_folder() else _service(settings().uploads_url)


@cache
def _service(url: str) -> Service:
    return Service(from_url(url, client_options=OPTIONS, retry_config=RETRIES))
