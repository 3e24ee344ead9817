"""Making a backup: one consistent state of the database, while others go on writing."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Never

from sqlalchemy import Connection, Table, func, select
from tqdm import tqdm

import app
from app import db, files, schema
from app.backups import archive, rows
from app.backups.archive import Manifest, Writer
from app.db import Database
from app.refusals import Refused
from app.words import _

ROWS_AT_ONCE = 2000


def make(database: Database, path: Path, data_dir: Path) -> Manifest:
    """Write everything into one new file, which is there only when it was read back and found whole.

    Raises Refused when the file cannot be written or the database is no Daylight of this version or an older one.
    """
    with files.appearing(path) as unfinished, database.snapshot() as connection:
        writer = Writer(unfinished, _manifest(connection))
        _put_tables(connection, writer)
        _put_files(data_dir, writer)
        writer.close()
        with archive.opened(unfinished) as (_zip, manifest):
            pass
    return manifest


def _manifest(connection: Connection) -> Manifest:
    revision = schema.revision(connection)
    if revision not in schema.revisions():
        raise Refused(_("There is no Daylight in this database, or one that is newer than this program."))
    return Manifest(daylight=app.__version__, revision=revision, made_at=db.now().isoformat(timespec="seconds"))


def _put_tables(connection: Connection, writer: Writer) -> None:
    counts = {table: _count(connection, table) for table in rows.tables(connection)}
    progress = tqdm(total=sum(counts.values()), unit=" rows", disable=None)
    with progress:
        for table in counts:
            writer.put(archive.table_part(table.name), _lines(connection, table, progress), counts_rows=True)


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _lines(connection: Connection, table: Table, progress: "tqdm[Never]") -> Iterator[bytes]:
    yield rows.line(column.name for column in table.columns)
    statement = select(table).order_by(*table.primary_key.columns)
    with connection.execution_options(yield_per=ROWS_AT_ONCE).execute(statement) as result:
        for some in result.partitions():
            yield b"".join(map(rows.line, some))
            progress.update(len(some))


def _put_files(data_dir: Path, writer: Writer) -> None:
    for name, path in archive.files_in(data_dir):
        with suppress(FileNotFoundError):  # an import that has just ended needs its file no more
            writer.put(name, _blocks(path))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(archive.BLOCK):
            yield block
