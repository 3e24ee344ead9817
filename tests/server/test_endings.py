"""A server that ends or is replaced while people write: what was accepted is finished."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app import db
from app.db import Database
from tests.fixtures.server import Server
from tests.server.conftest import replace_workers, workers_of
from tests.server.crowd import OVERTAKEN, SEE_OTHER, Act, Board, Crowd, there, verify

pytestmark = pytest.mark.server


def done_without_a_word(url: str, crowd: Crowd) -> list[Act]:
    """The acts that were done although nobody was told so."""
    database = Database(db.make_engine(url))
    with database.session(writes=False) as session:
        found = there(session)
    database.close()
    return [told.act for told in crowd.told if told.status is None and found[told.act.kind][told.act.what]]


def test_a_server_that_is_told_to_end_finishes_what_it_has_accepted(
    serve: Callable[..., Server], board: Board, tmp_path: Path
) -> None:
    server = serve(data_dir=tmp_path)
    with Crowd(board, server.port, a_second=0, threads=12) as crowd:
        crowd.wait_for(100)
        assert server.stop(signal.SIGTERM) == 0
        time.sleep(0.2)
    assert {type(told.trouble) for told in crowd.troubles} <= {ConnectionRefusedError, ConnectionResetError}
    assert done_without_a_word(board.url, crowd) == []
    verify(board.url, crowd.taken)
    assert "Traceback" not in server.output


def test_workers_are_replaced_without_a_failed_request(
    serve: Callable[..., Server], board: Board, tmp_path: Path
) -> None:
    server = serve("--workers", "2", data_dir=tmp_path)
    before = workers_of(server)
    assert len(before) == 2
    with Crowd(board, server.port) as crowd:
        crowd.wait_for(20)
        replace_workers(server)
        crowd.wait_for(20)
    assert len(workers_of(server) - before) == 2
    assert crowd.troubles == []
    assert set(crowd.statuses) <= {SEE_OTHER, OVERTAKEN}
    verify(board.url, crowd.taken)
    assert server.output.count("Daylight: ") == 1
    assert_no_worker_outlives(server)


def assert_no_worker_outlives(server: Server) -> None:
    """A worker whose parent was killed does not hold the port against the next server."""
    workers = workers_of(server)
    server.stop(signal.SIGKILL)
    until = time.monotonic() + 30
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < until, f"{workers} are still there"
        time.sleep(0.05)
