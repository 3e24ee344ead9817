"""The doctor: says of each thing that can be wrong with a set-up that it is, and what to do."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
import uvicorn
from sqlalchemy import text
from starlette.types import ASGIApp, Receive, Scope, Send

from app import db, doctor, first_run, outbox, schema
from app.config import settings
from app.db import Database, engines
from app.doctor import Level, machine
from app.main import create_app
from app.outbox import Mail
from tests.fixtures.database import ONLY_POSTGRESQL
from tests.fixtures.mail import Post, free_port
from tests.fixtures.server import NOT_ABOVE_PERMISSIONS, ROOT

Set = Callable[..., None]


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Set]:
    """A host's settings: `setting(BASE_URL="...")`. The data folder is a private, empty one."""

    def change(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"DAYLIGHT_{name}", value)
        settings.cache_clear()

    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    change(DATA_DIR=str(folder))
    yield change
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def board(setting: Set, database_to_alter: Database) -> Database:
    """The configured database, made as `serve` makes it."""
    setting(DATABASE_URL=database_to_alter.engine.url.render_as_string(hide_password=False))
    return database_to_alter


@pytest.fixture
def sqlite_board(setting: Set) -> Iterator[Database]:
    """The database that is there when nothing is configured."""
    database = Database(db.make_engine(settings().effective_database_url))
    schema.migrate(database)
    yield database
    database.close()


def said(*levels: Level, url: str = "", mail_to: str = "") -> list[str]:
    """What the doctor says at these levels."""
    return [str(finding) for finding in doctor.examine(url, mail_to) if finding.level in levels]


def one(words: str, url: str = "") -> doctor.Finding:
    (found,) = (finding for finding in doctor.examine(url) if words in finding.sentence)
    return found


@pytest.mark.smtp
def test_a_whole_set_up_is_well(sqlite_board: Database, setting: Set, smtp: Post) -> None:
    setting(BASE_URL="https://ideas.example.org", SMTP_URL=smtp.url, MAIL_FROM="ideas@example.org")
    assert said(Level.FAIL) == []
    (unencrypted,) = said(Level.WARN)
    assert unencrypted.startswith("WARN  The mail server 127.0.0.1 answers, but does not encrypt.\n      → Fine on")


def test_every_trouble_comes_with_what_to_do(setting: Set) -> None:
    setting(BASE_URL="http://ideas.example.org", TRUSTED_PROXIES="*", SMTP_URL="smtp://127.0.0.1:1")
    found = list(doctor.examine())
    assert {finding.level for finding in found} == set(Level)
    assert [finding for finding in found if bool(finding.remedy) != (finding.level is not Level.OK)] == []


def test_a_database_that_can_lose_votes_is_told(board: Database) -> None:
    if board.engine.dialect.name == "sqlite":
        assert one("WAL, synchronous FULL").level is Level.OK
    else:
        assert one("fsync = off").level is Level.FAIL
        assert one("synchronous_commit = off").level is Level.FAIL


def test_a_schema_that_does_not_fit_is_told(board: Database) -> None:
    assert one("tables are those that this program needs").level is Level.OK
    with board.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert one("made by a newer Daylight (revision 9999)").level is Level.FAIL
    with board.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert one("tables are those of an older Daylight").level is Level.FAIL


def test_an_empty_place_is_told_and_left_empty(setting: Set) -> None:
    assert one("The database is empty").level is Level.WARN
    assert list(settings().data_dir.iterdir()) == []


def test_the_place_of_attached_files_is_tried(setting: Set) -> None:
    folder = settings().data_dir / "uploads"
    folder.mkdir()
    assert one("Attached files can be stored at").level is Level.OK
    assert list(folder.iterdir()) == []
    folder.rmdir()
    setting(UPLOADS_URL="s3://bucket/folder")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
            patch.setenv(name, "x")
        patch.setenv("AWS_ALLOW_HTTP", "true")
        assert one("Attached files cannot be stored at s3://bucket/folder").level is Level.FAIL


def test_a_database_that_does_not_answer_is_told(setting: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "PATIENCE", 0.1)
    setting(DATABASE_URL=f"postgresql://127.0.0.1:{free_port()}/nothing")
    assert one("does not answer").level is Level.FAIL


def test_a_locked_database_is_told(sqlite_board: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "PATIENCE", 0.1)
    with sqlite_board.session() as session:
        session.execute(text("SELECT 1"))
        assert one("cannot be written: database is locked").level is Level.FAIL


