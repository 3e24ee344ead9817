"""Storage that fails under a running server: reading goes on, writing says so plainly, and it recovers by itself."""

import http.client
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url

from app import db
from app.db import Database
from tests.fixtures.mail import free_port
from tests.fixtures.server import NOT_ABOVE_PERMISSIONS, ROOT, Server
from tests.server.conftest import Quick, Starter, copied, replace_workers
from tests.server.crowd import OVERTAKEN, SEE_OTHER, UNAVAILABLE, Act, Board, Crowd, do, there, verify, vote

WORDS = "Daylight cannot use its storage right now."
SMALL = 8_000_000  # bytes
ATTEMPTS_MOST = 6  # votes: by one or two, each of two workers notices that what it has open never writes

pytestmark = pytest.mark.server


class Hand:
    """One member who votes for one item after the other, and looks."""

    def __init__(self, board: Board, server: Server | Quick) -> None:
        self.board, self.server = board, server
        self.person = list(board.members)[1]
        self.items = iter(board.items)
        self.taken: list[Act] = []

    def vote(self) -> int | None:
        act = vote(self.board, next(self.items), self.person)
        connection = http.client.HTTPConnection("localhost", self.server.port, timeout=40)
        told = do(connection, act)
        connection.close()
        self.taken += [act] if told.status == SEE_OTHER else []
        return told.status

    def vote_until(self, status: int, seconds: float = 20) -> int:
        """How many votes that takes."""
        until, votes = time.monotonic() + seconds, 1
        while (answered := self.vote()) != status:
            assert time.monotonic() < until, (
                f"Still {answered} and not {status} after {seconds} s:\n{self.server.output}"
            )
            time.sleep(0.2)
            votes += 1
        return votes

    def refusal(self) -> str:
        """The page that answers a vote which cannot be stored."""
        key = self.board.members[self.person]
        path = f"{self.server.url}/items/{next(self.items)}/vote"
        answer = httpx.post(path, headers={"Cookie": f"session={key}"}, timeout=40)
        assert (answer.status_code, answer.headers.get("Retry-After")) == (UNAVAILABLE, "10"), answer.text
        return answer.text

    def reads(self) -> bool:
        """Looks at the board, at an item, and at what no memory can serve."""
        key = self.board.members[self.person]
        paths = {"/": {}, f"/items/{self.board.items[0]}": {}, "/me": {"Cookie": f"session={key}"}}
        answers = [httpx.get(self.server.url + path, headers=headers, timeout=40) for path, headers in paths.items()]
        return {answer.status_code for answer in answers} == {httpx.codes.OK}

    def verify(self) -> None:
        """What was taken is there, and nothing of what was refused."""
        verify(self.board.url, self.taken)
        database = Database(db.make_engine(self.board.url))
        with database.session(writes=False) as session:
            votes = {what for what in there(session)["vote"] if what[1] == self.person}
        database.close()
        assert votes == {act.what for act in self.taken}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of a few megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.system(f"mount -t tmpfs -o size={SMALL} tmpfs {place} 2>/dev/null"):  # noqa: S605 - a path of our own
        pytest.skip("No disk can be mounted here; the test before this one fills it up in another way.")
    yield place
    os.system(f"umount --lazy {place}")  # noqa: S605 - the same


def fails_and_recovers(hand: Hand, fail: Callable[[], object], mend: Callable[[], object]) -> None:
    hand.vote_until(SEE_OTHER)
    fail()
    hand.vote_until(UNAVAILABLE)
    assert WORDS in hand.refusal()
    assert hand.reads()
    mend()
    hand.vote_until(SEE_OTHER)
    assert hand.reads()
    hand.verify()


def test_a_disk_that_takes_nothing_more(quick: Starter, board: Board) -> None:
    """No file of the server may be written, which every Linux can arrange for every user."""
    server = quick()

    def files_may_have(size: int) -> None:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    fails_and_recovers(Hand(board, server), lambda: files_may_have(0), lambda: files_may_have(resource.RLIM_INFINITY))


def test_a_full_disk(quick: Starter, stocked: Board, small_disk: Path) -> None:
    board = copied(stocked, small_disk)
    server = quick(small_disk)
    filler = small_disk / "filler"

    def fill() -> None:
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    fails_and_recovers(Hand(board, server), fill, filler.unlink)


def test_a_folder_that_can_only_be_read(serve: Callable[..., Server], board: Board, tmp_path: Path) -> None:
    """Workers that come while nothing can be written find the files as they are; the earlier ones had them open."""
    server = serve("--workers", "2", data_dir=tmp_path, within=NOT_ABOVE_PERMISSIONS)
    hand = Hand(board, server)
    hand.vote_until(SEE_OTHER)
    files = [path for path in tmp_path.iterdir() if path.name.startswith("daylight.sqlite3")]

    def allow(to_file: int, to_folder: int) -> None:
        for path in files:
            path.chmod(to_file)
        tmp_path.chmod(to_folder)

    allow(0o400, 0o500)
    replace_workers(server)
    assert WORDS in hand.refusal()
    assert hand.reads()
    allow(0o600, 0o700)
    assert hand.vote_until(SEE_OTHER) <= ATTEMPTS_MOST
    assert hand.reads()
    hand.verify()


def test_a_folder_that_can_only_be_read_is_told_at_the_start(board: Board, tmp_path: Path) -> None:
    (tmp_path / "daylight.sqlite3").chmod(0o400)
    tmp_path.chmod(0o500)
    started = subprocess.run(  # noqa: S603 - our own program
        [*NOT_ABOVE_PERMISSIONS, sys.executable, "-m", "app", "serve", "--port", str(free_port())],
        cwd=ROOT, env=os.environ | {"DAYLIGHT_DATA_DIR": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    tmp_path.chmod(0o700)
    assert started.returncode == 1
    assert started.stdout == ""
    first, second = started.stderr.splitlines()
    assert first.startswith("The database cannot be used: ")
    assert second == "“python -m app doctor” says more."


def holder_of(board: Board) -> Any:
    """Another connection to the board, as another program has."""
    path = make_url(board.url).database
    return db.sqlite_module().connect(path, isolation_level=None, check_same_thread=False)


def test_a_lock_that_is_held_too_long(quick: Starter, board: Board) -> None:
    hand, holder = Hand(board, quick()), holder_of(board)
    hand.vote_until(SEE_OTHER)
    holder.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    assert hand.vote() == UNAVAILABLE
    assert time.monotonic() - began > db.PATIENCE * 0.9
    assert hand.reads()
    holder.execute("ROLLBACK")
    holder.close()
    assert hand.vote() == SEE_OTHER
    hand.verify()


def test_a_lock_that_is_let_go_in_time_is_waited_for(quick: Starter, board: Board) -> None:
    hand, holder = Hand(board, quick()), holder_of(board)
    hand.vote_until(SEE_OTHER)
    holder.execute("BEGIN IMMEDIATE")
    Timer(1.5, lambda: holder.execute("ROLLBACK")).start()
    assert hand.vote() == SEE_OTHER
    assert not holder.in_transaction
    holder.close()
    hand.verify()


def test_two_servers_on_one_file(quick: Starter, board: Board) -> None:
    first, second = quick(), quick()
    with Crowd(board, first.port, name="first") as one, Crowd(board, second.port, name="second") as other:
        one.wait_for(60)
        other.wait_for(60)
    assert one.troubles + other.troubles == []
    assert {*one.statuses, *other.statuses} <= {SEE_OTHER, OVERTAKEN}
    verify(board.url, one.taken + other.taken)
