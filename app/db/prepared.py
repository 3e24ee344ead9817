"""Statements in the words of the driver. To have one put into words each time costs more than to run it.

A statement is put into words once for each kind of database, and for few lengths of the lists that it asks for. The
types of its columns make what goes in and what comes out, as ever.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect
from sqlalchemy.engine.interfaces import Compiled
from sqlmodel.sql.sqltypes import UTCDateTime

KEPT_MOST = 300  # statements

Made = Callable[[Any], Any]
Values = Mapping[str, Any]
Found = list[tuple[Any, ...]]


class Part(NamedTuple):
    """A value of a statement, or all of a list: its name, how the driver takes it, and what a list is called there."""

    name: str
    made: Made | None
    ones: tuple[str, ...] | None

    def of(self, values: Values) -> Any:
        given = [values[self.name]] if self.ones is None else values[self.name]
        return given if self.made is None else map(self.made, given)


class Wording:
    """A statement in words, for lists as long as those in the values."""

    def __init__(self, compiled: Any, values: Values, into: Mapping[str, Made | None]) -> None:
        state = compiled.construct_expanded_state(values, escape_names=False)
        lists = {ones[0]: (name, tuple(ones)) for name, ones in state.parameter_expansion.items() if ones}
        later = {one for _name, ones in lists.values() for one in ones[1:]}
        names = list(state.parameters) if state.positiontup is None else state.positiontup
        named = [lists.get(name, (name, None)) for name in names if name not in later]
        self.words = state.statement
        self.parts = [Part(name, into[name], ones) for name, ones in named]
        self.names = None if state.positiontup is not None else [one for name, ones in named for one in ones or [name]]

    def filled(self, values: Values) -> Any:
        given: list[Any] = []
        for part in self.parts:
            given += part.of(values)
        return tuple(given) if self.names is None else dict(zip(self.names, given, strict=True))


class Prepared:
    """A statement for one kind of database."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        self.statement, self.dialect = statement, dialect
        self.columns = list(statement.exported_columns)
        self.out: list[tuple[int, Made]] | None = None
        self.wordings: dict[tuple[int, ...], Wording] = {}
        compiled = self._compiled()
        own: Values = compiled.params
        binds = {name: compiled.binds[name] for name in own}
        self.own = {name: own[name] for name, bind in binds.items() if own[name] is not None or not bind.required}
        self.into = {name: _kind(bind, dialect).bind_processor(dialect) for name, bind in binds.items()}
        self.lists = [name for name, bind in binds.items() if bind.expanding]

    def run(self, connection: Connection, values: Values | list[dict[str, Any]] | None) -> Found:
        """The rows that it brings. With several rows of values it is done for each of them, and brings none."""
        if isinstance(values, list):
            asked = [self._asked(row) for row in values]
            wording = self._wording(asked[0])
            connection.exec_driver_sql(wording.words, [wording.filled(row) for row in asked])
            return []
        asked_once = self._asked(values or {})
        wording = self._wording(asked_once)
        result = connection.exec_driver_sql(wording.words, wording.filled(asked_once))
        if not result.returns_rows:
            return []
        if self.out is None:
            self.out = self._makers(result.cursor.description)
        # As they come from the driver; but by way of the library, which tells trouble in its own words, and closes.
        rows: Found = list(result.cursor_strategy.fetchall(result, result.cursor))
        return [_read(row, self.out) for row in rows] if self.out else rows

    def _asked(self, values: Values) -> dict[str, Any]:
        asked = {**self.own, **values}
        for name in self.lists:
            asked[name] = _rounded(asked[name])
        return asked

    def _wording(self, asked: Values) -> Wording:
        lengths = tuple([len(asked[name]) for name in self.lists])
        wording = self.wordings.get(lengths)
        if wording is None:
            wording = self.wordings[lengths] = Wording(self._compiled(), asked, self.into)
        return wording

    def _compiled(self) -> Any:
        """Not kept, because it is large."""
        compiled: Compiled = self.statement.compile(dialect=self.dialect)
        return compiled

    def _makers(self, described: Sequence[Any]) -> list[tuple[int, Made]]:
        """What makes values of those columns that need it; the driver tells of which kind each is in the database."""
        kinds = zip(self.columns, described, strict=True)
        made = [_maker(column, self.dialect, about[1]) for column, about in kinds]
        return [(at, how) for at, how in enumerate(made) if how is not None]


def _rounded(values: Sequence[Any]) -> list[Any]:
    """A list as long as a power of two: its last value again says nothing new, and there are few such lengths."""
    if not values:
        return []
    missing = (1 << (len(values) - 1).bit_length()) - len(values)
    return [*values, *[values[-1]] * missing]


def _read(row: tuple[Any, ...], makers: list[tuple[int, Made]]) -> tuple[Any, ...]:
    values = list(row)
    for at, made in makers:
        values[at] = made(values[at])
    return tuple(values)


def _maker(column: Any, dialect: Dialect, kind: object) -> Made | None:
    if isinstance(column.type, UTCDateTime) and dialect.name == "sqlite":
        return _moment  # what the library makes of it as well, in three steps; every row of a list has several
    made: Made | None = _kind(column, dialect).result_processor(dialect, kind)
    return made


def _moment(value: str | None) -> datetime | None:
    """A moment as SQLite keeps it, which is in UTC and does not say so."""
    return None if value is None else datetime.fromisoformat(f"{value}Z")


def _kind(element: Any, dialect: Dialect) -> Any:
    return element.type.dialect_impl(dialect)


@lru_cache(KEPT_MOST)
def prepared(statement: Any, dialect: Dialect) -> Prepared:
    return Prepared(statement, dialect)
