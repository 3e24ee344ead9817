"""Streams of real servers: over several processes, at the end of one, and in great number."""

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from sqlmodel import Session

from app import db, hiding, sessions
from app.boards import Access
from app.db import Database
from app.items import Item
from app.people import Person
from app.web.streams import MOST_OF_A_NETWORK, MOST_OF_A_PERSON
from tests import factories
from tests.fixtures.database import Databases
from tests.server.conftest import Starter
from tests.server.crowd import Act, Board, do, set_up

pytestmark = pytest.mark.server
OFTEN = {"DAYLIGHT_HEARTBEAT": "0.1"}


@contextmanager
def stream(port: int, path: str = "/items/1/live", key: str = "") -> Iterator[http.client.HTTPResponse]:
    """An open stream, as a browser has it; nothing that comes later is read ahead."""
    connection = http.client.HTTPConnection("localhost", port, timeout=30)
    connection.request("GET", path, headers={"Cookie": f"session={key}"} if key else {})
    yield connection.getresponse()
    connection.close()


def read(opened: http.client.HTTPResponse, beginning: str) -> str | None:
    """What follows in the first line from here on that begins so; None when the stream ends before."""
    while line := opened.readline().decode():
        if line.startswith(beginning):
            return line.removeprefix(beginning).strip()
    return None


def comment(board: Board, port: int, person: int, words: str) -> None:
    connection = http.client.HTTPConnection("localhost", port, timeout=30)
    act = Act("comment", (), f"/items/{board.items[0]}/comments", board.members[person], {"body": words})
    assert do(connection, act).status == 303
    connection.close()


def name_of(board: Board, person: int) -> str:
    names: list[str] = []
    write(board.url, lambda session: names.append(session.get_one(Person, person).name))
    return names[0]


def write(url: str, work: Callable[[Session], object]) -> None:
    database = Database(db.make_engine(url))
    with database.session() as session:
        work(session)
    database.close()


def test_what_one_process_takes_is_told_by_another(databases: Databases, quick: Starter) -> None:
    board = set_up(databases.empty())
    first, second = (quick(DAYLIGHT_DATABASE_URL=board.url) for _ in range(2))
    author, other = list(board.members)[1:3]
    with stream(first.port) as visitor, stream(first.port, key=board.members[author]) as their_own:
        assert read(visitor, "retry: ") is not None
        comment(board, second.port, author, "It would help us too.")
        assert read(visitor, "data: ") == f"{name_of(board, author)} commented on “Wish 0”"
        comment(board, second.port, other, "And us.")
        assert read(visitor, "data: ") == "2 new comments"
        assert read(their_own, "data: ") == f"{name_of(board, other)} commented on “Wish 0”"
    for server in (first, second):
        server.stop()
    databases.drop(board.url)


def test_signs_of_life_come_between(quick: Starter, board: Board) -> None:
    with stream(quick(**OFTEN).port) as opened:
        assert [read(opened, ":") for _ in range(3)] == ["", "", ""]


def test_streams_end_with_the_server_and_do_not_hold_it_up(quick: Starter, board: Board) -> None:
    server = quick()
    with stream(server.port) as visitor, stream(server.port, key=board.members[1]) as member:
        for opened in (visitor, member):
            read(opened, "retry: ")
        server.stop()
        assert [opened.read() for opened in (visitor, member)] == [b"\n:\n\n"] * 2
    assert server.output.count("graceful") == 0, "it had to be cut off after 25 seconds"
    assert "Traceback" not in server.output


def test_a_stream_ends_when_the_item_is_put_out_of_sight(quick: Starter, board: Board) -> None:
    server, owner = quick(**OFTEN), next(iter(board.team))

    def hide(session: Session) -> None:
        hiding.hide(session, session.get_one(Item, 1), session.get_one(Person, owner), "It was spam.")

    with stream(server.port) as visitor, stream(server.port, key=board.team[owner]) as of_the_team:
        read(visitor, "retry: ")
        write(board.url, hide)
        assert set(visitor.read().split()) == {b":"}
        assert [read(of_the_team, ":") for _ in range(20)] == [""] * 20


def test_a_stream_ends_for_who_was_signed_out(quick: Starter, board: Board) -> None:
    """On a board for members, at the next sign of life: nothing about the item itself has changed."""
    server, (person, key) = quick(**OFTEN), list(board.members.items())[1]

    def close_board(session: Session) -> None:
        closed = factories.board(session, "members", access=Access.MEMBERS)
        session.get_one(Item, 1).board_id = closed.id or 0

    write(board.url, close_board)
    with stream(server.port, key=key) as opened:
        read(opened, ":")
        write(board.url, lambda session: sessions.revoke_all(session, person))
        assert read(opened, "data: ") is None


def test_there_is_an_end_to_how_many_one_may_open(quick: Starter, board: Board) -> None:
    """And whoever finds no room finds everything else."""
    server = quick(DAYLIGHT_METRICS="on")
    key = board.members[2]
    with many(server.port, MOST_OF_A_PERSON, key) as opened:
        assert {one.status for one in opened} == {200}
        with stream(server.port, key=key) as refused:
            assert (refused.status, refused.headers["Retry-After"]) == (429, "60")
        with many(server.port, MOST_OF_A_NETWORK - MOST_OF_A_PERSON) as more:
            assert {one.status for one in more} == {200}
            with stream(server.port) as refused:
                assert (refused.status, refused.headers["Retry-After"]) == (429, "60")
            assert httpx.get(f"{server.url}/items/1").status_code == 200
            assert f"daylight_streams {float(MOST_OF_A_NETWORK)}" in httpx.get(f"{server.url}/metrics").text
    until = time.monotonic() + 30
    while "daylight_streams 0.0" not in httpx.get(f"{server.url}/metrics").text:
        assert time.monotonic() < until
        time.sleep(0.05)


@contextmanager
def many(port: int, count: int, key: str = "") -> Iterator[list[http.client.HTTPResponse]]:
    with ExitStack() as stack:
        yield [stack.enter_context(stream(port, key=key)) for _ in range(count)]
