"""Things that many ask for at the same moment, done together: while some are under way, the next ones gather.

Whoever comes alone waits for nobody. The more come at once, the less each of them costs, on either database.
"""

from asyncio import AbstractEventLoop, get_running_loop
from asyncio import Future as Waiting
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock
from typing import Any

from sqlmodel import Session

TOGETHER_MOST = 64
CALM = 4  # turns in a row that bring nobody new: a loop that answers many at once needs some to hear of each again
WAITS_MOST = 0.005  # seconds, however many go on coming

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
        self.begun_by: AbstractEventLoop | None = None  # while any are under way, or will be as soon as all have come
        self.lock = Lock()

    def add(self, thing: Any) -> "Waiting[Any]":
        """The outcome for this thing, known when the transaction that holds it is over."""
        loop = get_running_loop()
        waiting: Waiting[Any] = loop.create_future()
        with self.lock:
            self.gathered.append((thing, waiting))
            begins = self.begun_by is None or self.begun_by.is_closed()
            if begins:
                self.begun_by = loop
        if begins:
            self._begin_when_all_have_come(loop)
        return waiting

    def _begin_when_all_have_come(self, loop: AbstractEventLoop) -> None:
        """As soon as the loop has been calm: who comes until then goes along, and finds the interpreter free.

        Two threads that want it at once hinder each other, and a few that went before the rest would delay them.
        """
        until = loop.time() + WAITS_MOST

        def look(known: int, calm: int) -> None:
            here = len(self.gathered)
            calm = calm + 1 if here == known else 0
            if calm < CALM and here < TOGETHER_MOST and loop.time() < until:
                loop.call_soon(look, here, calm)
            else:
                self._begin()

        loop.call_soon(look, len(self.gathered), 0)

    def _begin(self) -> None:
        taken: list[tuple[Any, Waiting[Any]]] = []

        def work(session: Session) -> dict[Waiting[Any], Any]:
            taken.extend(self._take())
            outcomes = self.work(session, [thing for thing, _waiting in taken]) if taken else []
            return dict(zip((waiting for _thing, waiting in taken), outcomes, strict=True))

        try:
            self.submit(work).add_done_callback(lambda done: self._end(taken, done))
        except RuntimeError as closed:
            _fail(self._take(), closed)
            self._go_on()

    def _take(self) -> list[tuple[Any, "Waiting[Any]"]]:
        with self.lock:
            taken, self.gathered = self.gathered[:TOGETHER_MOST], self.gathered[TOGETHER_MOST:]
        return taken

    def _end(self, taken: list[tuple[Any, "Waiting[Any]"]], done: "Future[dict[Waiting[Any], Any]]") -> None:
        trouble = done.exception()
        if trouble is None:
            outcomes = done.result()
            _tell(taken, lambda waiting: _settle(waiting, outcomes[waiting]))
        else:  # where no transaction could begin, all that are here have waited for it
            _fail(taken or self._take(), trouble)
        self._go_on()

    def _go_on(self) -> None:
        with self.lock:
            self.begun_by = loop = self.gathered[0][1].get_loop() if self.gathered else None
        if loop is not None:
            try:
                loop.call_soon_threadsafe(self._begin_when_all_have_come, loop)
            except RuntimeError:  # it was closed; others may wait in theirs
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
        with suppress(RuntimeError):  # it was closed, and nobody waits there any more
            loop.call_soon_threadsafe(_tell_each, those, tell)


def _tell_each(those: list["Waiting[Any]"], tell: Tell) -> None:
    for waiting in those:
        if not waiting.done():  # nobody waits any more for one that was cancelled
            tell(waiting)
