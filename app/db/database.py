"""Sessions on one engine, and the threads in which a request's work runs."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlmodel import Session

from app.db.engines import PATIENCE, POSTGRESQL_THREADS, UNHURRIED
from app.db.gathering import Gathering
from app.db.writing import WritingThread

PATIENT_FOR, LULL = 0.5, 0.05  # seconds
NO_ANSWER = "The database does not answer."
HEARD_WITHIN = 3 * PATIENCE  # longer than it takes to connect anew and to wait for a lock
SCHEMA_LOCK = 7_361_002  # any number that nothing else on this PostgreSQL uses
DEADLOCK = "40P01"  # as PostgreSQL numbers it
ATTEMPTS = 3
SHORT_WAIT = "set local lock_timeout = '2s'"  # for a table that is read: meanwhile nobody else can read it either
SNAPSHOT = "select concat(pg_current_snapshot(), ' ', pg_last_wal_replay_lsn())"

log = logging.getLogger("daylight.storage")

Thing = TypeVar("Thing")
Done = TypeVar("Done")


class Silent(SQLAlchemyError):
    """The database does not answer, and was not asked."""


class Unheard(Silent):
    """The database was asked, and did not answer: what was to be done may be done, now or later."""


class Database:
    """Sessions on one engine, and the threads in which a request's work runs."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing_engine = engine.execution_options(writes=True)
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._reading_engine = engine if self._is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")
        self._readers = ThreadPoolExecutor(1 if self._is_sqlite else POSTGRESQL_THREADS, "reader")
        self._writers = ThreadPoolExecutor(POSTGRESQL_THREADS, "writer")  # apart, for a writer may wait for a lock
        self._writer = WritingThread(self._writing_engine) if self._is_sqlite else None
        self._gatherings: dict[Any, Gathering] = {}
        self._reads = Gathering(_each, self._read) if self._is_sqlite else None
        self._asked_at = -math.inf  # when a request last wanted to write
        self._snapshots = Gathering(_snapshot_for_each, self._read)
        self._sign_of_life: Future[Any] | None = None  # that is waited for, since somebody got no answer
        self._watch: Any = None
        self._watches = 0  # that there have been; each counts anew
        self._watch_is_old = False
        event.listen(engine, "engine_disposed", self._let_the_watch_go)

    @contextmanager
    def session(self, *, writes: bool = True) -> Iterator[Session]:
        """A transaction: returning commits, raising rolls back.

        On PostgreSQL each statement that reads sees its own moment anyway: to begin and to end would bring nothing.
        """
        engine = self._writing_engine if writes else self._reading_engine
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One state of everything to read from for as long as it takes, while others go on writing."""
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        engine = self.engine if self._is_sqlite else self.engine.execution_options(**options)
        with engine.connect() as connection, connection.begin():
            if not self._is_sqlite:
                connection.exec_driver_sql(UNHURRIED)
            yield connection

    @contextmanager
    def exclusively(self) -> Iterator[Connection]:
        """A transaction that may change tables. Others who want the same wait, for as long as it takes.

        On SQLite a table is changed by rebuilding it, so what points to it is checked at the end and not on the way.
        """
        with self._writing_engine.connect() as connection:
            connection.detach()  # it goes when it is closed, and its settings with it
            if self._is_sqlite:
                _execute_outside(connection, "pragma busy_timeout=3600000", "pragma foreign_keys=off")
            with connection.begin():
                if not self._is_sqlite:
                    connection.exec_driver_sql(UNHURRIED)
                    connection.exec_driver_sql("set local lock_timeout = 0")
                    connection.exec_driver_sql(f"select pg_advisory_xact_lock({SCHEMA_LOCK})")
                    connection.exec_driver_sql(SHORT_WAIT)
                yield connection
                if self._is_sqlite and (astray := connection.exec_driver_sql("pragma foreign_key_check").fetchone()):
                    raise RuntimeError(f"A row of {astray[0]} points to a row of {astray[2]} that is not there.")

    async def run(self, work: Callable[[Session], Done], *, writes: bool) -> Done:
        """Do a request's work in a database thread, in one transaction that is over when this returns."""
        if writes:
            self._asked_at = time.monotonic()
            self._renew_watch()
        return await self._in_time(lambda: self._submit(work, writes=writes))

    def _submit(self, work: Callable[[Session], Done], *, writes: bool) -> Awaitable[Done]:
        """Reads of SQLite, which one thread does, are handed over together: each on its own costs a fifth more."""
        if self._reads is not None and not writes:
            return self._reads.add(work)
        return asyncio.wrap_future((self.write if writes else self._read)(work))

    async def together(self, work: Callable[[Session, list[Thing]], list[Done]], thing: Thing) -> Done:
        """Do the work for all who ask for it at the same moment, in one transaction that is over when this returns.

        `work` is a function of a module, and returns an outcome for each thing in its place.
        """
        self._asked_at = time.monotonic()
        self._renew_watch()
        if work not in self._gatherings:
            self._gatherings[work] = Gathering(work, self.write)
        done: Done = await self._in_time(lambda: self._gatherings[work].add(thing))
        return done

    async def _in_time(self, ask: Callable[[], Awaitable[Done]]) -> Done:
        """What is answered. Raises Unheard where nothing is, and from then on Silent, until there is a sign of life.

        A thread cannot be called back: it goes on with what it has begun, as soon as the database does.
        """
        if self._is_silent():
            raise Silent(NO_ANSWER)
        if self._is_sqlite:
            return await ask()
        limit = asyncio.timeout(HEARD_WITHIN)
        try:
            async with limit:
                return await ask()
        except TimeoutError:
            if not limit.expired():
                raise
        if not self._is_silent():
            self._sign_of_life = self._read(Session.connection)
        raise Unheard(NO_ANSWER)

    def _is_silent(self) -> bool:
        """Whether a sign of life is waited for. One that failed is none, and is asked for anew."""
        asked = self._sign_of_life
        if asked is not None and asked.done():
            self._sign_of_life = self._read(Session.connection) if asked.exception() else None
        return self._sign_of_life is not None

    def write(self, work: Callable[[Session], Done]) -> "Future[Done]":
        """Have it done in a database thread, in one transaction, by whoever may write here."""
        if self._writer is not None:
            return self._writer.submit(work)
        return self._writers.submit(self.in_transaction, work, writes=True)

    def write_patiently(self, work: Callable[[Session], Done]) -> Done:
        """Have background work done in its turn, when those who vote and post have had theirs."""
        self.be_patient()
        return self.write(work).result()

    def be_patient(self) -> None:
        """Wait until no request has asked to write for a moment; half a second at most, however many do."""
        until = time.monotonic() + PATIENT_FOR
        while (rest := min(until, self._asked_at + LULL) - time.monotonic()) > 0:
            time.sleep(rest)

    def _read(self, work: Callable[[Session], Done]) -> "Future[Done]":
        return self._readers.submit(self.in_transaction, work, writes=False)

    def in_transaction(self, work: Callable[[Session], Done], writes: bool, attempts: int = ATTEMPTS) -> Done:
        """Do the work here and now.

        Where it and others wait for each other, PostgreSQL undoes all that one of them did, which is done once more:
        work changes nothing but what its session stores.
        """
        try:
            with self.session(writes=writes) as session:
                return work(session)
        except OperationalError as trouble:
            if getattr(trouble.orig, "sqlstate", None) != DEADLOCK or attempts == 1:
                raise
            log.warning("Storage: %s; it is done once more", str(trouble.orig).partition("\n")[0])
        return self.in_transaction(work, writes, attempts - 1)

    async def revision(self) -> object:
        """A value that differs whenever anything was committed since it was last asked for, by any process.

        SQLite counts the commits of other connections for each connection; the one that asks here never writes.
        PostgreSQL's snapshot changes with every transaction that writes, on a replica with what it has replayed; it is
        asked once for all who want to know.
        """
        if self._is_sqlite:
            return self._data_version()
        return await self._in_time(lambda: self._snapshots.add(None))

    def _data_version(self) -> object:
        self._renew_watch()
        if self._watch is None:
            self._watch = self.engine.raw_connection()
            self._watch.detach()
            self._watches += 1
        return self._watches, self._watch.dbapi_connection.execute("pragma data_version").fetchone()[0]

    def _let_the_watch_go(self, _engine: object) -> None:
        self._watch_is_old = True

    def _renew_watch(self) -> None:
        """Close it where it is used, in the thread of the event loop."""
        if self._watch is not None and self._watch_is_old:
            self._watch.close()
            self._watch = None
        self._watch_is_old = False

    def close(self) -> None:
        """Finish what was submitted and let go of the database."""
        self.end_threads()
        self.engine.dispose()

    def end_threads(self) -> None:
        self._readers.shutdown()
        self._writers.shutdown()
        if self._writer is not None:
            self._writer.close()
        if event.contains(self.engine, "engine_disposed", self._let_the_watch_go):
            event.remove(self.engine, "engine_disposed", self._let_the_watch_go)
        if self._watch is not None:
            self._watch.close()


def _each(session: Session, works: list[Callable[[Session], Any]]) -> list[Any]:
    """What each of these reads brings, or why it brings nothing; all see the same moment, and no rows of another's."""
    return [_outcome(session, work) for work in works]


def _outcome(session: Session, work: Callable[[Session], Any]) -> Any:
    try:
        return work(session)
    except Exception as trouble:  # noqa: BLE001 - it is raised where it is waited for
        return trouble
    finally:
        session.expunge_all()


def _snapshot_for_each(session: Session, asked: list[None]) -> list[object]:
    snapshot = session.connection().exec_driver_sql(SNAPSHOT).scalar_one()
    return [snapshot] * len(asked)


def _execute_outside(connection: Connection, *statements: str) -> None:
    """Execute what SQLite takes only while no transaction is open."""
    for statement in statements:
        connection.connection.dbapi_connection.execute(statement)  # type: ignore[union-attr]
