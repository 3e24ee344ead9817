"""Background work: trouble is told in a line and costs a pause, not the work."""

import asyncio
import logging
import time
from queue import SimpleQueue

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from app import work
from app.db import Database
from app.site import Site
from app.work import PAUSE_AFTER_TROUBLE, Job
from tests.fixtures.database import ONLY_SQLITE


def does_it(database: Database) -> None:
    pass


def finds_it_away(database: Database) -> None:
    raise OperationalError("SELECT 1", {}, Exception("the server is away\nDETAIL: its address"))


def breaks(database: Database) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("do", "pause", "level", "words"),
    [
        (does_it, 0.4, None, ""),
        (
            finds_it_away,
            PAUSE_AFTER_TROUBLE,
            logging.ERROR,
            "waits for the database: finds_it_away: the server is away",
        ),
        (breaks, PAUSE_AFTER_TROUBLE, logging.ERROR, "failed: breaks"),
    ],
)
def test_a_round_of_work(
    own_database: Database, caplog: pytest.LogCaptureFixture, do: object, pause: float, level: int | None, words: str
) -> None:
    assert Job(do, pause=0.4).once(own_database) == pause  # type: ignore[arg-type]
    assert [record.levelno for record in caplog.records] == ([level] if level else [])
    assert all(record.getMessage() == f"Background work {words}" for record in caplog.records)
    assert any(record.exc_info for record in caplog.records) == (do is breaks)


Rounds = SimpleQueue[float]


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> Rounds:
    """When the one job that there is was done, round after round."""
    told: Rounds = SimpleQueue()
    monkeypatch.setattr(work, "JOBS", [Job(lambda _database: told.put(time.monotonic()), pause=0.01)])
    monkeypatch.setattr(work, "FIRST", 0)
    return told


@ONLY_SQLITE
def test_work_is_looked_for_when_something_was_written(
    own_database: Database, rounds: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server of PostgreSQL also says so when it has cleaned up by itself."""
    monkeypatch.setattr(work, "LOOKS_ANYWAY_AFTER", 3600)

    async def watch() -> None:
        async with work.in_background(own_database):
            for name in ("Once", "Twice"):
                await asyncio.to_thread(rounds.get, timeout=30)
                await asyncio.sleep(0.2)
                assert rounds.empty()
                with own_database.session() as session:
                    session.execute(update(Site).values(name=name))
            await asyncio.to_thread(rounds.get, timeout=30)

    asyncio.run(watch())


def test_work_is_looked_for_from_time_to_time_although_nothing_was_written(
    own_database: Database, rounds: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "LOOKS_ANYWAY_AFTER", 0.1)
    first, second = asyncio.run(_two_rounds(own_database, rounds))
    assert second - first >= 0.1


def test_work_that_takes_long_is_looked_for_no_sooner(
    own_database: Database, rounds: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "LOOKS_ANYWAY_AFTER", 0.1)

    def take_long(_database: Database) -> None:
        time.sleep(0.2)
        rounds.put(time.monotonic())

    monkeypatch.setattr(work, "JOBS", [Job(take_long, pause=0.01)])
    first, second = asyncio.run(_two_rounds(own_database, rounds))
    assert second - first >= 0.3


def test_work_is_looked_for_while_nobody_knows_whether_anything_was_written(
    own_database: Database, rounds: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the trouble is told, and what is due is done as soon as it is over."""
    monkeypatch.setattr(work, "LOOKS_ANYWAY_AFTER", 3600)

    async def nobody_knows() -> object:
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr(own_database, "revision", nobody_knows)
    asyncio.run(_two_rounds(own_database, rounds))


async def _two_rounds(database: Database, rounds: Rounds) -> list[float]:
    async with work.in_background(database):
        return [await asyncio.to_thread(rounds.get, timeout=30) for _ in range(2)]
