"""Rows that were stored once come back as they were."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Integer, Table, func, select


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
