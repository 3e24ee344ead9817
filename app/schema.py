"""The schema: brought up to date by Alembic, in one transaction, by one process at a time."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app import db
from app.db import Database

ROOT = Path(__file__).parent.parent
LOCK = 7_361_002  # any number that nothing else on this PostgreSQL uses


def alembic_config() -> Config:
    return Config(ROOT / "alembic.ini")


def migrate(database: Database, to: str = "head") -> None:
    """Bring the schema to the given revision. Others who try at the same time wait."""
    with database.engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config = alembic_config()
        config.attributes["connection"] = connection
        current = revision(connection)
        if to == "head" or current is None or _is_newer(config, to, current):
            command.upgrade(config, to)
        else:
            command.downgrade(config, to)


def revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def is_current(database: Database) -> bool:
    with database.engine.connect() as connection:
        return revision(connection) == ScriptDirectory.from_config(alembic_config()).get_current_head()


def _is_newer(config: Config, to: str, current: str) -> bool:
    older = {script.revision for script in ScriptDirectory.from_config(config).iterate_revisions(current, "base")}
    return to not in older and to != "base"


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether autogeneration looks at this table: the search index of SQLite is made of tables that no model describes."""
    return not (kind == "table" and name is not None and name.startswith("search_"))


def render_plainly(kind: str, thing: Any, _context: Any) -> Any:
    """Write our own column types into migrations as the plain types they are stored as."""
    if kind == "type" and isinstance(thing, db.Word):
        return "sa.String(length=32)"
    if kind == "type" and isinstance(thing, db.Html):
        return "sa.Text()"
    if kind == "type" and type(thing).__name__ == "UTCDateTime":
        return "sa.DateTime(timezone=True)"
    if kind == "type" and type(thing).__name__ == "AutoString":
        return f"sa.String(length={thing.length})" if thing.length else "sa.String()"
    return False
