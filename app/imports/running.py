"""An import at work: in or out by small steps, each a short transaction that also remembers how far it is.

So a board stays usable meanwhile, and after a stop, however sudden, any process goes on where the last one was. Each
step is made ready before its transaction begins, and is left undone if another process was faster.
"""

import time
from collections.abc import Callable

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app import db
from app.db import Database
from app.imports import batches, duplicates, undoing, writing
from app.imports.batches import AT_WORK, LEASE, Import, State
from app.imports.composing import compose
from app.imports.csv_files import rows
from app.imports.csv_files.headings import Field
from app.imports.csv_files.mapping import Mapping
from app.imports.csv_files.preparing import stored_file
from app.imports.csv_files.records import Place
from app.imports.csv_files.rows import Row
from app.refusals import Refused
from app.statuses import Status
from app.words import _

ROWS_MOST, LETTERS_MOST = 100, 150_000  # of one step
SLICE = 2.0  # seconds of one round of background work


def begin(session: Session, batch: Import, *, here: bool = False) -> Import:
    """Let the import come in; `here` keeps it for this process. Raises Refused if words have no meaning yet."""
    batch = batches.lock(session, batch)
    if batch.state is not State.PREPARED:
        raise Refused(_("This import has begun already."))
    if unclear := batch.report["survey"]["unclear"]:
        raise Refused(_("Choose first where these stand here: %s") % ", ".join(f"“{words}”" for words in unclear))
    batch.state, batch.started_at = State.RUNNING, db.now()
    batch.leased_until = db.now() + LEASE if here else None
    session.add(batch)
    return batch


def work(database: Database) -> None:
    """Go on for a while with an import that is at work and that no other process has."""
    due = select(Import).where(
        col(Import.state).in_(AT_WORK), or_(col(Import.leased_until).is_(None), col(Import.leased_until) < db.now())
    )
    with database.session(writes=False) as session:
        if session.exec(due.limit(1)).first() is None:
            return
    with database.session() as session:
        batch = session.exec(due.order_by(col(Import.id)).limit(1).with_for_update(skip_locked=True)).first()
        if batch is None:
            return
        batch.leased_until = db.now() + LEASE
    _go_on(database, batch, time.monotonic() + SLICE)


def _go_on(database: Database, batch: Import, until: float) -> None:
    """Steps until the time is over. On trouble the import rests for a minute, then is tried again."""
    trouble, rest = "", None
    try:
        while batch.is_at_work and (begun := time.monotonic()) < until:
            batch = step(database, batch)
            time.sleep((time.monotonic() - begun) / 2)  # requests of the same process have their turn
    except Exception as problem:
        trouble, rest = str(problem)[:500], db.now() + LEASE
        raise
    finally:
        with database.session() as session:
            batch = batches.lock(session, batch)
            batch.trouble, batch.leased_until = trouble, rest


def run(database: Database, batch: Import, tell: Callable[[Import], None]) -> Import:
    """All steps, here and now, telling after each how far it is."""
    while batch.is_at_work:
        batch = step(database, batch)
        tell(batch)
    return batch


def step(database: Database, batch: Import) -> Import:
    """Do a little more of an import; returns it as it is then."""
    steps = {State.RUNNING: _bring_in, State.MERGING: _merge, State.UNDOING: _take_out}
    batch = steps[batch.state](database, batch)
    if not batch.is_at_work:
        stored_file(batch.mapping["file"]).unlink(missing_ok=True)
    return batch


def _bring_in(database: Database, batch: Import) -> Import:
    mapping = Mapping.of(batch.mapping)
    some = _next_rows(batch, mapping)
    ready = [compose(row.arrival, batch, mapping.source_key) for row in some if row.arrival]

    def write(session: Session, batch: Import) -> None:
        writing.write(session, batch, mapping.source_key, ready)
        batch.done += len(some)

    then = State.MERGING if mapping.columns.get(Field.ORIGINAL) else State.DONE
    return _advance(database, batch, some, write, then)


def _merge(database: Database, batch: Import) -> Import:
    mapping = Mapping.of(batch.mapping)
    some = _next_rows(batch, mapping)
    doubled = [row.arrival for row in some if row.arrival and row.arrival.original]
    doubled = [arrival for arrival in doubled if arrival.outcome and arrival.outcome.status is Status.DUPLICATE]

    def merge(session: Session, batch: Import) -> None:
        duplicates.merge(session, batch, mapping.source_key, doubled)

    return _advance(database, batch, some, merge, State.DONE)


def _next_rows(batch: Import, mapping: Mapping) -> list[Row]:
    some: list[Row] = []
    letters = 0
    for row in rows.read(stored_file(mapping.file), mapping, Place(batch.at_byte, batch.at_line)):
        some.append(row)
        letters += sum(map(len, row.values.values()))
        if len(some) >= ROWS_MOST or letters >= LETTERS_MOST:
            break
    return some


def _advance(
    database: Database, seen: Import, some: list[Row], write: Callable[[Session, Import], None], then: State
) -> Import:
    """Write what was made of these rows and go on after them; after the last ones begins what comes then."""
    with database.session() as session:
        batch = batches.lock(session, seen)
        if (batch.state, batch.at_byte) != (seen.state, seen.at_byte):
            return batch
        if some:
            write(session, batch)
            batch.at_byte, batch.at_line = some[-1].after.byte, some[-1].after.line
        else:
            _end(batch, then)
        batch.leased_until = db.now() + LEASE
    return batch


def _end(batch: Import, then: State) -> None:
    """Merging reads the file once more from its first item."""
    start = Mapping.of(batch.mapping).start
    batch.state, batch.at_byte, batch.at_line = then, start.byte, start.line
    if then is State.DONE:
        batch.finished_at = db.now()


def _take_out(database: Database, batch: Import) -> Import:
    with database.session() as session:
        batch = batches.lock(session, batch)
        if batch.state is State.UNDOING and not undoing.take_some(session, batch):
            batch.state, batch.undone_at = State.UNDONE, db.now()
        batch.leased_until = db.now() + LEASE
    return batch
