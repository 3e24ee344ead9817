"""Rows that were stored once come back as they were."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import JSON, Connection, Integer, Table, func, insert, select


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


def put(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Store rows, which have the same columns, in the fastest way the database has."""
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    names = list(rows[0])
    plain = {name: not isinstance(table.columns[name].type, JSON) for name in names}
    columns = ", ".join(f'"{name}"' for name in names)
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f'copy "{table.name}" ({columns}) from stdin') as copy:
        for row in rows:
            copy.write_row([row[name] if plain[name] else json.dumps(row[name]) for name in names])


def continue_numbering(connection: Connection, tables: Iterable[Table]) -> None:
    """Let new rows get numbers above those that were stored with theirs. SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for key in (key for table in tables for key in table.primary_key.columns if isinstance(key.type, Integer)):
        sequence = func.pg_get_serial_sequence(f'"{key.table.name}"', key.name)
        last = select(func.max(key)).scalar_subquery()
        connection.execute(select(func.setval(sequence, last)).where(sequence.is_not(None)))
