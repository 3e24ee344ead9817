"""How an answer leaves the server: its head and its body together, so that a small one is one packet."""

import asyncio
import re
import socket
from typing import cast

import pytest

from app.serving import HELD_MOST, Outlet
from app.web.assets import STATIC
from tests.fixtures.server import Server


class Wire:
    """What a connection is told to do."""

    def __init__(self) -> None:
        self.said: list[object] = []

    def write(self, data: bytes) -> None:
        self.said.append(data)

    def close(self) -> None:
        self.said.append("closed")

    def is_closing(self) -> bool:
        return "closed" in self.said


def test_what_is_held_for_somebody_who_has_gone_is_dropped() -> None:
    async def act() -> list[object]:
        wire = Wire()
        outlet = Outlet(cast("asyncio.Transport", wire))
        outlet.write(b"head")
        wire.close()
        await asyncio.sleep(0)
        outlet.close()
        return wire.said

    assert asyncio.run(act()) == ["closed", "closed"]


def said_by(*acts: bytes | None, then: bytes | None = None) -> list[object]:
    """What the wire hears of writes and, for None, of the end; `then` is written in a later turn of the loop."""

    async def act() -> list[object]:
        wire = Wire()
        outlet = Outlet(cast("asyncio.Transport", wire))
        for data in acts:
            outlet.close() if data is None else outlet.write(data)
        assert outlet.is_closing() == (None in acts)
        await asyncio.sleep(0)
        if then is not None:
            outlet.write(then)
            await asyncio.sleep(0)
        return wire.said

    return asyncio.run(act())


def test_what_is_written_in_one_turn_of_the_loop_leaves_together() -> None:
    assert said_by(b"head", b"body") == [b"headbody"]
    assert said_by(b"head", b"") == [b"head"]
    assert said_by(b"head", b"body", b"more") == [b"headbodymore"]
    assert said_by(b"head", then=b"body") == [b"head", b"body"]
    assert said_by(b"") == []


def test_what_is_much_does_not_wait() -> None:
    """So whoever writes without a pause is told to wait as soon as the other side takes no more."""
    most = b"x" * HELD_MOST
    assert said_by(b"head", most, b"more") == [b"head" + most, b"more"]
    assert said_by(most, b"", most) == [most + most]


def test_what_is_held_leaves_before_the_end() -> None:
    assert said_by(b"head", None) == [b"head", "closed"]
    assert said_by(b"head", b"body", None) == [b"headbody", "closed"]


@pytest.mark.server
def test_a_small_answer_is_one_packet(live_server: Server) -> None:
    """Whoever reads as soon as there is something to read finds all of it."""
    with socket.create_connection(("localhost", live_server.port), timeout=40) as connection:
        for _ in range(30):
            connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: localhost:{live_server.port}\r\n\r\n".encode())
            head, _end, body = connection.recv(65_536).partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            assert head.startswith(b"HTTP/1.1 200")
            assert length is not None
            assert len(body) == int(length[1]) > 0


@pytest.mark.server
def test_who_says_at_once_that_nothing_follows_is_answered(live_server: Server) -> None:
    """Where the answer is ready as soon as it is asked for, it is on its way when the end is heard of."""
    question = f"GET /static/any/favicon.png HTTP/1.1\r\nHost: localhost:{live_server.port}\r\n\r\n".encode()
    for _ in range(10):
        with socket.create_connection(("localhost", live_server.port), timeout=40) as connection:
            connection.sendall(question)
            connection.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: connection.recv(65_536), b""))
            assert said.startswith(b"HTTP/1.1 200")
            assert said.endswith((STATIC / "favicon.png").read_bytes())
