"""Many people, or one who is impatient, do the same thing at the same moment."""

import http.client
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

import pytest

from app import db
from app.db import Database
from tests.fixtures.database import Databases
from tests.server.conftest import Starter
from tests.server.crowd import OVERTAKEN, SEE_OTHER, Act, Board, do, set_up, there, verify, vote

AT_ONCE = 24
TOO_MANY = 429

pytestmark = pytest.mark.server


@dataclass(frozen=True)
class Door:
    """A server, and the board behind it."""

    board: Board
    port: int

    def at_once(self, acts: list[Act]) -> Counter[int | None]:
        """Do acts together, each over a connection of its own that waits for the others, and count the answers."""
        barrier = Barrier(len(acts))

        def one(act: Act) -> int | None:
            connection = http.client.HTTPConnection("localhost", self.port, timeout=40)
            connection.connect()
            barrier.wait()
            status = do(connection, act).status
            connection.close()
            return status

        with ThreadPoolExecutor(len(acts)) as threads:
            return Counter(threads.map(one, acts))


@pytest.fixture(scope="module")
def door(
    databases: Databases, loaded: Callable[[dict[str, object]], int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    board = set_up(databases.empty())
    start = Starter(loaded, tmp_path_factory.mktemp("at-once"))
    yield Door(board, start(DAYLIGHT_DATABASE_URL=board.url).port)
    start.stop_all()
    databases.drop(board.url)


def test_many_people_vote_for_one_thing(door: Door) -> None:
    acts = [vote(door.board, door.board.items[0], person) for person in list(door.board.members)[1:]]
    assert door.at_once(acts) == {SEE_OTHER: len(acts)}
    verify(door.board.url, acts)


def test_one_person_votes_a_hundred_times(door: Door) -> None:
    act = vote(door.board, door.board.items[1], list(door.board.members)[1])
    assert set(door.at_once([act] * 100)) == {SEE_OTHER, TOO_MANY}
    verify(door.board.url, [act])


def test_an_impatient_person_posts_once(door: Door) -> None:
    form = {"kind": "idea", "board": "general", "title": "Once is enough", "form": "the same form"}
    act = Act("post", ("Once is enough", 1), "/items", list(door.board.members.values())[1], form)
    assert door.at_once([act] * AT_ONCE) == {SEE_OTHER: AT_ONCE}
    verify(door.board.url, [act])


def test_of_several_who_move_an_item_one_wins_and_the_others_are_told(door: Door) -> None:
    item = door.board.items[2]
    acts = [
        Act("move", (item, f"I was first, says {person}"), f"/items/{item}/status-changes", key,
            {"to": "planned", "seen": "new", "explanation": f"I was first, says {person}"})
        for person, key in door.board.team.items()
    ]  # fmt: skip
    assert door.at_once(acts) == {SEE_OTHER: 1, OVERTAKEN: len(acts) - 1}
    database = Database(db.make_engine(door.board.url))
    with database.session(writes=False) as session:
        moves = there(session)["move"]
    database.close()
    assert sum(count for what, count in moves.items() if what[0] == item) == 1
    verify(door.board.url, [])