def failures_told(*options: str) -> list[str]:
    """What the doctor says is wrong to somebody whom permissions bind."""
    examined = subprocess.run(  # noqa: S603 - our own program
        [*NOT_ABOVE_PERMISSIONS, sys.executable, "-m", "app", "doctor", *options],
        cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return examined.stdout.replace("\n      →", " →").split("FAIL  ")[1:]


def test_a_database_file_without_rights_is_told_with_whose_it_is(sqlite_board: Database) -> None:
    sqlite_board.close()
    file = settings().data_dir / "daylight.sqlite3"
    file.chmod(0o400)
    (told,) = failures_told()
    assert told.startswith("The database cannot be written: attempt to write a readonly database →")
    assert f"{file} belongs to {file.owner()} (-r--------): give it to the user that Daylight runs as" in told


def test_a_data_folder_without_rights_is_told_once(setting: Set) -> None:
    folder = settings().data_dir
    folder.chmod(0o500)
    (told,) = failures_told()
    folder.chmod(0o700)
    assert told.startswith(f"The data folder {folder} cannot be written: Permission denied. → {folder} belongs to")


@ONLY_POSTGRESQL
def test_a_database_that_keeps_temporary_tables_alone_is_told(board: Database) -> None:
    with board.session() as session:
        name = board.engine.url.database
        session.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    assert "grant create on schema public" in one("The database cannot be written: cannot execute CREATE").remedy


def test_mails_that_do_not_leave_are_told(board: Database) -> None:
    with board.session() as session:
        mail = outbox.put(session, "ada@example.org", "An answer", "It is out.")
        mail.put_at = db.now() - timedelta(hours=3)
        session.add(Mail(recipient="b@example.org", subject="", body="", given_up_at=db.now(), done_at=None))
    assert one("Mails wait to leave: 1, for up to 3 hours.").level is Level.WARN
    assert one("given up in the last weeks: 1").level is Level.WARN


def test_a_data_folder_that_others_can_look_into_is_told(setting: Set) -> None:
    settings().data_dir.chmod(0o755)
    assert "chmod o-rwx" in one("can look into").remedy


def test_a_missing_data_folder_is_told(setting: Set, tmp_path: Path) -> None:
    setting(DATA_DIR=str(tmp_path / "nowhere"))
    assert one("does not exist").level is Level.FAIL
    (tmp_path / "letter").touch()
    setting(DATA_DIR=str(tmp_path / "letter"))
    assert said(Level.FAIL)[0].startswith(f"FAIL  The data folder {tmp_path / 'letter'} is a file.")


@pytest.mark.parametrize(("free", "level"), [(10**8, Level.FAIL), (5 * 10**8, Level.WARN), (10**10, Level.OK)])
def test_a_disk_that_fills_up_is_told(setting: Set, monkeypatch: pytest.MonkeyPatch, free: int, level: Level) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert one("MB are free").level is level


def test_a_network_file_system_is_told(setting: Set, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/export {settings().data_dir.resolve()} nfs4 rw 0 0\n")
    monkeypatch.setattr(machine, "MOUNTS", mounts)
    assert one("network file system (nfs4)").level is Level.FAIL


def test_a_sqlite_that_loses_data_is_told(setting: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        sys.modules, "pysqlite3", SimpleNamespace(sqlite_version_info=(3, 40, 1), sqlite_version="3.40.1")
    )
    assert "SQLite 3.40.1 can corrupt" in said(Level.FAIL)[0]


def test_clocks_that_differ_are_told(setting: Set) -> None:
    assert list(machine.skew(2.0, "the server")) == []
    (found,) = machine.skew(-90.4, "the server")
    assert found.sentence == "The clock of the server differs by -90 seconds."


@pytest.mark.parametrize(
    ("address", "level", "words"),
    [
        ("", Level.WARN, "is not set"),
        ("https://ideas.example.org", Level.OK, "Links lead to https://ideas.example.org"),
        ("http://localhost:8000", Level.OK, "Links lead to"),
        ("http://ideas.example.org", Level.WARN, "is not encrypted"),
    ],
)
def test_a_base_url_is_judged(setting: Set, address: str, level: Level, words: str) -> None:
    setting(BASE_URL=address)
    assert one(words).level is level


@pytest.mark.parametrize(
    ("trusted", "level", "words"),
    [
        ("127.0.0.1,::1", Level.OK, "believed from: 127.0.0.1, ::1"),
        ("10.0.0.0/8", Level.OK, "believed from: 10.0.0.0/8"),
        ("*", Level.WARN, "believed from everybody"),
        ("proxy, 10.0.0.5", Level.FAIL, "no address: proxy"),
        ("", Level.WARN, "No proxy is trusted"),
    ],
)
def test_trusted_proxies_are_judged(setting: Set, trusted: str, level: Level, words: str) -> None:
    setting(TRUSTED_PROXIES=trusted, BASE_URL="https://ideas.example.org")
    assert one(words).level is level


@pytest.mark.smtp
def test_a_mail_is_sent_only_to_whom_the_host_names(setting: Set, smtp: Post) -> None:
    setting(SMTP_URL=smtp.url, MAIL_FROM="ideas@example.org")
    said(Level.OK)
    assert smtp.messages == []
    assert "A mail to noor@example.org was taken" in said(Level.OK, mail_to="noor@example.org")[-1]
    assert [message["subject"] for message in smtp.to("noor@example.org")] == ["Mail from Daylight works"]


@pytest.mark.smtp
def test_a_mail_server_that_does_not_let_us_in_is_told(setting: Set, smtp: Post) -> None:
    setting(SMTP_URL=smtp.url.replace("//", "//user:wrong@"))
    assert one("cannot be used").level is Level.FAIL


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical"))
    thread = Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def test_the_running_program_is_asked_by_its_name(sqlite_board: Database, setting: Set) -> None:
    setting(BASE_URL="https://ideas.example.org")
    with sqlite_board.session() as session:
        first_run.prepare(session)
    with served(create_app(sqlite_board)) as url:
        assert one("is ready", url).level is Level.OK
        assert one("answers by its name, ideas.example.org", url).level is Level.OK
        assert one("is ready", url.removeprefix("http://")).level is Level.OK


def test_a_proxy_that_changes_the_name_is_told(sqlite_board: Database, setting: Set) -> None:
    setting(BASE_URL="https://ideas.example.org")
    app = create_app(sqlite_board)

    async def proxy(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, b"backend:8000" if name == b"host" else value) for name, value in scope.get("headers", [])]
        await app({**scope, "headers": headers}, receive, send)

    with served(proxy) as url:
        assert "proxy_set_header Host" in one("not asked by its own name", url).remedy


def test_a_program_that_does_not_run_is_told(setting: Set) -> None:
    assert one("does not answer", f"http://127.0.0.1:{free_port()}").level is Level.FAIL
