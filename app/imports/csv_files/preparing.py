"""A file becomes an import that can begin: stored, looked at, its mapping proposed, and surveyed."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from sqlmodel import Session, col, select

from app import boards, db
from app.config import settings
from app.db import Database
from app.imports import batches, survey
from app.imports.batches import Import, State
from app.imports.csv_files import mapping, rows, storing
from app.imports.csv_files.columns import Column
from app.imports.csv_files.dates import Order
from app.imports.csv_files.mapping import Mapping
from app.refusals import Refused
from app.words import _

VALUES_MOST = 60
KEPT = timedelta(days=2)  # for which a file waits to be brought in
ENDED = (State.DONE, State.UNDONE)


def stored_file(file: str) -> Path:
    """Where the file of a mapping is stored."""
    return settings().data_dir / "imports" / file


def prepare(database: Database, given: IO[bytes], name: str, *, by_id: int | None = None, encoding: str = "") -> Import:
    """Store the file and say what would come of it. For a large file this takes seconds; it writes only at the end.

    Raises Invalid for a file that is no table of text.
    """
    path = stored_file(f"{secrets.token_hex(8)}.csv")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        encoding = storing.store(given, path, encoding)
        proposed, columns = mapping.look(path, name)
        report = {"encoding": encoding, "columns": [_seen(column) for column in columns]}
        with database.session(writes=False) as session:
            proposed.boards = mapping.propose_boards(proposed, columns, boards.every(session))
        batch = Import(source="", name=name[:200], by_id=by_id)
        _survey(database, batch, proposed, report)
        with database.session() as session:
            session.add(batch)
            _forget_abandoned(session, batch)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return batch


def _forget_abandoned(session: Session, latest: Import) -> None:
    """Forget what was looked into long ago and never begun, and files that no import needs."""
    begun_before = db.now() - KEPT
    unused = select(Import).where(Import.state == State.PREPARED, Import.started_at < begun_before)
    for batch in session.exec(unused):
        session.delete(batch)
    session.flush()
    needed = {
        batch.mapping.get("file") for batch in session.exec(select(Import).where(col(Import.state).not_in(ENDED)))
    }
    for path in stored_file(latest.mapping["file"]).parent.glob("*.csv"):
        if path.name not in needed and path.stat().st_mtime < begun_before.timestamp():
            path.unlink(missing_ok=True)


def revise(database: Database, batch: Import, changed: Mapping) -> Import:
    """Survey the file again with another mapping. Raises Refused once the import has begun."""
    fresh = Import(source="")
    _survey(database, fresh, changed, batch.report)
    with database.session() as session:
        batch = batches.lock(session, batch)
        if batch.state is not State.PREPARED:
            raise Refused(_("This import has begun; its mapping stays."))
        for name in ("source", "mapping", "report", "total", "at_byte", "at_line"):
            setattr(batch, name, getattr(fresh, name))
        session.add(batch)
    return batch


def discard(session: Session, batch: Import) -> None:
    """Forget an import that has not begun, with its file. Raises Refused once it has."""
    batch = batches.lock(session, batch)
    if batch.state is not State.PREPARED:
        raise Refused(_("This import has begun. It can be undone."))
    session.delete(batch)
    session.flush()
    stored_file(batch.mapping["file"]).unlink(missing_ok=True)


def orders(batch: Import) -> set[Order]:
    """What the file's dates, where they are written in numbers alone, tell about the order of day and month."""
    told = {column["name"]: column["orders"] for column in batch.report["columns"]}
    return mapping.orders(Mapping.of(batch.mapping), told)


def doubts(batch: Import) -> list[str]:
    """What a person should look at before they trust the dates."""
    told = orders(batch)
    if told == {Order.EITHER}:
        return [_("The dates can be read with the day or with the month first. Please check which is right.")]
    if len(told) > 1:
        return [_("Some dates have the day first and others the month. Those that cannot be read are named below.")]
    return []


def _survey(database: Database, batch: Import, chosen: Mapping, report: dict[str, Any]) -> None:
    """Let the import hold the mapping and what it would bring."""
    read = rows.read(stored_file(chosen.file), chosen)
    with database.session(writes=False) as session:
        found = survey.of(session, ((row.arrival, row.odd) for row in read), chosen.source_key)
    batch.source, batch.mapping, batch.total = chosen.source, chosen.stored(), found.rows
    batch.at_byte, batch.at_line = chosen.byte, chosen.line
    batch.report = report | {"survey": found.stored()}


def _seen(column: Column) -> dict[str, Any]:
    """What the page of the mapping needs to know of a column."""
    values = dict(column.values.most_common(VALUES_MOST)) if len(column.values) <= VALUES_MOST else {}
    return {"name": column.name, "shown": column.shown, "values": values, "orders": sorted(column.orders)}
