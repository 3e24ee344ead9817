"""The schema: brought up to date by Alembic, in one transaction, by one process at a time.

Alembic is loaded only where a schema changes: it is a tenth of what a process needs, in memory and to start.
"""

import re
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import OperationalError

from app import db
from app.db import Database
from app.refusals import Refused
from app.words import _

if TYPE_CHECKING:
    from alembic.config import Config

ROOT = Path(__file__).parent.parent
TRIES, PAUSE = 30, 1.0  # seconds
LOCK_NOT_AVAILABLE = "55P03"
PLACE = re.compile(r'^revision = "(\w+)"\ndown_revision = (?:"(\w+)"|None)$', re.MULTILINE)


def alembic_config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - see above

    return Config(ROOT / "alembic.ini")


@cache
def revisions() -> list[str]:
    """The revisions this program knows, the oldest first, as their scripts say which one each follows."""
    scripts = (ROOT / "migrations" / "versions").glob("*.py")
    places = [PLACE.findall(script.read_text(encoding="utf-8")) for script in scripts]
    after = {earlier: revision for ((revision, earlier),) in places}
    chain = [after[""]]
    while chain[-1] in after:
        chain.append(after[chain[-1]])
    return chain


def migrate(database: Database, to: str = "head", *, back: bool = False) -> None:
    """Bring the schema to the given revision. Others who try at the same time wait.

    Where a table is read for long, as by a backup, it lets others go on between its tries, for a minute and a half.
    Raises Refused for a schema or a revision that this program does not know, and for a step back that nobody meant.
    """
    if to == "head" and is_current(database):
        return
    for tries_left in reversed(range(TRIES)):
        try:
            with database.exclusively() as connection:
                bring(connection, to, back=back)
        except OperationalError as trouble:
            if not tries_left or getattr(trouble.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            time.sleep(PAUSE)
        else:
            return


def bring(connection: Connection, to: str = "head", *, back: bool = False) -> None:
    """The same on a connection that has the schema to itself."""
    steps = ["base", *revisions()]
    current = _known(connection) or "base"
    target = revisions()[-1] if to == "head" else to
    if target not in steps:
        raise Refused(
            _("There is no revision “%(name)s”; these are known: %(all)s.") % {"name": to, "all": ", ".join(steps)}
        )
    goes_back = steps.index(target) < steps.index(current)
    if goes_back and not back:
        raise Refused(_("Going back drops what only the newer schema holds. Make a backup, then add --back."))
    from alembic import command  # noqa: PLC0415 - see above

    config = alembic_config()
    config.attributes["connection"] = connection
    (command.downgrade if goes_back else command.upgrade)(config, target)


def need_current(database: Database) -> None:
    """Raise Refused unless the schema is that of this program."""
    with database.engine.connect() as connection:
        current = _known(connection)
    if current != revisions()[-1]:
        raise Refused(_("The database has another schema than this program needs. Run “python -m app migrate” first."))


def _known(connection: Connection) -> str | None:
    """Where the schema stands. Raises Refused for one that this program does not know."""
    found = revision(connection)
    if found not in {None, *revisions()}:
        raise Refused(_("This database was made by a newer Daylight. Install that version, or restore a backup."))
    return found


def revision(connection: Connection) -> str | None:
    """Where the schema stands; None before the first migration."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    at: str | None = connection.exec_driver_sql("select version_num from alembic_version").scalar_one_or_none()
    return at


def is_current(database: Database) -> bool:
    with database.engine.connect() as connection:
        return revision(connection) == revisions()[-1]


def is_too_old(connection: Connection) -> bool:
    """Whether this program cannot work with the schema yet. One that it does not know is newer, and serves it too."""
    known = revision(connection)
    return known is None or known in revisions()[:-1]


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether autogeneration looks at this table: no model describes the tables of the search index."""
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
