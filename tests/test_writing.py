"""The writing thread: what shares a commit neither loses nor spoils what others wrote."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app import db
from app.db import Database
from app.db import database as database_module
from app.db.checkpoints import EMPTIED_FROM, FILLED_AT
from app.db.writing import WritingThread

Work = Callable[[Session], None]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = db.make_engine(f"sqlite:///{tmp_path / 'numbers.sqlite3'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE number (value TEXT PRIMARY KEY)"))
    yield engine
    engine.dispose()


@pytest.fixture
def writer(engine: Engine) -> Iterator[WritingThread]:
    writer = WritingThread(engine.execution_options(writes=True))
    yield writer
    writer.close()


def put(value: str, *, then: Exception | None = None) -> Work:
    def work(session: Session) -> None:
        session.execute(text("INSERT INTO number VALUES (:value)"), {"value": value})
        if then:
            raise then

    return work


def fill_the_disk(session: Session) -> None:
    """SQLite itself says that the disk is full as soon as the file may not grow any more."""
    pages = session.scalar(text("PRAGMA page_count"))
    session.execute(text(f"PRAGMA max_page_count = {pages}"))
    for _ in range(200):
        session.execute(text("INSERT INTO number VALUES (hex(randomblob(1000)))"))


def in_one_commit(writer: WritingThread, *works: Work) -> list[Future[None]]:
    """Submit works while the thread is busy, so that they queue up and share the next commit."""
    busy, go_on = Event(), Event()

    def hold(session: Session) -> None:
        busy.set()
        go_on.wait(60)

    writer.submit(hold)
    busy.wait(60)
    futures = [writer.submit(work) for work in works]
    go_on.set()
    return futures


def numbers(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT value FROM number ORDER BY value")))


def test_work_that_raises_undoes_only_itself(writer: WritingThread, engine: Engine) -> None:
    first, second, third = in_one_commit(writer, put("1"), put("2", then=ValueError("no")), put("3"))
    assert first.result(60) is None
    assert third.result(60) is None
    assert isinstance(second.exception(60), ValueError)
    assert numbers(engine) == ["1", "3"]


def test_a_full_disk_lets_nobody_believe_that_their_words_are_stored(writer: WritingThread, engine: Engine) -> None:
    futures = in_one_commit(writer, put("1"), fill_the_disk, put("2"))
    assert [type(future.exception(60)) for future in futures] == [OperationalError] * 3
    assert numbers(engine) == []


def test_writing_goes_on_when_the_disk_has_room_again(writer: WritingThread, engine: Engine) -> None:
    (full,) = in_one_commit(writer, fill_the_disk)
    assert full.exception(60)
    writer.submit(lambda session: session.execute(text("PRAGMA max_page_count = 1000000"))).result(60)
    writer.submit(put("1")).result(60)
    assert numbers(engine) == ["1"]


def test_a_lock_held_too_long_is_waited_for_once_by_all(writer: WritingThread, engine: Engine) -> None:
    holder = db.sqlite_module().connect(str(engine.url.database), isolation_level=None)
    writer.submit(lambda session: session.execute(text("PRAGMA busy_timeout = 1000"))).result(60)
    holder.execute("BEGIN IMMEDIATE")
    tries, is_waiting = [], Event()

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        tries.append(statement)
        is_waiting.set()

    event.listen(engine, "before_cursor_execute", note)
    first = writer.submit(put("1"))
    assert is_waiting.wait(60)
    later = [writer.submit(put("later")) for _ in range(200)]
    troubles = [future.exception(60) for future in [first, *later]]
    assert [str(trouble.orig) for trouble in troubles if isinstance(trouble, OperationalError)] == [
        "database is locked"
    ] * 201
    assert tries == ["BEGIN IMMEDIATE"]  # 64 at a time would try four times more
    holder.execute("ROLLBACK")
    holder.close()
    writer.submit(put("2")).result(60)
    assert numbers(engine) == ["2"]


def test_what_was_cancelled_while_it_waited_is_not_done(writer: WritingThread, engine: Engine) -> None:
    kept, dropped = Event(), Event()

    def hold(session: Session) -> None:
        kept.set()
        dropped.wait(60)

    writer.submit(hold)
    kept.wait(60)
    cancelled, other = writer.submit(put("1")), writer.submit(put("2"))
    assert cancelled.cancel()
    dropped.set()
    other.result(60)
    assert numbers(engine) == ["2"]


def test_closing_finishes_what_was_submitted_and_takes_nothing_more(engine: Engine) -> None:
    writer = WritingThread(engine.execution_options(writes=True))
    futures = in_one_commit(writer, *(put(str(number)) for number in range(100)))
    writer.close()
    assert [future.result(0) for future in futures] == [None] * 100
    assert len(numbers(engine)) == 100
    with pytest.raises(RuntimeError):
        writer.submit(put("late"))


def test_a_connection_that_can_only_read_is_not_kept(writer: WritingThread, engine: Engine) -> None:
    """As SQLite gives it while the file cannot be written; `query_only` has it say the same."""
    writer.submit(lambda session: session.execute(text("PRAGMA query_only = on"))).result(60)
    refused = writer.submit(put("1")).exception(60)
    assert isinstance(refused, OperationalError)
    assert str(refused.orig) == "attempt to write a readonly database"
    writer.submit(put("2")).result(60)
    assert numbers(engine) == ["2"]


def with_which(session: Session) -> object:
    return session.connection().connection.dbapi_connection


def test_all_commits_are_of_one_connection_whatever_others_take(writer: WritingThread, engine: Engine) -> None:
    """What it has in memory stays true: SQLite reads all anew after a commit of another one."""
    first = writer.submit(with_which).result(60)
    others = [engine.raw_connection() for _ in range(3)]
    assert first not in [other.dbapi_connection for other in others]
    for other in others:
        other.close()
    assert writer.submit(with_which).result(60) is first
    engine.dispose()
    assert writer.submit(with_which).result(60) is not first


def test_a_connection_that_broke_is_not_written_with_again(writer: WritingThread, engine: Engine) -> None:
    def breaking(session: Session) -> None:
        with_which(session).close()  # type: ignore[attr-defined]

    assert writer.submit(breaking).exception(60)
    writer.submit(put("1")).result(60)
    assert numbers(engine) == ["1"]


def test_background_work_waits_for_a_lull_and_not_forever(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that only its pauses move on: nobody asked, one request asked, and one asks in every pause."""
    now, asks = 100.0, False

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        own_database._asked_at = now if asks else own_database._asked_at

    def waited() -> float:
        began = now
        assert own_database.write_patiently(lambda session: session.scalar(text("SELECT 7"))) == 7
        return now - began

    monkeypatch.setattr(database_module, "time", SimpleNamespace(monotonic=lambda: now, sleep=sleep))
    assert waited() == 0
    asyncio.run(own_database.run(lambda _session: None, writes=True))
    assert waited() == pytest.approx(database_module.LULL)
    asks = True
    own_database._asked_at = now
    assert waited() == pytest.approx(database_module.PATIENT_FOR)


def fill(session: Session) -> None:
    """Write more pages than a log is left with, and fewer than a writer would empty it at."""
    session.execute(text("CREATE TABLE page (words BLOB)"))
    session.execute(text("INSERT INTO page VALUES (:words)"), [{"words": bytes(3000)}] * (EMPTIED_FROM + 500))


def test_the_log_is_emptied_beside_those_who_write_and_begins_anew(writer: WritingThread, engine: Engine) -> None:
    watch = engine.raw_connection()

    def look() -> tuple[int, int]:
        _is_busy, pages, copied = watch.cursor().execute("pragma wal_checkpoint(noop)").fetchone()
        return pages, copied

    writer.submit(fill).result()
    patience = time.monotonic() + 10
    while len(set(look())) > 1 and time.monotonic() < patience:
        time.sleep(0.01)
    assert EMPTIED_FROM < look()[0] == look()[1] < FILLED_AT
    writer.submit(put("anew")).result()
    assert look()[0] < 10
    watch.close()
