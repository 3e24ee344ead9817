"""The one thread of a process that writes to SQLite: writers queue here in order, and share commits.

What queues up during a commit shares the next one. Each job has a savepoint of its own, so one that raises undoes only
itself; nobody hears of a success before the commit that holds it is on the disk.
"""

import math
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.db.checkpoints import Checkpoints
from app.db.engines import SQLITE_BUSY, sqlite_code

TOGETHER_MOST = 64

Done = TypeVar("Done")
Tell = Callable[[], None]


@dataclass
class Job:
    """Work that waits for the writing thread, and the future that hears of it after the commit."""

    work: Callable[[Session], Any]
    future: Future[Any]

    def done(self, outcome: Any) -> Tell:
        return lambda: self.future.set_result(outcome)

    def failed(self, trouble: BaseException) -> Tell:
        return lambda: self.future.set_exception(trouble)


class WritingThread:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.connection: Connection | None = None
        self.pool: object = None  # that the connection is from
        self.queue: SimpleQueue[Job | None] = SimpleQueue()
        self.closed = self.ended = False
        self.checkpoints = Checkpoints(engine)
        self.thread = Thread(target=self._run, name="writer", daemon=True)
        self.thread.start()

    def submit(self, work: Callable[[Session], Done]) -> "Future[Done]":
        if self.closed:
            raise RuntimeError("The database was closed.")
        job = Job(work, Future())
        self.queue.put(job)
        return job.future

    def close(self) -> None:
        """Finish what was submitted, then end."""
        self.closed = True
        self.queue.put(None)
        self.thread.join()
        self.checkpoints.close()

    def _run(self) -> None:
        while not self.ended:
            jobs = self._wanted([self.queue.get(), *self._waiting(TOGETHER_MOST - 1)])
            if jobs:
                self._commit_together(jobs)
                self.checkpoints.look()
        self._let_go()

    def _waiting(self, most: float = math.inf) -> list[Job | None]:
        """What has queued up until now."""
        waiting: list[Job | None] = []
        while len(waiting) < most and not self.queue.empty():
            waiting.append(self.queue.get())
        return waiting

    def _wanted(self, taken: list[Job | None]) -> list[Job]:
        """The jobs that nobody cancelled meanwhile; None among them is the end."""
        self.ended = self.ended or None in taken
        return [job for job in taken if job is not None and job.future.set_running_or_notify_cancel()]

    def _commit_together(self, jobs: list[Job]) -> None:
        try:
            connection = self._connected()
            with connection.begin():
                told = [_attempt(connection, job) for job in jobs] if len(jobs) > 1 else [_alone(connection, *jobs)]
        except BaseException as trouble:  # noqa: BLE001 - whatever it is, each caller hears it
            self._let_go()  # who knows in which state it is
            if _is_locked(trouble):
                jobs = jobs + self._wanted(self._waiting())  # they have waited meanwhile, and would wait as long again
            told = [job.failed(trouble) for job in jobs]
        for tell in told:
            tell()

    def _connected(self) -> Connection:
        """The same as for the commit before, which has in memory what it read: what others commit has it read anew.

        Until the engine was told to let go of those that it has.
        """
        if self.connection is None or self.pool is not self.engine.pool:
            self._let_go()
            self.pool, self.connection = self.engine.pool, self.engine.connect()
        return self.connection

    def _let_go(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None


def _alone(connection: Connection, job: Job) -> Tell:
    """Do a job that shares its commit with no other, and needs no savepoint."""
    with Session(connection, join_transaction_mode="control_fully", expire_on_commit=False) as session:
        outcome = job.work(session)
        session.commit()
    return job.done(outcome)


def _attempt(connection: Connection, job: Job) -> Tell:
    """Do one job in its savepoint and return how to tell its outcome. Raises what has undone the others as well.

    SQLite answers a full disk or a failing one by undoing the whole transaction, not only the savepoint. What follows
    would then be committed alone, and what came before would be reported as stored although it is gone.
    """
    try:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            outcome = job.work(session)
            session.commit()
    except BaseException as trouble:
        if not _is_in_transaction(connection):
            raise
        return job.failed(trouble)
    return job.done(outcome)


def _is_in_transaction(connection: Connection) -> bool:
    return bool(connection.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]


def _is_locked(trouble: BaseException) -> bool:
    return isinstance(trouble, OperationalError) and sqlite_code(trouble.orig) == SQLITE_BUSY
