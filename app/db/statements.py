"""What the databases say differently, or SQLModel does not say at all."""

from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Executable, Integer, bindparam, inspect, literal_column, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session, SQLModel
from sqlmodel.sql.expression import SelectOfScalar

from app.db.prepared import KEPT_MOST, prepared

Thing = TypeVar("Thing", bound=SQLModel)
Rows = list[dict[str, Any]]

ROWS_TOGETHER = (*range(1, 17), 32, 48, 64)  # so that there are few shapes of an insert to keep
INSERTS_MOST = 100
DIGITS_MOST = 9  # of the number of a row, which fits any column then
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def now() -> datetime:
    return datetime.now(UTC)


def not_a_way_in(column: Any) -> ColumnElement[Any]:
    """The column, as something that rows are looked at for but not found by: its indexes are left alone.

    SQLite, which knows little of how many rows have which value, else likes to find and sort a third of all rows rather
    than to walk an index in order until a page is full. PostgreSQL knows, and decides by itself.
    """
    return NotAWayIn(column)


class NotAWayIn(FunctionElement[Any]):
    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(NotAWayIn)
def _plain(element: NotAWayIn, compiler: Any, **options: Any) -> str:
    words: str = compiler.process(element.clauses, **options)
    return words


@compiles(NotAWayIn, "sqlite")
def _with_a_plus(element: NotAWayIn, compiler: Any, **options: Any) -> str:
    return f"+{_plain(element, compiler, **options)}"


def most(count: int) -> ColumnElement[int]:
    """A limit, in the words of a statement: SQLite plans one with a parameter for a limit anew each time it is run."""
    return literal_column(str(count), Integer)


def finds_pairs(session: Session) -> bool:
    """Whether the database finds the place of a value and a key in an index of both.

    SQLite finds that of the value, and goes through all who share it: thousands of items have the same few votes.
    """
    return session.get_bind().dialect.name != "sqlite"


def run(
    session: Session,
    statement: Executable,
    values: Mapping[str, Any] | Rows | None = None,
    into: Callable[[Any], Any] | None = None,
) -> list[Any]:
    """Execute a statement that brings or changes plain columns, and return its rows; each value is a parameter of it.

    The statement is one that stays, because it is prepared once (see `prepared`). With several rows of values it is
    done for each of them, and brings nothing. A row is a tuple, or what `into` makes of its values; that is kept, and
    is the same object when the same row comes again.
    """
    session.flush()
    connection = session.connection()
    return prepared(statement, connection.dialect, into).run(connection, values)


def read(session: Session, statement: SelectOfScalar[Thing], values: Mapping[str, Any] | None = None) -> list[Thing]:
    """Rows of one table, only to be read: they are of no session, and cannot be changed. Else as `run`.

    To have the session know each of them takes five times as long.
    """
    table, names = _read(statement)
    return [_filled(table, zip(names, row, strict=True)) for row in run(session, statement, values)]


def _filled(table: type[Thing], values: Iterable[tuple[str, Any]]) -> Thing:
    thing: Thing = table.__new__(table)
    thing.__dict__.update(values)
    return thing


@lru_cache(KEPT_MOST)
def _read(statement: Any) -> tuple[Any, list[str]]:
    """Which table's rows a statement brings, and the names of their columns in its order."""
    return statement.column_descriptions[0]["entity"], statement.exported_columns.keys()


def upsert(session: Session, table: type[SQLModel], rows: Rows, ending: Callable[[Any], Any]) -> list[tuple[Any, ...]]:
    """Insert the rows, which all have the same columns, or do as the ending says on conflict; returns what it brings.

    No two rows may have the same key. `ending` is a function of a module that ends the statement.
    """
    found: list[tuple[Any, ...]] = []
    while rows:
        count = ROWS_TOGETHER[bisect(ROWS_TOGETHER, len(rows)) - 1]
        some, rows = rows[:count], rows[count:]
        insert = _upsert(session.get_bind().dialect.name, table, tuple(some[0]), count, ending)
        found += run(
            session, insert, {f"{name}_{at}": each for at, row in enumerate(some) for name, each in row.items()}
        )
    return found


@lru_cache(INSERTS_MOST)
def _upsert(
    dialect: str, table: type[SQLModel], names: tuple[str, ...], count: int, ending: Callable[[Any], Any]
) -> Any:
    columns = inspect(table).columns
    fixed = {each.name: each.default.arg for each in columns if each.default is not None and each.default.is_scalar}

    def row(at: int) -> dict[str, Any]:
        return fixed | {name: bindparam(f"{name}_{at}", type_=columns[name].type) for name in names}

    return ending(INSERT[dialect](table).values([row(at) for at in range(count)]))


@contextmanager
def taking_locks(session: Session) -> Iterator[Callable[[], None]]:
    """Rows that are locked inside stay so, unless the function that it gives is called, which lets go of them.

    On SQLite whoever writes has locked everything, and there is nothing to let go of.
    """
    if session.get_bind().dialect.name == "sqlite":
        yield lambda: None
        return
    with session.begin_nested() as attempt:
        yield attempt.rollback


def store(session: Session, row: SQLModel, **values: Any) -> None:
    """Change columns of a stored row now, by one statement; to let the session find out costs five times as much."""
    (key,) = inspect(row).identity
    store_each(session, type(row), {key: values})
    for name, value in values.items():
        set_committed_value(row, name, value)


def store_each(session: Session, table: type[SQLModel], values: Mapping[Any, Mapping[str, Any]]) -> None:
    """The same for rows that are known by their keys; for each the same columns."""
    if values:
        names = frozenset(next(iter(values.values())))
        run(session, _store(table, names), [{"stored_key": key, **each} for key, each in values.items()])


@cache
def _store(table: type[SQLModel], names: frozenset[str]) -> Any:
    (key,) = inspect(table).primary_key
    return update(table).where(key == bindparam("stored_key")).values({name: bindparam(name) for name in names})


def insert_new(session: Session, table: type[SQLModel], row: dict[str, Any]) -> bool:
    """Insert the row unless its key is there already; say whether it was new."""
    return bool(insert_each_new(session, table, [row]))


def insert_each_new(session: Session, table: type[SQLModel], rows: Rows) -> set[tuple[Any, ...]]:
    """The same for several rows; returns the keys of those that were new."""
    return set(upsert(session, table, rows, _or_nothing))


def _or_nothing(insert: Any) -> Any:
    return insert.on_conflict_do_nothing().returning(*insert.table.primary_key)


def row_id(value: str) -> int:
    """The id of a row as an address says it; 0, which no row has, for anything else."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= DIGITS_MOST else 0
