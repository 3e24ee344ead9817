"""What many ask for at the same moment is done together, and each hears of their own."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest
from sqlmodel import Session

from app.db import Database, gathering
from app.db.gathering import CALM, TOGETHER_MOST, Gathering

Work = Callable[[Session], object]


class Kitchen:
    """Does what is gathered in a thread of its own, when it is let."""

    def __init__(self) -> None:
        self.thread, self.begun, self.batches = ThreadPoolExecutor(1), [], []
        self.may_begin, self.at_work = Event(), Event()
        self.gathering = Gathering(self.cook, self.submit)

    def submit(self, work: Work) -> Future[object]:
        self.begun.append([thing for thing, _waiting in self.gathering.gathered])
        return self.thread.submit(self._do, work)

    def _do(self, work: Work) -> object:
        return work(None)  # type: ignore[arg-type]

    def cook(self, _session: Session, things: list[object]) -> list[object]:
        self.batches.append(things)
        self.at_work.set()
        assert self.may_begin.wait(60)
        if "poison" in things:
            raise ValueError("poison")
        return [f"{thing}, cooked" for thing in things]

    async def order(self, *things: object) -> list[object]:
        waiting = [self.gathering.add(thing) for thing in things]
        self.may_begin.set()
        return await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)


@pytest.fixture
def kitchen(monkeypatch: pytest.MonkeyPatch) -> Kitchen:
    """In no hurry: a machine that is busy with other tests must not make a turn of the loop too long."""
    monkeypatch.setattr(gathering, "WAITS_MOST", 60)
    return Kitchen()


def test_all_who_wait_are_served_at_once_and_each_with_their_own(kitchen: Kitchen) -> None:
    assert asyncio.run(kitchen.order("rice", "beans")) == ["rice, cooked", "beans, cooked"]
    assert kitchen.batches == [["rice", "beans"]]


def test_what_is_done_once_more_serves_all_who_were_taken(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a deadlock: the database undoes the work, and has it done again (`Database.in_transaction`)."""
    monkeypatch.setattr(kitchen, "_do", lambda work: (work(None), work(None))[1])
    assert asyncio.run(kitchen.order("rice", "beans")) == ["rice, cooked", "beans, cooked"]
    assert kitchen.batches == [["rice", "beans"]] * 2


def test_nothing_begins_while_the_loop_brings_others(kitchen: Kitchen) -> None:
    """Two threads that want the interpreter at once hinder each other."""

    async def come() -> list[object]:
        waiting = []
        for thing in ("rice", "beans"):
            waiting.append(kitchen.gathering.add(thing))
            for _turn in range(CALM - 1):
                await asyncio.sleep(0)
        return await asyncio.gather(*waiting)

    kitchen.may_begin.set()
    assert asyncio.run(come()) == ["rice, cooked", "beans, cooked"]
    assert kitchen.begun == [["rice", "beans"]]


def test_who_was_served_and_comes_again_is_waited_for(kitchen: Kitchen) -> None:
    """Else the many who are answered together would have to wait for the few who came meanwhile, again and again."""

    async def come_twice() -> None:
        await kitchen.gathering.add("rice")
        for _turn in range(2):
            await asyncio.sleep(0)
        await kitchen.gathering.add("more rice")

    async def come() -> None:
        first = asyncio.create_task(come_twice())
        await asyncio.to_thread(kitchen.at_work.wait, 60)
        second = kitchen.gathering.add("beans")
        kitchen.may_begin.set()
        await asyncio.wait_for(asyncio.gather(first, second), 5)

    asyncio.run(come())
    assert kitchen.begun == [["rice"], ["beans", "more rice"]]


