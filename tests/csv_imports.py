"""CSV files on their way in, by the same verbs that the page and the terminal use."""

import io
from typing import Any

from sqlmodel import Session, SQLModel, func, select

from app import boards
from app.db import Database
from app.imports import running
from app.imports.batches import Import
from app.imports.csv_files import choices, preparing
from app.imports.csv_files.choices import Choices
from app.imports.csv_files.mapping import Mapping


def prepared(database: Database, content: str | bytes, name: str = "board.csv", **chosen: Any) -> Import:
    """An import that can begin; what is chosen goes before what was proposed."""
    given = io.BytesIO(content.encode() if isinstance(content, str) else content)
    batch = preparing.prepare(database, given, name)
    if not chosen:
        return batch
    with database.session(writes=False) as session:
        mapping = choices.apply(Mapping.of(batch.mapping), Choices(**chosen), boards.every(session))
    return preparing.revise(database, batch, mapping)


def begun(database: Database, content: str | bytes, name: str = "board.csv", **chosen: Any) -> Import:
    batch = prepared(database, content, name, **chosen)
    with database.session() as session:
        return running.begin(session, batch)


def brought_in(database: Database, content: str | bytes, name: str = "board.csv", **chosen: Any) -> Import:
    return running.run(database, begun(database, content, name, **chosen), lambda _batch: None)


def odd(batch: Import) -> list[tuple[int, str]]:
    return [tuple(each) for each in batch.report["survey"]["odd"]]


def found(batch: Import, name: str) -> Any:
    return batch.report["survey"][name]


def row_counts(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    tables = SQLModel.metadata.sorted_tables
    return {each.name: session.execute(select(func.count()).select_from(each)).scalar_one() for each in tables}
