"""The database: engine, sessions, naming rules. The only code that tells SQLite from PostgreSQL.

A request's whole work runs in one thread and one transaction (`Database.run`). SQLite has one reading and one
writing thread in a process: writers queue in order instead of sleeping in SQLite's busy back-off.
"""

import asyncio
import enum
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, TypeVar

from markupsafe import Markup
from sqlalchemy import Dialect, Engine, String, Text, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

SAFE_SQLITE = (3, 51, 3)  # every version from 3.7.0 up to this one can corrupt a write-ahead log
POSTGRESQL_THREADS = 4

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
    return module


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://...`, set up for durability."""
    if url.startswith("sqlite"):
        return _sqlite_engine(url)
    return create_engine(url.replace("postgres://", "postgresql://", 1), pool_size=POSTGRESQL_THREADS + 2, pool_pre_ping=True)


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, module=sqlite_module())

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own transactions break savepoints: BEGIN is ours
        for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "busy_timeout=5000",
                       "temp_store=memory", "cache_size=-16000"):  # fmt: skip
            connection.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


class Database:
    """Sessions on one engine, and the threads in which a request's work runs."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing_engine = engine.execution_options(writes=True)
        if engine.dialect.name == "sqlite":
            self._readers = ThreadPoolExecutor(1, "reader")
            self._writers = ThreadPoolExecutor(1, "writer")
        else:
            self._readers = self._writers = ThreadPoolExecutor(POSTGRESQL_THREADS, "database")

    @contextmanager
    def session(self, *, writes: bool = True) -> Iterator[Session]:
        """A transaction: returning commits, raising rolls back."""
        with Session(self._writing_engine if writes else self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def run(self, work: Callable[[Session], Done], *, writes: bool) -> Done:
        """Do a request's work in a database thread, in one transaction that is over when this returns."""

        def in_transaction() -> Done:
            with self.session(writes=writes) as session:
                return work(session)

        threads = self._writers if writes else self._readers
        return await asyncio.get_running_loop().run_in_executor(threads, in_transaction)

    def close(self) -> None:
        self._readers.shutdown()
        self._writers.shutdown()
        self.engine.dispose()