def test_nobody_waits_for_long_because_others_go_on_coming(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy loop, of which each turn takes its time, somebody comes before it is calm again and again."""

    monkeypatch.setattr(gathering, "WAITS_MOST", 0.005)

    async def come() -> None:
        waiting = []
        for thing in range(TOGETHER_MOST):
            waiting.append(kitchen.gathering.add(thing))
            for _turn in range(CALM - 1):
                await asyncio.sleep(0)
                time.sleep(0.001)  # noqa: ASYNC251 - the turn is to take as long
        kitchen.may_begin.set()
        await asyncio.wait_for(asyncio.gather(*waiting), 5)

    asyncio.run(come())
    assert len(kitchen.begun[0]) < TOGETHER_MOST / 2


def test_work_that_brings_too_little_fails_those_it_was_done_for_alone(kitchen: Kitchen) -> None:
    usual, kitchen.gathering.work = kitchen.gathering.work, lambda _session, _things: []
    assert [type(each) for each in asyncio.run(kitchen.order("rice", "beans"))] == [ValueError, ValueError]
    kitchen.gathering.work = usual
    assert asyncio.run(kitchen.order("rice")) == ["rice, cooked"]


def test_who_comes_later_is_served_next(kitchen: Kitchen) -> None:
    for thing in ("rice", "beans"):
        assert asyncio.run(kitchen.order(thing)) == [f"{thing}, cooked"]
    assert kitchen.batches == [["rice"], ["beans"]]


def test_more_than_are_done_together_are_done_in_turns(kitchen: Kitchen) -> None:
    things = list(range(TOGETHER_MOST * 2 + 1))
    assert asyncio.run(kitchen.order(*things)) == [f"{thing}, cooked" for thing in things]
    assert [len(batch) for batch in kitchen.batches] == [TOGETHER_MOST, TOGETHER_MOST, 1]


def test_trouble_is_told_to_those_whom_it_met(kitchen: Kitchen) -> None:
    served = asyncio.run(kitchen.order("rice", "poison"))
    assert [str(each) for each in served] == ["poison", "poison"]
    assert asyncio.run(kitchen.order("rice")) == ["rice, cooked"]


def test_where_nothing_can_begin_all_who_waited_hear_it_and_the_next_try_again(kitchen: Kitchen) -> None:
    def fail(_work: Work) -> object:
        raise OSError("The disk is away.")

    usual, kitchen._do = kitchen._do, fail  # type: ignore[method-assign]
    assert [type(each) for each in asyncio.run(kitchen.order("rice", "beans"))] == [OSError, OSError]
    kitchen._do = usual  # type: ignore[method-assign]
    assert asyncio.run(kitchen.order("rice")) == ["rice, cooked"]
    assert kitchen.batches == [["rice"]]


def test_who_goes_away_leaves_the_others_theirs(kitchen: Kitchen) -> None:
    async def some_go() -> object:
        waiting = [kitchen.gathering.add(thing) for thing in ("rice", "beans")]
        waiting[0].cancel()
        kitchen.may_begin.set()
        return await asyncio.wait_for(waiting[1], 5)

    assert asyncio.run(some_go()) == "beans, cooked"


def test_loops_in_several_threads_are_served_together(kitchen: Kitchen) -> None:
    """As workers of a test have them; and a loop that ended meanwhile troubles nobody."""
    ended = asyncio.new_event_loop()

    async def leave() -> None:
        kitchen.gathering.add("rice")

    ended.run_until_complete(leave())
    ended.close()
    with ThreadPoolExecutor(3) as threads:
        served = list(threads.map(lambda thing: asyncio.run(kitchen.order(thing)), ("beans", "peas", "corn")))
    assert served == [["beans, cooked"], ["peas, cooked"], ["corn, cooked"]]


def test_a_loop_that_ended_while_others_were_served_holds_nobody_up(kitchen: Kitchen) -> None:
    async def leave() -> None:
        kitchen.gathering.add("peas")

    async def come() -> list[str]:
        first = kitchen.gathering.add("rice")
        await asyncio.to_thread(kitchen.at_work.wait, 60)
        await asyncio.to_thread(asyncio.run, leave())
        second = kitchen.gathering.add("beans")
        kitchen.may_begin.set()
        return await asyncio.wait_for(asyncio.gather(first, second), 5)

    assert asyncio.run(come()) == ["rice, cooked", "beans, cooked"]


def test_a_database_that_was_closed_says_so(own_database: Database) -> None:
    own_database.close()
    for _again in range(2):
        with pytest.raises(RuntimeError):
            asyncio.run(own_database.together(_as_they_are, "rice"))


def _as_they_are(_session: Session, things: list[str]) -> list[str]:
    return things
