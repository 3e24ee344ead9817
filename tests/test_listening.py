"""Connections are taken one at a time, so that processes that listen together share them."""

import asyncio
import errno
import socket
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
import uvicorn

from app import listening, serving
from app.listening import Door, Loop

SOON = 5  # seconds


class Guest(asyncio.Protocol):
    """What a server makes of a connection: it says back what it hears."""

    def __init__(self, room: list["Guest"]) -> None:
        self.room = room

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.room.append(self)

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


class House:
    """Doors that are opened, and who has come in by each. In the end nothing of it is left open: a loop would wait."""

    def __init__(self) -> None:
        self.doors: list[Door] = []
        self.rooms: list[list[Guest]] = []

    @property
    def guests(self) -> list[Guest]:
        return [guest for room in self.rooms for guest in room]

    async def open(self, on: socket.socket) -> Door:
        room: list[Guest] = []
        self.rooms.append(room)
        door = await asyncio.get_running_loop().create_server(lambda: Guest(room), sock=on, backlog=100)
        self.doors.append(door)
        return door

    def close(self) -> None:
        for door in self.doors:
            door.close()
        for guest in self.guests:
            guest.transport.abort()


class Full(socket.socket):
    """A socket to listen on, whose system has nothing left for the first connection."""

    refused = 0

    def accept(self) -> tuple[socket.socket, Any]:
        if not self.refused:
            self.refused += 1
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


@pytest.fixture
def full(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> Iterator[Full]:
    monkeypatch.setattr(listening, "PAUSE", 0.01)
    with Full(fileno=socket.dup(listener.fileno())) as made:
        yield made


def run(test: Callable[[House], Coroutine[Any, Any, None]]) -> None:
    async def whole() -> None:
        house = House()
        try:
            async with asyncio.timeout(SOON):
                await test(house)
        finally:
            house.close()
            await asyncio.sleep(0.01)

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(whole())


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - it happens in turns of this very loop
        await asyncio.sleep(0)


async def is_answered(caller: socket.socket, said: bytes) -> bool:
    loop = asyncio.get_running_loop()
    caller.setblocking(False)
    await loop.sock_sendall(caller, said)
    return await loop.sock_recv(caller, len(said)) == said


def test_two_that_listen_together_share_what_comes_at_once(listener: socket.socket) -> None:
    callers = [socket.create_connection(listener.getsockname()) for _ in range(16)]

    async def test(house: House) -> None:
        await house.open(listener)
        await house.open(same)
        await until(lambda: len(house.guests) == len(callers))
        assert [len(room) for room in house.rooms] == [8, 8]

    with socket.socket(fileno=socket.dup(listener.fileno())) as same:
        run(test)
    for caller in callers:
        caller.close()


def test_nobody_is_lost_while_the_system_is_full(listener: socket.socket, full: Full) -> None:
    async def test(house: House) -> None:
        await house.open(full)
        with socket.create_connection(listener.getsockname()) as caller:
            assert await is_answered(caller, b"hello")
        assert full.refused

    run(test)


def test_a_door_that_is_closed_while_the_system_is_full_stays_closed(listener: socket.socket, full: Full) -> None:
    async def test(house: House) -> None:
        door = await house.open(full)
        with socket.create_connection(listener.getsockname()):
            await until(lambda: bool(full.refused))
            door.close()
            await asyncio.sleep(10 * listening.PAUSE)
            assert not house.guests

    run(test)


def test_who_is_in_stays_when_the_door_closes_and_who_comes_later_waits_for_another(listener: socket.socket) -> None:
    async def test(house: House) -> None:
        door = await house.open(listener)
        with socket.create_connection(listener.getsockname()) as early:
            await until(lambda: bool(house.guests))
            door.close()
            await door.wait_closed()
            with socket.create_connection(listener.getsockname()) as late:
                assert await is_answered(early, b"early")
                assert len(house.guests) == 1
                await house.open(listener)
                assert await is_answered(late, b"late")

    run(test)


def test_workers_are_served_by_such_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(serving.signal, "signal", lambda *_: None)
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: asked.update(options, app=app))
    serving.serve("127.0.0.1", 8000, workers=2)
    assert uvicorn.Config(**asked).get_loop_factory() is Loop
