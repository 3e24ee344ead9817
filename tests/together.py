"""Several who do the same thing at the same moment."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import TypeVar

from sqlalchemy import text
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


def is_anybody_waiting(database: Database) -> bool:
    """Whether a transaction waits for another; on PostgreSQL."""
    with database.session(writes=False) as session:
        return bool(session.execute(text("select count(*) from pg_locks where not granted")).scalar_one())
