"""What the databases say differently, or SQLModel does not say at all."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def now() -> datetime:
    return datetime.now(UTC)


def upsert(session: Session, table: type[SQLModel]) -> Any:
    """An insert that can say what to do on conflict."""
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
    return insert(table)


def insert_new(session: Session, table: type[SQLModel], row: dict[str, Any]) -> bool:
    """Insert the row unless its key is there already; say whether it was new."""
    new = upsert(session, table).values(**row).on_conflict_do_nothing().returning(literal(1))
    return session.execute(new).first() is not None  # the number of rows is not known to every driver
