"""Starts a server as a host would, drives it with wrk, and reads what it cost."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

PLAIN = Path(__file__).parent / "plain.lua"
TICKS = os.sysconf("SC_CLK_TCK")
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass
class Server:
    """A running server: where it answers, and its processes."""

    url: str
    process: subprocess.Popen[bytes]
    started_in: float

    @property
    def pids(self) -> list[int]:
        """The process and all that descend from it."""
        found = [self.process.pid]
        for pid in found:
            children = Path(f"/proc/{pid}/task/{pid}/children")
            found += [int(child) for child in children.read_text().split()] if children.exists() else []
        return found

    def cpu_seconds(self) -> float:
        return (
            sum(
                sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
                for pid in self.pids
            )
            / TICKS
        )

    def memory_mb(self) -> float:
        """The proportional set size of all processes."""
        lines = "".join(Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in self.pids)
        return sum(map(int, re.findall(r"^Pss:\s+(\d+)", lines, re.MULTILINE))) / 1024


@dataclass
class Figures:
    """One measurement."""

    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_us: float
    failed: int = 0


@contextmanager
def serving(command: list[str], environment: dict[str, str], ready: str = "/healthz") -> Iterator[Server]:
    """Run `python -m <command> --port <free>` until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, **environment, "PYTHONDONTWRITEBYTECODE": ""}  # a host's code is compiled once
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", *command, "--port", str(port)], env=environment, stdout=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url + ready, process)
        yield Server(url, process, time.perf_counter() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with code {process.returncode}.")
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    raise RuntimeError("The server did not become ready.")


def wrk() -> str:
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit("The benchmarks need wrk: apt-get install wrk, or brew install wrk.")
    return found


def drive(
    server: Server, path: str, *, seconds: float = 4, cookie: str = "", script: Path | None = None, clients: int = 16
) -> Figures:
    """Ask for one path, or what a wrk script makes, from `clients` connections at once."""
    command = [wrk(), "-t1", f"-c{clients}", f"-d{seconds:g}s", "--latency"]
    command += ["-H", f"Cookie: session={cookie}"] if cookie else []
    command += ["-H", "Accept-Encoding: gzip"]
    command += ["-s", str(script or PLAIN)]
    before = server.cpu_seconds()
    output = subprocess.run([*command, server.url + path], check=True, capture_output=True, text=True).stdout  # noqa: S603
    cpu = server.cpu_seconds() - before
    return read(output, cpu)


def read(output: str, cpu: float) -> Figures:
    """Take the figures out of what wrk prints."""
    requests = int(re.search(r"(\d+) requests in", output)[1])  # type: ignore[index]
    per_second = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])  # type: ignore[index]
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    percentile = {share: _milliseconds(output, share) for share in ("50", "99")}
    p95 = int(re.search(r"p95 (\d+)", output)[1]) / 1000  # type: ignore[index]
    return Figures(
        per_second,
        percentile["50"],
        p95,
        percentile["99"],
        cpu / max(requests, 1) * 1e6,
        int(failed[1]) if failed else 0,
    )


def _milliseconds(output: str, share: str) -> float:
    value, unit = re.search(rf"{share}%\s+([\d.]+)(us|ms|s|m)", output).groups()  # type: ignore[union-attr]
    return float(value) * UNITS[unit]
