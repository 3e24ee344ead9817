"""What is done in the background: mails leave, imports go on, questions fall due.

Every process that serves does this too, safely, because each piece of work is claimed in the database.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from app.db import Database

PAUSE = 1.0  # seconds
log = logging.getLogger("daylight.work")

JOBS: list[Callable[[Database], None]] = []


@asynccontextmanager
async def in_background(database: Database) -> AsyncIterator[None]:
    """Do the work in a thread beside the requests until the block ends."""
    task = asyncio.create_task(_forever(database))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _forever(database: Database) -> None:
    while True:
        await asyncio.to_thread(once, database)
        await asyncio.sleep(PAUSE)


def once(database: Database) -> None:
    """One round of all jobs; what fails is logged and tried again in the next round."""
    for job in JOBS:
        try:
            job(database)
        except Exception:
            log.exception("Background work failed: %s", job.__name__)


def until_stopped(database: Database) -> None:
    """The same work in a process of its own."""
    while True:
        once(database)
        time.sleep(PAUSE)
