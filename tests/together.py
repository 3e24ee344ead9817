"""Several who do the same thing at the same moment."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import TypeVar

from sqlmodel import Session

from app.db import Database

Done = TypeVar("Done")


def at_once(database: Database, work: Callable[[Session], Done], count: int) -> list[Done]:
    """Do the same thing in several transactions at the same moment."""
    start, done = Barrier(count), []

    def do() -> None:
        start.wait()
        with database.session() as session:
            done.append(work(session))

    threads = [Thread(target=do) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done
