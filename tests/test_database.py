"""Transactions of requests, while others hold what they want or change the tables under them."""

import asyncio
from collections.abc import Callable
from threading import Event

import pytest
from psycopg.errors import DeadlockDetected
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, event, func, select, text
from sqlalchemy.exc import NotSupportedError, OperationalError, SQLAlchemyError
from sqlmodel import Session

from app import db, site
from app.db import Database, database, engines
from app.db.database import ATTEMPTS
from app.db.engines import POSTGRESQL_THREADS
from app.site import Site
from app.web.refusal_pages import STORAGE_TROUBLE
from tests.fixtures.database import ONLY_POSTGRESQL, ONLY_SQLITE


def name(session: Session) -> str:
    return session.connection().execute(text("select name from site")).scalar_one()  # type: ignore[no-any-return]


def names_by_two_connections(database: Database) -> list[str]:
    with database.session(writes=False) as one, database.session(writes=False) as other:
        return [name(one), name(other)]


def test_reading_goes_on_while_all_who_may_write_wait(own_database: Database) -> None:
    """As they do for a row that somebody else has locked."""
    is_let_go = Event()
    waiting = [own_database.write(lambda _session: is_let_go.wait(60)) for _each in range(2 * POSTGRESQL_THREADS)]
    assert asyncio.run(own_database.run(lambda session: site.the(session).id, writes=False)) == 1
    is_let_go.set()
    assert all(each.result() for each in waiting)


def test_each_who_reads_at_the_same_moment_hears_of_their_own(own_database: Database) -> None:
    """Rows, which nobody else is given, or what went wrong, which is nobody else's trouble."""

    def fail(session: Session) -> None:
        session.connection().execute(text("select nothing from nowhere"))

    async def read() -> list[object]:
        works: list[Callable[[Session], object]] = [site.the, fail, lambda _session: 42, site.the]
        reads = [own_database.run(work, writes=False) for work in works]
        return await asyncio.gather(*reads, return_exceptions=True)

    with pytest.raises(SQLAlchemyError):
        asyncio.run(own_database.run(fail, writes=False))
    one, trouble, answer, other = asyncio.run(read())
    assert isinstance(one, Site)
    assert isinstance(other, Site)
    assert one.name == other.name
    assert one is not other
    assert isinstance(trouble, SQLAlchemyError)
    assert answer == 42


@ONLY_SQLITE
def test_reads_of_the_same_moment_are_one_transaction(own_database: Database) -> None:
    begun: list[Connection] = []
    event.listen(own_database.engine, "begin", begun.append)

    async def read() -> None:
        await asyncio.gather(*(own_database.run(name, writes=False) for _each in range(5)))

    asyncio.run(read())
    assert len(begun) == 1


@ONLY_POSTGRESQL
def test_who_reads_neither_begins_nor_ends_a_transaction(own_database: Database) -> None:
    with own_database.session(writes=False) as session:
        name(session)
        assert session.connection().connection.dbapi_connection.info.transaction_status == TransactionStatus.IDLE  # type: ignore[union-attr]
    with own_database.session() as session:
        name(session)
        assert session.connection().connection.dbapi_connection.info.transaction_status == TransactionStatus.INTRANS  # type: ignore[union-attr]


