"""What is done in the background: mails leave, imports go on, questions fall due, what is past is forgotten.

Every process that serves does this too, safely, because each piece of work is claimed in the database.
"""

import asyncio
import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from threading import Timer

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app import (
    attachments,
    db,
    delivery,
    digests,
    heap,
    limits,
    notifications,
    outbox,
    products,
    repeats,
    sessions,
    sign_in,
    tokens,
    webhooks,
)
from app.db import Database
from app.imports import running
from app.status_changes import questions

FIRST = 0.5  # seconds after the start, when those who waited for it have their pages
LOOKS_ANYWAY_AFTER = 2.0  # seconds: what was written long ago falls due as well
PAUSE_AFTER_TROUBLE = 10.0  # seconds
END_MOST = 10.0  # seconds
log = logging.getLogger("daylight.work")


@dataclass(frozen=True)
class Job:
    """A piece of work that is looked for again and again, each in its own time so that none waits for another."""

    do: Callable[[Database], None]
    pause: float  # seconds between one round and the next

    def once(self, database: Database) -> float:
        """One round; returns the seconds until the next. What fails is logged and tried again then."""
        try:
            self.do(database)
        except DBAPIError as trouble:
            said = str(trouble.orig).partition("\n")[0]
            log.error("Background work waits for the database: %s: %s", self.do.__name__, said)  # noqa: TRY400 - known
        except Exception:
            log.exception("Background work failed: %s", self.do.__name__)
        else:
            return self.pause
        return max(self.pause, PAUSE_AFTER_TROUBLE)


FORGETTING = (
    limits.forget_past,
    notifications.forget_old,
    outbox.forget_old,
    products.forget_ended,
    repeats.forget_old,
    webhooks.forget_old,
    sessions.forget_ended,
    sign_in.forget_old,
    tokens.forget_ended,
)


def forget(database: Database) -> None:
    with database.session() as session:
        for forget_old in FORGETTING:
            forget_old(session)


def give_back_memory(_database: Database) -> None:
    heap.give_back()


def follow_up_questions(database: Database) -> None:
    with database.session(writes=False) as session:
        if not questions.is_anything_due(session, db.now()):
            return
    with database.session() as session:
        questions.follow_up(session, db.now())


JOBS = [
    Job(delivery.deliver_due, pause=0.4),
    Job(notifications.send_out, pause=0.5),
    Job(webhooks.deliver_due, pause=0.5),
    Job(running.work, pause=0.5),
    Job(give_back_memory, pause=5),
    Job(digests.send_due, pause=300),
    Job(follow_up_questions, pause=600),
    Job(forget, pause=3600),
    Job(attachments.sweep, pause=21_600),
]


@asynccontextmanager
async def in_background(database: Database) -> AsyncIterator[None]:
    """Do all jobs in threads beside the requests until the block ends; what has begun is finished."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(_repeat(job, database, stop)) for job in JOBS]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def _repeat(job: Job, database: Database, stop: asyncio.Event) -> None:
    """Round after round; while nobody writes, most are spared: to learn that costs a hundredth of looking."""
    pause, seen, looks_at = FIRST, None, 0.0
    while not await _is_set_within(pause, stop):
        revision = await _revision(database)
        if revision is None or revision != seen or time.monotonic() >= looks_at:
            pause = await asyncio.to_thread(job.once, database)
            seen, looks_at = revision, time.monotonic() + LOOKS_ANYWAY_AFTER


async def _revision(database: Database) -> object:
    try:
        return await database.revision()
    except SQLAlchemyError:
        return None  # whoever looks tells of it


async def _is_set_within(seconds: float, stop: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()


def end_in_time() -> Timer:
    """Let the process end, whatever its threads still wait for: one that asks a silent database cannot be called back.

    Nothing is lost by it that a kill would not lose. The timer is given back to be cancelled when all have ended.
    """
    timer = Timer(END_MOST, _give_up)
    timer.daemon = True
    timer.start()
    return timer


def _give_up() -> None:
    log.error("Background work did not end within %d seconds; the process ends without it.", END_MOST)
    os._exit(1)


def until_stopped(database: Database) -> None:
    """The same work in a process of its own, until it is interrupted or terminated."""
    asyncio.run(_until_stopped(database))


async def _until_stopped(database: Database) -> None:
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
    async with in_background(database):
        await stopped.wait()
        end_in_time()
