"""How the program is served: by uvicorn, in one process or several, with an end that no request notices."""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
from asyncio import Transport
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from app import logs
from app.config import settings
from app.refusals import Refused
from app.words import _

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Protocol
else:
    Protocol = AutoHTTPProtocol

PARTING = 1.0  # seconds
START_MOST = 60  # seconds
END_MOST = 25  # seconds
HELD_MOST = 65_536  # bytes
COUNTS = "PROMETHEUS_MULTIPROC_DIR"
STREAMS = "streams"  # what the application hands to the protocol: it alone hears in time that the end has come
LOOP = "app.listening:Loop" if find_spec("uvloop") else "auto"
MEMORY = Path("/dev/shm")  # noqa: S108 - counting there goes on while the disk is full


class Outlet:
    """A connection on which what is written in one turn of the loop leaves in the next, or as soon as it is much.

    The server writes the head of an answer and its body one after the other, and each would be a call of the system and
    a packet of its own. Who reads it wakes up at once and takes the processor, so that one of many answers that are
    ready in the same turn would delay those after it.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.held = b""

    def write(self, data: bytes) -> None:
        if not self.held:
            asyncio.get_running_loop().call_soon(self.flush)
        self.held += data
        if len(self.held) > HELD_MOST:
            self.flush()

    def flush(self) -> None:
        if self.held and not self.transport.is_closing():
            self.transport.write(self.held)
        self.held = b""

    def close(self) -> None:
        self.flush()
        self.transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)


class PartingProtocol(Protocol):
    """At the end, tells the other side with its next answer that the connection closes, and closes only then.

    To close at once what is idle, as uvicorn does, would lose a request that is on its way at that moment. Streams,
    which would not end by themselves, end at once.
    """

    is_parting = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(cast("Transport", Outlet(transport)))

    def eof_received(self) -> None:
        """Whoever has said all that they will may yet read; the connection closes after this."""
        cast("Outlet", self.transport).flush()

    def shutdown(self) -> None:
        self.is_parting = True
        self.app_state[STREAMS].end()
        if self.cycle is not None:
            self.cycle.keep_alive = False
        self.loop.call_later(PARTING, super().shutdown)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self.cycle.keep_alive = self.cycle.keep_alive and not self.is_parting


def need_free(host: str, port: int) -> None:
    """Raise Refused where nobody can listen. Asked before anything is done: a new owner link would end the one that
    whoever listens there has printed.
    """
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as trouble:
        raise Refused(_("Nobody can listen there: %s. Choose another --port or --host.") % trouble.strerror) from None


def serve(host: str, port: int, workers: int) -> None:
    """Serve until a signal ends it. SIGHUP, with several workers, replaces one after the other."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn sends itself the signal again when it is done
    with _shared_counts():
        uvicorn.run(
            "app.main:served", factory=True, host=host, port=port, workers=workers, http=PartingProtocol, loop=LOOP,
            proxy_headers=True, forwarded_allow_ips=settings().trusted_proxies, server_header=False,
            log_config=logs.configuration(), log_level="warning", access_log=False,
            timeout_worker_healthcheck=START_MOST, timeout_graceful_shutdown=END_MOST,
        )  # fmt: skip


@contextmanager
def _shared_counts() -> Iterator[None]:
    """A folder in which the processes count requests together, while figures are wanted."""
    if settings().metrics == "off":
        yield
        return
    folder = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="daylight-metrics-", dir=folder, ignore_cleanup_errors=True) as shared:
        os.environ[COUNTS] = shared
        yield


def end_with_parent() -> None:
    """Let a worker end when the process that started it is gone, so that no worker of the past holds the port."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, name="parent", daemon=True).start()
