"""Connections, taken one at a time, so that processes that listen together share them.

The library takes all that wait as soon as it wakes: of sixteen that come at once, one of two processes had all, or all
but one, in every second case, and kept them, while the other had nothing to do.
"""

import asyncio
import errno
import socket
from collections.abc import Callable
from typing import Any

import uvloop

PAUSE = 1.0  # seconds, when the system has nothing left for one more connection
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

Factory = Callable[[], asyncio.BaseProtocol]


class Loop(uvloop.Loop):
    """A loop that listens by a `Door` on a socket that it is handed, as each of several processes is."""

    async def create_server(self, protocol_factory: Factory, *where: Any, **options: Any) -> Any:
        shared: socket.socket | None = options.get("sock")
        if shared is None:
            return await super().create_server(protocol_factory, *where, **options)
        return Door(self, shared, protocol_factory, options["backlog"])


class Door:
    """A socket on which one connection is taken in each turn of the loop. Another process may have been sooner."""

    def __init__(self, loop: Loop, listening: socket.socket, factory: Factory, backlog: int) -> None:
        self.loop, self.listening, self.factory = loop, listening, factory
        self.entering: set[asyncio.Task[Any]] = set()
        self.is_closed = False
        listening.setblocking(False)
        listening.listen(backlog)
        self.open()

    def open(self) -> None:
        if not self.is_closed:
            self.loop.add_reader(self.listening, self.take)

    def take(self) -> None:
        try:
            connection, _address = self.listening.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as trouble:
            if trouble.errno not in EXHAUSTED:
                raise
            self.loop.remove_reader(self.listening)
            self.loop.call_later(PAUSE, self.open)
            return
        entering = self.loop.create_task(self.loop.connect_accepted_socket(self.factory, connection))
        self.entering.add(entering)
        entering.add_done_callback(self.entering.discard)

    def close(self) -> None:
        self.is_closed = True
        self.loop.remove_reader(self.listening)

    async def wait_closed(self) -> None:
        """What is taken has entered."""
        await asyncio.gather(*self.entering, return_exceptions=True)
