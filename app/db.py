"""The database: engine, sessions, naming rules. The only code that tells SQLite from PostgreSQL.

A request's whole work runs in one thread and one transaction (`Database.run`). SQLite has one reading and one writing
thread in a process: writers queue in order instead of sleeping in SQLite's busy back-off, and share commits.
Whoever finds the database locked or away waits for a few seconds, then hears it as an exception.
"""

import asyncio
import enum
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, TypeVar, cast

from markupsafe import Markup
from sqlalchemy import (
    Connection,
    Dialect,
    Engine,
    ExceptionContext,
    Integer,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from app.writing import WritingThread

SAFE_SQLITE = (3, 51, 3)  # every version from 3.7.0 up to this one can corrupt a write-ahead log
SQLITE_READONLY = 8
POSTGRESQL_THREADS = 4
PATIENCE = 5.0  # seconds
SCHEMA_LOCK = 7_361_002  # any number that nothing else on this PostgreSQL uses

Done = TypeVar("Done")

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Word(TypeDecorator[Any]):
    """An enumeration stored by its value, as the plain word that also stands in URLs."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[enum.StrEnum]) -> None:
        super().__init__(length=32)
        self.words = words

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> enum.StrEnum | None:
        return None if value is None else self.words(value)


class Html(TypeDecorator[Markup]):
    """Safe HTML: made by `text.to_html` when it was written, so that templates print it as it is."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Markup | None:
        return None if value is None else Markup(value)  # noqa: S704 - sanitised when it was written


def now() -> datetime:
    return datetime.now(UTC)


def upsert(session: Session, table: type[SQLModel]) -> Any:
    """An insert that can say what to do on conflict."""
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
    return insert(table)


def insert_new(session: Session, table: type[SQLModel], row: dict[str, Any]) -> bool:
    """Insert the row unless its key is there already; say whether it was new."""
    result = session.execute(upsert(session, table).values(**row).on_conflict_do_nothing())
    return bool(result.rowcount)  # type: ignore[attr-defined]


class TooOldSqlite(RuntimeError):
    """The SQLite of this Python can lose data and nothing better is installed."""


def sqlite_module() -> ModuleType:
    """A SQLite driver whose library is safe, or TooOldSqlite saying what to do."""
    try:
        import pysqlite3 as module  # noqa: PLC0415 - the wheel exists for some platforms only
    except ImportError:
        import sqlite3 as module  # noqa: PLC0415
    if module.sqlite_version_info < SAFE_SQLITE:
        raise TooOldSqlite(
            f"SQLite {module.sqlite_version} can corrupt its write-ahead log; 3.51.3 or newer is needed. "
            "Install the wheel pysqlite3, use a newer Python, or set DAYLIGHT_DATABASE_URL to a PostgreSQL server."
        )
    return cast("ModuleType", module)


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://...`, set up for durability."""
    if url.startswith("sqlite"):
        return _sqlite_engine(url)
    return _postgresql_engine(url.replace("postgres://", "postgresql://", 1))


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, module=sqlite_module(), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own transactions break savepoints: BEGIN is ours
        for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", f"busy_timeout={PATIENCE * 1000:.0f}",
                       "temp_store=memory", "cache_size=-16000"):  # fmt: skip
            connection.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "handle_error")
    def mark_what_can_only_read(context: ExceptionContext) -> None:
        """A connection made while the file cannot be written never writes, not even when the file can be."""
        code = getattr(context.original_exception, "sqlite_errorcode", 0)
        if code & 0xFF == SQLITE_READONLY and context.connection is not None:
            context.connection.info["reads_only"] = True

    @event.listens_for(engine, "checkin")
    def drop_what_can_only_read(_connection: object, record: Any) -> None:
        if record.info.get("reads_only"):
            record.invalidate()

    return engine


def _postgresql_engine(url: str) -> Engine:
    engine = create_engine(
        url, pool_size=POSTGRESQL_THREADS + 2, pool_pre_ping=True, hide_parameters=True,
        connect_args={"connect_timeout": int(PATIENCE)},
    )  # fmt: skip
    patience = Patience()

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: object, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        return patience.wait_for(lambda: dialect.connect(*arguments, **options), dialect.dbapi.OperationalError)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.execute(f"set lock_timeout = {PATIENCE * 1000:.0f}")
        connection.commit()

    return engine


class Patience:
    """Waits for a server that is being restarted. While one stays away for long, nobody waits any more."""

    def __init__(self) -> None:
        self.away_since: float | None = None

    def wait_for(self, connect: Callable[[], Done], trouble: type[Exception]) -> Done:
        while True:
            try:
                connection = connect()
            except trouble:
                self.away_since = self.away_since or time.monotonic()
                if time.monotonic() > self.away_since + PATIENCE:
                    raise
                time.sleep(0.1)
            else:
                self.away_since = None
                return connection


