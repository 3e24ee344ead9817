"""Things that many ask for at the same moment, done together: while some are under way, the next ones gather.

Whoever comes alone waits for nobody. The more come at once, the less each of them costs, on either database.
"""

from asyncio import AbstractEventLoop, get_running_loop
from asyncio import Future as Waiting
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Any

from sqlmodel import Session

TOGETHER_MOST = 64

Work = Callable[[Session, list[Any]], list[Any]]
Submit = Callable[[Callable[[Session], Any]], Future[Any]]
Tell = Callable[["Waiting[Any]"], None]


class Gathering:
    """What waits for one kind of work. `submit` does a transaction in a database thread, for all that wait by then.

    The work returns an outcome for each thing in its place; an exception is raised where that one is waited for.
    """

    def __init__(self, work: Work, submit: Submit) -> None:
        self.work, self.submit = work, submit
        self.gathered: list[tuple[Any, Waiting[Any]]] = []
        self.is_under_way = False
        self.lock = Lock()

    def add(self, thing: Any) -> "Waiting[Any]":
        """The outcome for this thing, known when the transaction that holds it is over."""
        waiting: Waiting[Any] = get_running_loop().create_future()
        with self.lock:
            self.gathered.append((thing, waiting))
            begins, self.is_under_way = not self.is_under_way, True
        if begins:
            self._begin_when_all_have_come(waiting.get_loop(), 0)
        return waiting

    def _begin_when_all_have_come(self, loop: AbstractEventLoop, known: int) -> None:
        """In the first turn of the loop that brings nobody new: those who come while others are read go along.

        Until then the loop has the interpreter to itself; two threads that want it at once hinder each other.
        """
        here = len(self.gathered)
        if known < here < TOGETHER_MOST:
            loop.call_soon(self._begin_when_all_have_come, loop, here)
        else:
            self._begin()

    def _begin(self) -> None:
        taken: list[tuple[Any, Waiting[Any]]] = []

        def work(session: Session) -> list[Any]:
            taken.extend(self._take())
            return self.work(session, [thing for thing, _waiting in taken])

        try:
            self.submit(work).add_done_callback(lambda done: self._end(taken, done))
        except RuntimeError as closed:
            _fail(self._take(), closed)
            self._go_on()

    def _take(self) -> list[tuple[Any, "Waiting[Any]"]]:
        with self.lock:
            taken, self.gathered = self.gathered[:TOGETHER_MOST], self.gathered[TOGETHER_MOST:]
        return taken

    def _end(self, taken: list[tuple[Any, "Waiting[Any]"]], done: Future[list[Any]]) -> None:
        trouble = done.exception()
        if trouble is None:
            outcomes = {waiting: outcome for (_thing, waiting), outcome in zip(taken, done.result(), strict=True)}
            _tell(taken, lambda waiting: _settle(waiting, outcomes[waiting]))
        else:  # where no transaction could begin, all that are here have waited for it
            _fail(taken or self._take(), trouble)
        self._go_on()

    def _go_on(self) -> None:
        with self.lock:
            goes_on = self.is_under_way = bool(self.gathered)
        if goes_on:
            self._begin()


def _settle(waiting: "Waiting[Any]", outcome: Any) -> None:
    if isinstance(outcome, Exception):
        waiting.set_exception(outcome)
    else:
        waiting.set_result(outcome)


def _fail(taken: list[tuple[Any, "Waiting[Any]"]], trouble: BaseException) -> None:
    _tell(taken, lambda waiting: waiting.set_exception(trouble))


def _tell(taken: list[tuple[Any, "Waiting[Any]"]], tell: Tell) -> None:
    """In the thread of those who wait: each loop of events is woken once for all of its own."""
    by_loop: defaultdict[AbstractEventLoop, list[Waiting[Any]]] = defaultdict(list)
    for _thing, waiting in taken:
        by_loop[waiting.get_loop()].append(waiting)
    for loop, those in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_tell_each, those, tell)


def _tell_each(those: list["Waiting[Any]"], tell: Tell) -> None:
    for waiting in those:
        if not waiting.done():  # nobody waits any more for one that was cancelled
            tell(waiting)
