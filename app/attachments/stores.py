"""The stores themselves. Apart from `store`, which loads this and the library when a file comes or goes."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from app import files
from app.attachments.store import StoreTrouble

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

OPTIONS: "ClientConfig" = {"connect_timeout": "5s", "timeout": "30s", "allow_http": True}  # as its address says
RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=15)}  # somebody waits


class Service:
    """Any store that the library knows by its address."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store

    def put(self, key: str, content: bytes) -> None:
        with _troubled():
            obstore.put(self.store, key, content)

    def get(self, key: str) -> bytes:
        with _troubled():
            return obstore.get(self.store, key).bytes().to_bytes()

    def delete(self, *keys: str) -> None:
        for key in keys:
            with _troubled(), suppress(FileNotFoundError):
                obstore.delete(self.store, key)

    def older_than(self, moment: datetime) -> Iterator[str]:
        with _troubled():
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


@cache
def service(url: str) -> Service:
    return Service(from_url(url, client_options=OPTIONS, retry_config=RETRIES))


@contextmanager
def _troubled() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except BaseError as trouble:
        raise StoreTrouble(str(trouble)) from trouble
