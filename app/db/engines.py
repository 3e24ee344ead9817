"""Engines, set up for durability. Whoever finds the database locked or away waits a little, then hears an exception."""

import math
import select
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar, cast

from sqlalchemy import Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DisconnectionError

from app.db.checkpoints import FILLED_AT

SAFE_SQLITE = (3, 51, 3)  # every version from 3.7.0 up to this one can corrupt a write-ahead log
SQLITE_BUSY, SQLITE_READONLY = 5, 8  # as SQLite numbers its errors
POSTGRESQL_THREADS = 4
FEATURE_NOT_SUPPORTED = "0A000"  # “cached plan must not change result type”
PATIENCE = 5.0  # seconds
KEPT_AGAIN_AFTER = 10.0  # seconds since SQLite last could not write: by then whoever keeps trying has found that it can
STATEMENT_MOST = 300  # seconds; what may take longer says so, see `UNHURRIED`
IDLE_MOST = 60  # seconds in the middle of a transaction, whose locks would last as long as a cut line stays unnoticed
NO_DISK_TURNS = "set random_page_cost = 1.1"  # to look a few keys up is cheaper than to read a whole table
UNHURRIED = "set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0"
NOTICES_A_CUT_LINE = {  # within half a minute, where the kernel alone would take hours
    "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000,
}  # fmt: skip
POOLED: dict[str, Any] = {
    "pool_use_lifo": True,  # what was used last still has at hand what it read, and how it is done
    "hide_parameters": True,
}

Done = TypeVar("Done")


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
    is_sqlite = url.startswith("sqlite")
    return _sqlite_engine(url) if is_sqlite else _postgresql_engine(url.replace("postgres://", "postgresql://", 1))


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, module=sqlite_module(), **POOLED)
    event.listen(engine, "begin", _begin)
    patience = Patience(lambda error: sqlite_code(error) == SQLITE_BUSY)
    only_readable_at = -math.inf

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own transactions break savepoints: BEGIN is ours
        patience.wait_for(  # SQLite itself waits for nobody who does the same with a new file at that moment
            lambda: connection.execute("pragma journal_mode=wal")
        )
        for pragma in ("synchronous=full", "foreign_keys=on", f"busy_timeout={PATIENCE * 1000:.0f}",
                       f"wal_autocheckpoint={FILLED_AT}", "temp_store=memory", "cache_size=-2000"):  # fmt: skip
            connection.execute(f"pragma {pragma}")

    @event.listens_for(engine, "handle_error")
    def notice_that_nothing_can_be_written(context: ExceptionContext) -> None:
        """Who opened the file then never writes, not even later, nor does whoever opens it beside such a one."""
        nonlocal only_readable_at
        if sqlite_code(context.original_exception) == SQLITE_READONLY:
            only_readable_at = time.monotonic()
            engine.dispose()

    @event.listens_for(engine, "checkin")
    def keep_none_open(_connection: object, record: Any) -> None:
        if time.monotonic() < only_readable_at + KEPT_AGAIN_AFTER:
            record.invalidate()

    return engine


def sqlite_code(error: BaseException | None) -> int:
    """The number of an error of SQLite, without the upper bits, which say more precisely what happened; 0 for none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _begin(connection: Any) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.connection.dbapi_connection.execute("BEGIN")  # waits for nothing and cannot fail


def _postgresql_engine(url: str) -> Engine:
    engine = create_engine(
        url, pool_size=2 * POSTGRESQL_THREADS + 2, **POOLED,
        connect_args={"connect_timeout": int(PATIENCE), **NOTICES_A_CUT_LINE},
    )  # fmt: skip
    patience = Patience(lambda error: isinstance(error, engine.dialect.loaded_dbapi.OperationalError))

    @event.listens_for(engine, "handle_error")
    def let_go_of_old_plans(context: ExceptionContext) -> None:
        """A migration changed the type of a column: every connection that has asked for it before must go."""
        state = getattr(context.original_exception, "sqlstate", None)
        context.is_disconnect = context.is_disconnect or state == FEATURE_NOT_SUPPORTED

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: object, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        return patience.wait_for(lambda: dialect.connect(*arguments, **options))

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        limits = {
            "lock_timeout": PATIENCE, "statement_timeout": STATEMENT_MOST,
            "idle_in_transaction_session_timeout": IDLE_MOST,
        }  # fmt: skip
        connection.execute(
            "; ".join([NO_DISK_TURNS, *(f"set {name} = '{seconds}s'" for name, seconds in limits.items())])
        )
        connection.commit()

    @event.listens_for(engine, "checkout")
    def have_one_that_lives(connection: Any, _record: object, _proxy: object) -> None:
        """To ask PostgreSQL each time would be a way there and back."""
        if connection.closed or _was_sent_something(connection):
            raise DisconnectionError

    return engine


def _was_sent_something(connection: Any) -> bool:
    """While nothing was asked: a goodbye, or that the line is cut."""
    sent = select.poll()
    sent.register(connection.fileno(), select.POLLIN)
    return bool(sent.poll(0))


class Patience:
    """Waits for a database that is being restarted or made. While one stays away for long, nobody waits any more."""

    def __init__(self, is_passing: Callable[[Exception], bool]) -> None:
        self.is_passing = is_passing
        self.away_since: float | None = None

    def wait_for(self, attempt: Callable[[], Done]) -> Done:
        while True:
            try:
                done = attempt()
            except Exception as error:
                if not self.is_passing(error):
                    raise
                self.away_since = self.away_since or time.monotonic()
                if time.monotonic() > self.away_since + PATIENCE:
                    raise
                time.sleep(0.1)
            else:
                self.away_since = None
                return done
