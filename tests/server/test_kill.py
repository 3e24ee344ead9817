"""A server that is killed in the middle of its work, again and again."""

import random
import signal
import time

import pytest

from tests.fixtures.mail import free_port
from tests.server.conftest import Starter
from tests.server.crowd import Board, Crowd, verify

KILLS = 20

pytestmark = pytest.mark.server


def test_twenty_kills_lose_nothing_that_was_acknowledged(quick: Starter, board: Board) -> None:
    port, chance = free_port(), random.Random(5)
    with Crowd(board, port) as crowd:
        for _ in range(KILLS):
            server = quick(port=port, wait=False)
            crowd.wait_for(10)
            time.sleep(chance.uniform(0, 0.05))
            server.stop(signal.SIGKILL)
    assert len(crowd.taken) > KILLS * 10
    assert {act.kind for act in crowd.taken} == {"vote", "post", "move"}
    verify(board.url, crowd.taken)