@ONLY_POSTGRESQL
def test_a_connection_that_was_ended_meanwhile_is_not_used_again(own_database: Database) -> None:
    other = Database(db.make_engine(own_database.engine.url.render_as_string(hide_password=False)))
    for _often in range(2):
        assert names_by_two_connections(own_database) == ["Our board", "Our board"]
        with other.session() as session:
            ended = session.execute(
                text(
                    "select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                )
            )
            assert ended.scalar_one() == 2
    with own_database.engine.connect() as connection:
        driven = connection.connection.dbapi_connection
    assert driven is not None
    driven.close()
    assert names_by_two_connections(own_database) == ["Our board", "Our board"]
    other.close()


@ONLY_POSTGRESQL
def test_a_column_that_changed_its_type_under_a_running_program_is_read_the_next_time(
    database_to_alter: Database,
) -> None:
    """What was asked for often is planned, with the types it had; all connections know such plans, and all must go."""
    for _often in range(10):
        assert names_by_two_connections(database_to_alter) == ["Our board", "Our board"]
    newer = Database(db.make_engine(database_to_alter.engine.url.render_as_string(hide_password=False)))
    with newer.exclusively() as connection:
        connection.exec_driver_sql("alter table site alter column name type varchar(300)")
    newer.close()
    with pytest.raises(NotSupportedError) as trouble, database_to_alter.session(writes=False) as session:
        name(session)
    assert isinstance(trouble.value, STORAGE_TROUBLE)
    assert names_by_two_connections(database_to_alter) == ["Our board", "Our board"]


@ONLY_POSTGRESQL
def test_where_nothing_is_heard_nobody_waits_for_long_until_there_is_a_sign_of_life(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits at all once it is known; what has begun is done when the database goes on."""
    asked: list[str] = []
    is_let_go = Event()

    async def ask(what: str, writes: bool) -> None:
        await own_database.run(lambda _session: (asked.append(what), is_let_go.wait(60)), writes=writes)

    async def come() -> None:
        with monkeypatch.context() as impatient:
            impatient.setattr(database, "HEARD_WITHIN", 0.5)
            readers = (ask("first", writes=False) for _each in range(2 * POSTGRESQL_THREADS))
            heard = await asyncio.gather(*readers, ask("vote", writes=True), return_exceptions=True)
        assert {type(each) for each in heard} == {db.Unheard}
        for late in (ask("late", writes=True), own_database.together(_as_they_are, "late"), own_database.revision()):
            with pytest.raises(db.Silent) as trouble:
                await late
            assert type(trouble.value) is db.Silent
        is_let_go.set()
        assert own_database._sign_of_life
        await asyncio.wrap_future(own_database._sign_of_life)
        await ask("again", writes=False)

    asyncio.run(come())
    assert "late" not in asked
    assert asked[-1] == "again"
    assert issubclass(db.Silent, STORAGE_TROUBLE)


def test_no_revision_comes_again_when_all_connections_are_new(own_database: Database) -> None:
    """As they are after nothing could be written: what is remembered of before is not taken for what is now."""

    async def after_each_write() -> list[object]:
        seen = []
        for _turn in range(3):
            with own_database.session() as session:
                site.next_item_numbers(session)
            seen.append(await own_database.revision())
        return seen

    seen = asyncio.run(after_each_write())
    own_database.engine.dispose()
    seen += asyncio.run(after_each_write())
    assert len(set(seen)) == len(seen)


def test_the_connection_that_was_used_last_is_used_next(own_database: Database) -> None:
    """Its server process, or its part of the file, is still in the memory that is near."""

    def taken(count: int) -> list[object]:
        connections = [own_database.engine.raw_connection() for _ in range(count)]
        found = [connection.dbapi_connection for connection in connections]
        for connection in connections:
            connection.close()
        return found

    *_others, last = taken(3)
    assert [taken(1) for _turn in range(3)] == [[last]] * 3


@ONLY_SQLITE
def test_what_was_opened_beside_one_that_cannot_write_is_not_kept(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has those that are open at the same time share that they only read."""
    engine = own_database.engine

    def used() -> object:
        connection = engine.raw_connection()
        of_driver = connection.driver_connection
        connection.close()
        return of_driver

    with engine.connect() as reading:
        reading.exec_driver_sql("pragma query_only=on")
        with pytest.raises(OperationalError):
            reading.exec_driver_sql("create table anything (at int)")
        assert used() is not used()
    assert used() is not used()
    monkeypatch.setattr(engines, "KEPT_AGAIN_AFTER", 0.0)
    assert used() is used()


@ONLY_POSTGRESQL
def test_what_hangs_is_ended_and_what_takes_long_is_not(own_database: Database) -> None:
    def limits(connection: Connection | Session) -> list[str]:
        names = "statement_timeout", "idle_in_transaction_session_timeout"
        return [connection.execute(text(f"show {name}")).scalar_one() for name in names]

    with own_database.session() as session:
        assert limits(session) == ["5min", "1min"]
    with own_database.snapshot() as connection:
        assert limits(connection) == ["0", "0"]
    with own_database.exclusively() as connection:
        assert limits(connection) == ["0", "0"]


@ONLY_POSTGRESQL
def test_who_is_not_heard_of_in_the_middle_keeps_nothing_locked(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is when the line is cut, of which the server hears nothing."""
    monkeypatch.setattr(engines, "IDLE_MOST", 0.2)
    own_database.engine.dispose()  # its connections have the limit that they were made with

    def hold(session: Session) -> None:
        site.lock(session)
        assert own_database.write(lambda other: site.lock(other).id).result() == 1
        name(session)

    with pytest.raises(STORAGE_TROUBLE):
        own_database.in_transaction(hold, writes=True)


@ONLY_POSTGRESQL
def test_of_those_who_wait_for_each_other_one_is_done_once_more(
    own_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    has_locked = {1: Event(), 2: Event()}

    def lock(first: int, then: int) -> Callable[[Session], int]:
        def work(session: Session) -> int:
            session.execute(text("set local deadlock_timeout = '10ms'"))
            session.execute(select(func.pg_advisory_xact_lock(first)))
            has_locked[first].set()
            assert has_locked[then].wait(60)
            session.execute(select(func.pg_advisory_xact_lock(then)))
            return site.next_item_numbers(session).start

        return work

    numbers = {each.result() for each in (own_database.write(lock(1, 2)), own_database.write(lock(2, 1)))}
    assert numbers == {1, 2}
    assert [record.message for record in caplog.records] == ["Storage: deadlock detected; it is done once more"]


def test_what_is_undone_each_time_is_told(own_database: Database) -> None:
    undone: list[Session] = []

    def work(session: Session) -> None:
        undone.append(session)
        raise OperationalError("select", None, DeadlockDetected())

    with pytest.raises(OperationalError):
        own_database.in_transaction(work, writes=True)
    assert len(undone) == ATTEMPTS


def _as_they_are(_session: Session, things: list[str]) -> list[str]:
    return things
