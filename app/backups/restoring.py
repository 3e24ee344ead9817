"""Restoring a backup: only into an empty place, only when it is whole, all of it or nothing."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Never, TypeVar
from zipfile import ZipFile

from sqlalchemy import Connection, Table, func, inspect, select
from sqlmodel import Session, col
from tqdm import tqdm

from app import db, items, schema, search
from app.backups import archive, rows
from app.backups.archive import Manifest
from app.db import Database
from app.items import Item
from app.refusals import Refused
from app.words import _

ROWS_AT_ONCE = 2000

Thing = TypeVar("Thing")


def restore(database: Database, path: Path, data_dir: Path) -> Manifest:
    """Bring back what was backed up, and bring it to the schema of this program.

    Raises Refused for a backup that is not whole and for a place that is not empty; nothing was touched then.
    """
    with (
        archive.opened(path) as (backup, manifest),
        _gone_again_on_failure() as placed,
        database.exclusively() as connection,
    ):
        _need_empty(connection)
        _need_no_others(manifest, data_dir)
        schema.bring(connection, manifest.revision)
        _fill_tables(connection, backup, manifest)
        schema.bring(connection)
        _index(connection)
        for name in manifest.files:
            path = data_dir / name.removeprefix(archive.FILES)
            if not path.exists():
                placed.append(path)
                _place(backup, name, path)
    return manifest


@contextmanager
def _gone_again_on_failure() -> Iterator[list[Path]]:
    placed: list[Path] = []
    try:
        yield placed
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise


def _need_empty(connection: Connection) -> None:
    names = [name for name in inspect(connection).get_table_names() if not name.startswith(rows.NOT_STORED)]
    if names:
        counts = {name: count for name in names if (count := _count(connection, name))}
        there = ", ".join(f"{name} ({count})" for name, count in counts.items()) or _("empty tables")
        raise Refused(_("The database is not empty, and a backup replaces nothing. There are: %s.") % there)


def _need_no_others(manifest: Manifest, data_dir: Path) -> None:
    """Refuse files that are not those of the backup. Those that are can stay: the board is the same one, which moves to
    another database, or whose restoring was killed."""
    for name, path in archive.files_in(data_dir):
        part = manifest.parts.get(name)
        with path.open("rb") as file:
            if part is None or hashlib.file_digest(file, "sha256").hexdigest() != part.sha256:
                words = _("%(file)s is not that of this backup, which replaces nothing. Move %(folder)s away first.")
                raise Refused(words % {"file": path, "folder": path.parent})


def _count(connection: Connection, name: str) -> int:
    quoted = connection.dialect.identifier_preparer.quote(name)
    return int(connection.exec_driver_sql(f"select count(*) from {quoted}").scalar_one())  # noqa: S608 - a name of its own


def _fill_tables(connection: Connection, backup: ZipFile, manifest: Manifest) -> None:
    tables = {table.name: table for table in rows.tables(connection)}
    if tables.keys() != manifest.tables.keys():
        raise Refused(_("The tables of this backup are not those of revision %s.") % manifest.revision)
    progress = tqdm(total=sum(manifest.tables.values()), unit=" rows", disable=None)
    with progress, db.taking_back(connection, tables.values()):
        for name, table in tables.items():
            _fill(connection, table, backup, progress)
            if _count(connection, name) != manifest.tables[name]:
                raise Refused(_("The table %s did not take all its rows.") % name)
    db.continue_numbering(connection, tables.values())


def _fill(connection: Connection, table: Table, backup: ZipFile, progress: "tqdm[Never]") -> None:
    for some in _some(_rows(table, backup), ROWS_AT_ONCE):
        db.put(connection, table, some)
        progress.update(len(some))


def _rows(table: Table, backup: ZipFile) -> Iterator[dict[str, Any]]:
    with backup.open(archive.table_part(table.name)) as lines:
        yield from map(rows.reader(table, lines.readline()), lines)


def _some(things: Iterable[Thing], most: int) -> Iterator[list[Thing]]:
    rest = iter(things)
    while some := list(islice(rest, most)):
        yield some


def _index(connection: Connection) -> None:
    """Write the search index, which no backup holds."""
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        progress = tqdm(total=session.scalar(select(func.count()).select_from(Item)), unit=" items", disable=None)
        with progress:
            for some in _all_items(session):
                search.index_all(session, ((item.number, item.title, items.full_text(item)) for item in some))
                progress.update(len(some))
        session.commit()


def _all_items(session: Session) -> Iterator[list[Item]]:
    last = 0
    while some := session.scalars(
        select(Item).where(col(Item.number) > last).order_by(col(Item.number)).limit(ROWS_AT_ONCE)
    ).all():
        yield list(some)
        last = some[-1].number
        session.expunge_all()


def _place(backup: ZipFile, name: str, path: Path) -> None:
    """A file has its name only when it is whole, so that whoever begins again may take it as it is."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}")
    try:
        with backup.open(name) as content, unfinished.open("wb") as file:
            shutil.copyfileobj(content, file)
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
