"""Servers that start in a moment, for tests that need many. How a server starts is the same as everywhere."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from tests.fixtures.mail import free_port
from tests.fixtures.server import ROOT, START_SECONDS, Server
from tests.server.crowd import Board, set_up


@dataclass
class Quick:
    """A server that was forked from a process which has loaded the program."""

    pid: int
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def output(self) -> str:
        return self.log.read_text()

    @property
    def is_there(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        os.kill(self.pid, how)
        until = time.monotonic() + START_SECONDS
        while self.is_there:
            assert time.monotonic() < until, f"The server did not end:\n{self.output}"
            time.sleep(0.01)

    def wait_until_it_answers(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.is_there:
            try:
                if httpx.get(f"{self.url}/healthz").status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                time.sleep(0.02)
        pytest.fail(f"The server did not answer within {START_SECONDS} s:\n{self.output}")


def workers_of(server: Server) -> set[int]:
    """The processes that a server has started to answer requests."""
    parent = server.process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return {int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()}


def replace_workers(server: Server) -> None:
    """Have a server replace its workers one by one, and wait until all of them are new."""
    before, until = workers_of(server), time.monotonic() + START_SECONDS
    server.process.send_signal(signal.SIGHUP)
    while before & workers_of(server):
        assert time.monotonic() < until, f"Workers were not replaced:\n{server.output}"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def loaded() -> Iterator[Callable[[dict[str, object]], int]]:
    """Forks a server from one process that has loaded the program, and returns the server's."""
    command = [sys.executable, "-m", "tests.server.loaded"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        orders, answers = process.stdin, process.stdout

        def fork(order: dict[str, object]) -> int:
            print(json.dumps(order), file=orders, flush=True)
            return int(answers.readline())

        yield fork


class Starter:
    """Starts servers, and stops them at the end: `quick(data_dir, port=port, DAYLIGHT_DATABASE_URL=url)`."""

    def __init__(self, fork: Callable[[dict[str, object]], int], folder: Path) -> None:
        self.fork, self.folder = fork, folder
        self.started: list[Quick] = []

    def __call__(self, data_dir: Path | None = None, *, port: int = 0, wait: bool = True, **environment: str) -> Quick:
        port, log = port or free_port(), self.folder / f"server-{len(self.started)}.log"
        settings = {
            "DAYLIGHT_DATA_DIR": str(data_dir or self.folder),
            "DAYLIGHT_BASE_URL": f"http://localhost:{port}",
            "DAYLIGHT_DATABASE_URL": "",
        }
        pid = self.fork({"port": port, "environment": settings | environment, "log": str(log)})
        self.started.append(Quick(pid, port, log))
        if wait:
            self.started[-1].wait_until_it_answers()
        return self.started[-1]

    def stop_all(self) -> None:
        for server in self.started:
            if server.is_there:
                server.stop()


@pytest.fixture
def quick(loaded: Callable[[dict[str, object]], int], tmp_path: Path) -> Iterator[Starter]:
    starter = Starter(loaded, tmp_path)
    yield starter
    starter.stop_all()


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Board:
    """A board on SQLite that is only copied."""
    return set_up(f"sqlite:///{tmp_path_factory.mktemp('stocked') / 'daylight.sqlite3'}")


@pytest.fixture
def board(stocked: Board, tmp_path: Path) -> Board:
    """A board on SQLite, where `serve` looks for it in the data folder `tmp_path`."""
    return copied(stocked, tmp_path)


def copied(stocked: Board, folder: Path) -> Board:
    path = shutil.copy(stocked.url.removeprefix("sqlite:///"), folder)
    return replace(stocked, url=f"sqlite:///{path}")
