"""What a hundred times as many items cost: two servers at once, asked in turns, so that both meet the same machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from tests.bench.boards import EAGER, secret
from tests.bench.load import Figures, Server, drive
from tests.bench.measures import ask, pages, serving_board, vote, withdraw

if TYPE_CHECKING:
    from tests.bench.__main__ import Run

TURNS, SECONDS = 7, 1
FEW_TURNS = 4  # nobody may vote and take it back more often than sixty times in a minute
VOTES_OF_TURN = 20_000
POPULAR = "select number from item where root = number order by support desc limit 1"
USUAL = "select number from item where root = number and support = 10 limit 1"


class Served(NamedTuple):
    """A board, how many items it has, and where its pages are."""

    size: int
    server: Server
    pages: dict[str, str]
    popular: int
    usual: int


@contextmanager
def served(size: int, url: str, folder: Path) -> Iterator[Served]:
    with serving_board(url, folder / f"data-{size}", workers=1) as server:
        yield Served(size, server, pages(url), ask(url, POPULAR), ask(url, USUAL))


def measure(run: "Run", few: Served, many: Served) -> None:
    """The processor time of each thing on the larger board, as a multiple of that on the smaller one."""
    for name, of in things():
        turns = [of(many).cpu_us / of(few).cpu_us for _turn in range(TURNS)]
        run.note("sqlite", many.size, f"{name}: growth from {few.size:,} items", median(turns[1:]), "times")


def measure_activity(run: "Run", board: Served) -> None:
    """The same on one board, for somebody who does much and at what many want, as a multiple of the usual."""
    eager, usual = (partial(_read_by, board, person) for person in (EAGER, 77))
    _note_activity(run, board, "item, of who voted for thousands", eager, usual, TURNS)
    popular, usual = (partial(_taken_back, board, item) for item in (board.popular, board.usual))
    _note_activity(run, board, "vote taken back where thousands voted", popular, usual, FEW_TURNS)


def _note_activity(
    run: "Run", board: Served, name: str, much: Callable[[], Figures], usual: Callable[[], Figures], turns: int
) -> None:
    found = [much().cpu_us / usual().cpu_us for _turn in range(turns)]
    run.note("sqlite", board.size, name, median(found[1:]), "times")


def _read_by(board: Served, person: int) -> Figures:
    return drive(board.server, board.pages["item"], seconds=SECONDS, cookie=secret(person))


def _taken_back(board: Served, item: int) -> Figures:
    vote(board.server, board.size, SECONDS, item=item)
    return withdraw(board.server, board.size, SECONDS, item=item)


def things() -> Iterator[tuple[str, Callable[[Served], Figures]]]:
    def read(page: str, cookie: str = "") -> Callable[[Served], Figures]:
        return lambda board: drive(board.server, board.pages[page], seconds=SECONDS, cookie=cookie)

    for page in ("board", "item", "roadmap"):
        yield f"{page}, anonymous", read(page)
        yield f"{page}, signed in", read(page, secret(77))
    firsts = count(step=VOTES_OF_TURN)  # nobody votes twice for the same
    for name, clients in (("one vote at a time", 1), ("votes of 16 at once", 16)):
        yield name, partial(_votes, firsts, clients)


def _votes(firsts: Iterator[int], clients: int, board: Served) -> Figures:
    return vote(board.server, board.size, SECONDS, first=next(firsts), clients=clients)
