"""Background work: trouble is told in a line and costs a pause, not the work."""

import logging

import pytest
from sqlalchemy.exc import OperationalError

from app.db import Database
from app.work import PAUSE_AFTER_TROUBLE, Job


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
