"""The store of attached files: the same in a folder and at a service that speaks S3, here a real one on loopback."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer

from app import db
from app.attachments import store, stores
from app.attachments.store import Store, StoreTrouble
from app.attachments.stores import Folder, Service
from app.config import Settings
from tests.fixtures.mail import free_port
from tests.fixtures.needs import missing
from tests.fixtures.server import ROOT


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of a service that speaks S3, with a bucket."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", free_port())
    server.start()
    host, port = server.get_host_and_port()
    httpx.put(f"http://{host}:{port}/bucket").raise_for_status()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "service"])
def files(request: pytest.FixtureRequest, service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    url = "s3://bucket/daylight" if request.param == "service" else ""
    keys = {"AWS_ENDPOINT_URL": service, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "here", "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b"}  # fmt: skip
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(store, "settings", lambda: Settings(data_dir=tmp_path, uploads_url=url))
    opened = store.opened()
    assert type(opened) is (Service if url else Folder)
    return opened


def test_what_was_put_is_got(files: Store) -> None:
    files.put("one", b"\0 any \xff bytes")
    files.put("empty", b"")
    assert (files.get("one"), files.get("empty")) == (b"\0 any \xff bytes", b"")


def test_what_is_not_there_is_not_found(files: Store) -> None:
    with pytest.raises(FileNotFoundError):
        files.get("none")


def test_what_is_deleted_is_gone_and_may_be_deleted_again(files: Store) -> None:
    files.put("gone", b"x")
    files.delete("gone", "never-there")
    files.delete("gone")
    with pytest.raises(FileNotFoundError):
        files.get("gone")


def test_what_is_old_is_listed(files: Store) -> None:
    for key in ("a", "b"):
        files.put(key, b"x")
    found = set(files.older_than(db.now() + timedelta(seconds=5)))
    assert {"a", "b"} <= found
    assert list(files.older_than(db.now() - timedelta(hours=1))) == []


def test_a_file_is_on_the_disk_before_it_is_said_to_be(tmp_path: Path) -> None:
    """The system tells which calls a process makes: the file, then its folder, are waited for."""
    script = f"""
import os
from pathlib import Path
waited = []
fsync = os.fsync
os.fsync = lambda descriptor: (waited.append(os.readlink(f"/proc/self/fd/{{descriptor}}")), fsync(descriptor))
from app.attachments.stores import Folder
Folder(Path({str(tmp_path)!r}) / "uploads").put("key", b"x")
print(*waited, sep="\\n")
"""
    if not Path("/proc/self/fd").is_dir():
        missing("/proc/self/fd", "Only Linux tells which files are open.")
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", script], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == [str(tmp_path / "uploads" / "key"), str(tmp_path / "uploads")]


def test_a_service_that_is_away_is_trouble_of_one_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_REGION": "here", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(stores, "RETRIES", {"max_retries": 0})
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    away = stores.service("s3://bucket/away")
    for ask in (lambda: away.put("a", b""), lambda: away.get("a"), lambda: away.delete("a"),
                lambda: list(away.older_than(db.now()))):  # fmt: skip
        with pytest.raises(StoreTrouble):
            ask()
