"""Statements in the words of the driver. To have one put into words each time costs more than to run it.

A statement is put into words once for each kind of database, and for few lengths of the lists that it asks for. The
types of its columns make what goes in and what comes out, as ever.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel.sql.sqltypes import UTCDateTime

KEPT_MOST = 500  # statements
ROWS_MOST = 1_000  # read lately
MOMENTS_MOST = 4  # written down lately

Made = Callable[[Any], Any]
Values = Mapping[str, Any]
Row = tuple[Any, ...]
Read = Callable[[Row], Any]


class Part(NamedTuple):
    """A value of a statement, or all of a list: its name, how the driver takes it, and what a list is called there.

    What stands in the statement itself is the same each time, and made once.
    """

    name: str
    made: Made | None
    ones: tuple[str, ...] | None
    stands: list[Any] | None


class Wording:
    """A statement in words, for lists as long as those in the values."""

    def __init__(
        self, compiled: SQLCompiler, values: Values, into: Mapping[str, Made | None], standing: Mapping[str, list[Any]]
    ) -> None:
        state = compiled.construct_expanded_state(values, escape_names=False)
        lists = {ones[0]: (name, tuple(ones)) for name, ones in state.parameter_expansion.items() if ones}
        later = {one for _name, ones in lists.values() for one in ones[1:]}
        names = list(state.parameters) if state.positiontup is None else state.positiontup
        named = [lists.get(name, (name, None)) for name in names if name not in later]
        self.words = state.statement
        self.parts = [Part(name, into[name], ones, standing.get(name)) for name, ones in named]
        self.names = None if state.positiontup is not None else [one for name, ones in named for one in ones or [name]]

    def filled(self, values: Values) -> Any:
        given: list[Any] = []
        for name, made, ones, stands in self.parts:
            if stands is not None:
                given += stands
            elif ones is not None:
                given += values[name] if made is None else map(made, values[name])
            else:
                given.append(values[name] if made is None else made(values[name]))
        return tuple(given) if self.names is None else dict(zip(self.names, given, strict=True))


class Prepared:
    """A statement for one kind of database, and what each row that it brings is made into."""

    def __init__(self, statement: Any, dialect: Dialect, into: Made | None) -> None:
        self.statement, self.dialect, self.made_into = statement, dialect, into
        self.types = tuple(column.type for column in statement.exported_columns)
        self.read: Read | None = None
        self.wordings: dict[tuple[int, ...], Wording] = {}
        self.compiled: SQLCompiler | None = None
        compiled = self.compiled = self._compiled()
        own: Values = compiled.params
        binds = {name: compiled.binds[name] for name in own}
        self.own = {name: own[name] for name, bind in binds.items() if own[name] is not None or not bind.required}
        taker = cache(_taker)  # that all rows share
        self.into = {name: taker(bind.type, dialect) for name, bind in binds.items()}
        self.lists = [name for name, bind in binds.items() if bind.expanding]
        standing = [name for name, bind in binds.items() if bind.unique and not bind.expanding and name in self.own]
        self.standing = {name: [self._made(name)] for name in standing}

    def run(self, connection: Connection, values: Values | list[dict[str, Any]] | None) -> list[Any]:
        """The rows that it brings. With several rows of values it is done for each of them, and brings none."""
        if isinstance(values, list):
            asked = [self._asked(row) for row in values]
            wording = self._wording(asked[0])
            return _executed(connection, wording.words, [wording.filled(row) for row in asked], lambda _cursor: [])
        asked_once = self._asked(values or {})
        wording = self._wording(asked_once)
        rows = _executed(connection, wording.words, wording.filled(asked_once), self._taken)
        return list(map(self.read, rows)) if self.read is not None else []

    def _taken(self, cursor: Any) -> list[Row]:
        """The rows as they come from the driver, which is asked once of which kind their columns are."""
        if not self.types:
            return []
        if self.read is None:
            kinds = tuple(about[1] for about in cursor.description)
            self.read = _reading(self.types, self.dialect, kinds, self.made_into)
        rows: list[Row] = cursor.fetchall()
        return rows

    def _made(self, name: str) -> Any:
        made, value = self.into[name], self.own[name]
        return value if made is None else made(value)

    def _asked(self, values: Values) -> dict[str, Any]:
        asked = {**self.own, **values}
        for name in self.lists:
            asked[name] = _rounded(asked[name])
        return asked

    def _wording(self, asked: Values) -> Wording:
        lengths = tuple([len(asked[name]) for name in self.lists])
        wording = self.wordings.get(lengths)
        if wording is None:
            wording = self.wordings[lengths] = Wording(self._compiled(), asked, self.into, self.standing)
        return wording

    def _compiled(self) -> SQLCompiler:
        """Kept for the first wording only, because it is large."""
        compiled: SQLCompiler = self.compiled or self.statement.compile(dialect=self.dialect)
        self.compiled = None
        return compiled


def _executed(connection: Connection, words: str, values: Any, take: Callable[[Any], list[Row]]) -> list[Row]:
    """What `take` takes from the driver's cursor.

    The library would make a context and a result of each statement, which takes as long as to run most. What listens
    to its statements hears of this one, and it is the library that tells of trouble and looks after the connection.
    """
    many, wire, cursor = isinstance(values, list), connection.connection, None
    rows: list[Row] = []
    try:
        cursor = wire.cursor()
        for hear in connection.dispatch.before_cursor_execute:
            hear(connection, cursor, words, values, None, many)
        (cursor.executemany if many else cursor.execute)(words, values)
        rows = take(cursor)
        cursor.close()
    except BaseException as trouble:  # noqa: BLE001 - it raises what it makes of it
        connection._handle_dbapi_exception(trouble, words, values, cursor, None)  # noqa: SLF001 - the one way there is
    return rows


def _rounded(values: Sequence[Any]) -> list[Any]:
    """A list as long as a power of two: its last value again says nothing new, and there are few such lengths."""
    if not values:
        return []
    missing = (1 << (len(values) - 1).bit_length()) - len(values)
    return [*values, *[values[-1]] * missing]


@lru_cache(KEPT_MOST)
def _reading(types: tuple[Any, ...], dialect: Dialect, kinds: tuple[object, ...], into: Made | None) -> Read:
    """What makes a row of what the driver brings, which also tells of which kind each column is in the database.

    Statements that bring the same columns share it. What rows are made into is known by what the driver brings again: a
    row that did not change is the same object for as long as it is asked for.
    """
    made = [_maker(each, dialect, kind) for each, kind in zip(types, kinds, strict=True)]
    makers = [(at, how) for at, how in enumerate(made) if how is not None]
    finish: Made = into or tuple

    def read(row: Row) -> Any:
        values = list(row)
        for at, how in makers:
            values[at] = how(values[at])
        return finish(values)

    reading = read if makers else finish
    return reading if into is None else lru_cache(ROWS_MOST)(reading)


def _taker(of_values: Any, dialect: Dialect) -> Made | None:
    """What the driver takes is made of these values. What is written down together has the same moment."""
    made: Made | None = of_values.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(MOMENTS_MOST)(made) if made is not None and isinstance(of_values, UTCDateTime) else made


def _maker(of_values: Any, dialect: Dialect, kind: object) -> Made | None:
    if isinstance(of_values, UTCDateTime) and dialect.name == "sqlite":
        return _moment  # what the library makes of it as well, in three steps; every row of a list has several
    made: Made | None = of_values.dialect_impl(dialect).result_processor(dialect, kind)
    return made


def _moment(value: str | None) -> datetime | None:
    """A moment as SQLite keeps it, which is in UTC and does not say so."""
    return None if value is None else datetime.fromisoformat(f"{value}Z")


@lru_cache(KEPT_MOST)
def prepared(statement: Any, dialect: Dialect, into: Made | None) -> Prepared:
    return Prepared(statement, dialect, into)
