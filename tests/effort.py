"""How much work something takes: the same number on every machine, however busy it is."""

import itertools
import sys
from collections.abc import Callable

from sqlmodel import Session


def calls(work: Callable[[], object]) -> int:
    """How many calls of functions it takes."""
    made = itertools.count()
    sys.setprofile(lambda *_about: next(made))
    try:
        work()
    finally:
        sys.setprofile(None)
    return next(made)


def steps(session: Session, work: Callable[[], object]) -> int:
    """How many times SQLite comes to a point at which it asks whether to go on; its loops do with each row."""
    wire, taken = session.connection().connection.dbapi_connection, itertools.count()
    wire.set_progress_handler(lambda: next(taken) < 0, 1)  # type: ignore[union-attr]
    try:
        work()
    finally:
        wire.set_progress_handler(None, 1)  # type: ignore[union-attr]
    return next(taken)
