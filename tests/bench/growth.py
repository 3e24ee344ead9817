"""What a hundred times as many items cost: two servers at once, asked in turns, so that both meet the same machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from tests.bench.boards import secret
from tests.bench.load import Figures, Server, drive
from tests.bench.measures import pages, serving_board, vote

if TYPE_CHECKING:
    from tests.bench.__main__ import Run

TURNS, SECONDS = 7, 1
VOTES_MOST = 20_000  # in a turn


class Served(NamedTuple):
    """A board, how many items it has, and where its pages are."""

    size: int
    server: Server
    pages: dict[str, str]


@contextmanager
def served(size: int, url: str, folder: Path) -> Iterator[Served]:
    with serving_board(url, folder / f"data-{size}", workers=1) as server:
        yield Served(size, server, pages(url))


def measure(run: "Run", few: Served, many: Served) -> None:
    """The processor time of each thing on the larger board, as a multiple of that on the smaller one."""
    for name, ask in things():
        turns = [ask(many).cpu_us / ask(few).cpu_us for _turn in range(TURNS)]
        run.note("sqlite", many.size, f"{name}: growth from {few.size:,} items", median(turns[1:]), "times")


def things() -> Iterator[tuple[str, Callable[[Served], Figures]]]:
    def read(page: str, cookie: str = "") -> Callable[[Served], Figures]:
        return lambda board: drive(board.server, board.pages[page], seconds=SECONDS, cookie=cookie)

    for page in ("board", "item", "roadmap"):
        yield f"{page}, anonymous", read(page)
        yield f"{page}, signed in", read(page, secret(77))
    firsts = count(step=VOTES_MOST)  # nobody votes twice for the same
    for name, clients in (("one vote at a time", 1), ("votes of 16 at once", 16)):
        yield name, partial(_votes, firsts, clients)


def _votes(firsts: Iterator[int], clients: int, board: Served) -> Figures:
    return vote(board.server, board.size, SECONDS, first=next(firsts), clients=clients)
