"""Rows as lines of JSON that mean the same for SQLite and PostgreSQL."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Date, DateTime, LargeBinary, MetaData, Table
from sqlalchemy.types import TypeEngine

NOT_STORED = ("alembic_", "search_", "sqlite_")


def tables(connection: Connection) -> list[Table]:
    """The tables as they stand in the database, each after those that it points to."""
    stored = MetaData()
    stored.reflect(connection, only=lambda name, _: not name.startswith(NOT_STORED))
    return stored.sorted_tables


def line(values: Iterable[Any]) -> bytes:
    return _encoder.encode(list(values)).encode() + b"\n"


def _plain(value: Any) -> str:
    """What JSON has no form for. A time without a zone is in UTC: SQLite keeps none."""
    match value:
        case datetime():
            return (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
        case date():
            return value.isoformat()
        case bytes():
            return b64encode(value).decode()
    raise TypeError(f"A backup cannot hold a {type(value).__name__}.")


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain)


def reader(table: Table, columns: bytes) -> Callable[[bytes], dict[str, Any]]:
    """What turns a line into the row of a table, by the line that names the columns.

    Raises KeyError for a column that the table does not have.
    """
    meanings = [(name, _meaning(table.columns[name].type)) for name in json.loads(columns)]

    def read(line: bytes) -> dict[str, Any]:
        values = json.loads(line)
        return {
            name: meaning(value) if meaning is not None and value is not None else value
            for (name, meaning), value in zip(meanings, values, strict=True)
        }

    return read


def _meaning(kind: TypeEngine[Any]) -> Callable[[str], Any] | None:
    if isinstance(kind, DateTime):
        return datetime.fromisoformat if kind.timezone else _without_zone
    if isinstance(kind, Date):
        return date.fromisoformat
    if isinstance(kind, LargeBinary):
        return b64decode
    return None


def _without_zone(value: str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=None)
