"""Exports: the board as one file for people who analyse it or leave: a table (CSV), or all that was said (JSON).

It holds what the public sees; `everything` adds boards that are not public and what is hidden. E-mails are told, and
votes named, only when that is asked for. Nothing in it opens a door: no session, no code, no link.
"""

from collections.abc import Callable
from pathlib import Path

from sqlmodel import Session

from app import files
from app.db import Database
from app.exports import csv_file, json_file
from app.exports.entries import Choice
from app.refusals import Refused
from app.words import _

FORMS: dict[str, Callable[[Session, Path, Choice], int]] = {".csv": csv_file.write, ".json": json_file.write}


def export(database: Database, path: Path, choice: Choice) -> int:
    """Write the file and return the number of items in it. Raises Refused when it exists, or has another ending."""
    write = FORMS.get(path.suffix.lower())
    if write is None:
        raise Refused(_("Name a file that ends in .csv or .json."))
    with (
        files.appearing(path) as unfinished,
        database.snapshot() as connection,
        Session(connection, autoflush=False) as session,
    ):
        return write(session, unfinished, choice)


__all__ = ["Choice", "export"]
