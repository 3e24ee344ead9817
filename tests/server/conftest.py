"""Servers that start in a moment, for tests that need many. How a server starts is the same as everywhere."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


@pytest.fixture
def quick(loaded: Callable[[dict[str, object]], int], tmp_path: Path) -> Iterator[Callable[..., Quick]]:
    """Start servers: `quick(data_dir, port=port, DAYLIGHT_DATABASE_URL=url)`."""
    servers: list[Quick] = []

    def start(data_dir: Path = tmp_path, *, port: int = 0, wait: bool = True, **environment: str) -> Quick:
        port, log = port or free_port(), tmp_path / f"server-{len(servers)}.log"
        settings = {"DAYLIGHT_DATA_DIR": str(data_dir), "DAYLIGHT_BASE_URL": f"http://localhost:{port}"}
        pid = loaded({"port": port, "environment": settings | environment, "log": str(log)})
        servers.append(Quick(pid, port, log))
        if wait:
            servers[-1].wait_until_it_answers()
        return servers[-1]

    yield start
    for server in servers:
        if server.is_there:
            server.stop()


@pytest.fixture
def board(tmp_path: Path) -> Board:
    """A board on SQLite, where `serve` looks for it in the data folder `tmp_path`."""
    return set_up(f"sqlite:///{tmp_path / 'daylight.sqlite3'}")