class Database:
    """Sessions on one engine, and the threads in which a request's work runs."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing_engine = engine.execution_options(writes=True)
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._threads = ThreadPoolExecutor(1 if self._is_sqlite else POSTGRESQL_THREADS, "database")
        self._writer = WritingThread(self._writing_engine) if self._is_sqlite else None
        self._watch: Any = None

    @contextmanager
    def session(self, *, writes: bool = True) -> Iterator[Session]:
        """A transaction: returning commits, raising rolls back."""
        engine = self._writing_engine if writes else self.engine
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One state of everything to read from for as long as it takes, while others go on writing."""
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        engine = self.engine if self._is_sqlite else self.engine.execution_options(**options)
        with engine.connect() as connection, connection.begin():
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
                    connection.exec_driver_sql("set local lock_timeout = 0")
                    connection.exec_driver_sql(f"select pg_advisory_xact_lock({SCHEMA_LOCK})")
                    connection.exec_driver_sql("set local lock_timeout = '30s'")  # a reader of hours must not stop all
                yield connection
                if self._is_sqlite and (astray := connection.exec_driver_sql("pragma foreign_key_check").fetchone()):
                    raise RuntimeError(f"A row of {astray[0]} points to a row of {astray[2]} that is not there.")

    async def run(self, work: Callable[[Session], Done], *, writes: bool) -> Done:
        """Do a request's work in a database thread, in one transaction that is over when this returns."""
        if writes and self._writer is not None:
            return await asyncio.wrap_future(self._writer.submit(work))
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.in_transaction, work, writes)

    def in_transaction(self, work: Callable[[Session], Done], writes: bool) -> Done:
        """Do the work here and now."""
        with self.session(writes=writes) as session:
            return work(session)

    async def revision(self) -> object:
        """A value that differs whenever anything was committed since it was last asked for, by any process.

        SQLite counts the commits of other connections for each connection; the one that asks here never writes.
        PostgreSQL's snapshot changes with every transaction that writes.
        """
        if self._is_sqlite:
            return self._data_version()
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._snapshot)

    def _data_version(self) -> object:
        if self._watch is None:
            self._watch = self.engine.raw_connection()
            self._watch.detach()
        return self._watch.dbapi_connection.execute("pragma data_version").fetchone()[0]

    def _snapshot(self) -> object:
        with self.engine.connect() as connection:
            return connection.exec_driver_sql("select pg_current_snapshot()::text").scalar_one()

    def close(self) -> None:
        """Finish what was submitted and let go of the database."""
        self.end_threads()
        self.engine.dispose()

    def end_threads(self) -> None:
        self._threads.shutdown()
        if self._writer is not None:
            self._writer.close()
        if self._watch is not None:
            self._watch.close()


def _execute_outside(connection: Connection, *statements: str) -> None:
    """Execute what SQLite takes only while no transaction is open."""
    for statement in statements:
        connection.connection.dbapi_connection.execute(statement)  # type: ignore[union-attr]


@contextmanager
def taking_back(connection: Connection, tables: Iterable[Table]) -> Iterator[None]:
    """Lets rows that were stored once come back as they were. The connection must have the database exclusively.

    What triggers guard is how rows come to be, so they rest; a row may point to one of its table that comes later.
    """
    if connection.dialect.name == "postgresql":
        before, after = _resting_on_postgresql(tables)
    else:
        triggers = connection.exec_driver_sql("select name, sql from sqlite_master where type = 'trigger'").all()
        before, after = [f'drop trigger "{name}"' for name, _sql in triggers], [sql for _name, sql in triggers]
    for statement in before:
        connection.exec_driver_sql(statement)
    yield
    for statement in after:
        connection.exec_driver_sql(statement)


def _resting_on_postgresql(tables: Iterable[Table]) -> tuple[list[str], list[str]]:
    before, after = [], ["set constraints all immediate"]
    for table in tables:
        inside = [key.constraint for key in table.foreign_keys if key.column.table is table]
        rests = [f'alter constraint "{key.name}" deferrable initially deferred' for key in inside if key is not None]
        before += [f'alter table "{table.name}" {change}' for change in ("disable trigger user", *rests)]
        works = [rest.replace("deferrable initially deferred", "not deferrable") for rest in rests]
        after += [f'alter table "{table.name}" {change}' for change in ("enable trigger user", *works)]
    return before, after


def continue_numbering(connection: Connection, tables: Iterable[Table]) -> None:
    """Let new rows get numbers above those that were stored with theirs. SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for key in (key for table in tables for key in table.primary_key.columns if isinstance(key.type, Integer)):
        sequence = func.pg_get_serial_sequence(f'"{key.table.name}"', key.name)
        last = select(func.max(key)).scalar_subquery()
        connection.execute(select(func.setval(sequence, last)).where(sequence.is_not(None)))
