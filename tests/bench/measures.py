"""What is measured, one function for each thing a person does."""

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from app import db
from tests.bench.boards import SIGNED_IN, secret
from tests.bench.load import Server, drive, serving
from tests.bench.words import vocabulary

if TYPE_CHECKING:
    from tests.bench.__main__ import Run

HERE = Path(__file__).parent
ANONYMOUS = {"board": "/", "item": "/items/7", "roadmap": "/roadmap", "feed": "/feed.atom"}


def measure(run: "Run", kind: str, size: int, url: str, folder: Path, seconds: float) -> None:
    """Everything, on one board."""
    workers = 1 if kind == "sqlite" else 2
    environment = {"DAYLIGHT_DATABASE_URL": url, "DAYLIGHT_DATA_DIR": str(folder), "DAYLIGHT_LOG": "off"}
    os.environ["BENCH_ITEMS"], os.environ["BENCH_PEOPLE"] = str(size), str(SIGNED_IN)
    with serving(["app", "serve", "--workers", str(workers)], environment) as server:
        run.note(kind, size, "start to first answer", server.started_in, "s")
        reading(run, kind, size, server, seconds)
        searching(run, kind, size, server, folder, seconds)
        voting(run, kind, size, server, url, seconds)
        run.note(kind, size, f"memory of {workers} worker(s) after all that", server.memory_mb(), "MB")


def reading(run: "Run", kind: str, size: int, server: Server, seconds: float) -> None:
    for name, path in ANONYMOUS.items():
        run.add(kind, size, f"{name}, anonymous, repeated", drive(server, path, seconds=seconds), run.hello.per_second)
    unseen = drive(server, "/", seconds=seconds, script=HERE / "views.lua")
    run.add(kind, size, "filtered and sorted board, first time", unseen, run.hello.per_second)
    for name, path in ANONYMOUS.items():
        member = drive(server, path, seconds=seconds, cookie=secret(77))
        run.add(kind, size, f"{name}, signed in", member, run.hello.per_second)


def searching(run: "Run", kind: str, size: int, server: Server, folder: Path, seconds: float) -> None:
    """One reader who types: each request is timed alone."""
    chance = random.Random(size)
    words = folder / "prefixes.txt"
    words.write_text("\n".join(word[: chance.randint(3, len(word))] for word in chance.choices(vocabulary(), k=3_000)))
    titles = folder / "titles.txt"
    titles.write_text("\n".join("+".join(chance.choices(vocabulary()[:4_000], k=5)) for _ in range(1_000)))
    for name, path, file in (
        ("search while typing", "/?q=", words),
        ("similar items", "/items/similar?title=", titles),
    ):
        os.environ["BENCH_WORDS"], os.environ["BENCH_PATH"] = str(file), path
        found = drive(server, "/", seconds=seconds, script=HERE / "search.lua", clients=1)
        run.add(kind, size, f"{name}, one client", found, run.hello.per_second)


def voting(run: "Run", kind: str, size: int, server: Server, url: str, seconds: float) -> None:
    """Durable votes from sixteen clients; afterwards the count of every item equals its rows."""
    before = _rows(url)
    votes = drive(server, "/", seconds=seconds, script=HERE / "votes.lua")
    run.add(kind, size, "vote, durable, 16 clients", votes, run.commits)
    wrong, rows = _wrong_counts(url), _rows(url) - before
    run.note(kind, size, "votes stored", rows, "rows")
    run.note(kind, size, "items whose count is not their rows", wrong, "items")


def _ask(url: str, question: Callable[[object], int]) -> int:
    engine = db.make_engine(url)
    with engine.connect() as connection:
        answer = question(connection)
    engine.dispose()
    return answer


def _rows(url: str) -> int:
    return _ask(url, lambda connection: connection.exec_driver_sql("select count(*) from vote").scalar_one())  # type: ignore[attr-defined]


def _wrong_counts(url: str) -> int:
    wrong = "select count(*) from item where vote_count <> (select count(*) from vote where item_number = item.number)"
    return _ask(url, lambda connection: connection.exec_driver_sql(wrong).scalar_one())  # type: ignore[attr-defined]


def fresh_after_write(server: Server, number: int) -> bool:
    """Whether the next anonymous read shows what was just written."""
    before = httpx.get(f"{server.url}/items/{number}").text
    httpx.post(
        f"{server.url}/items/{number}/vote",
        headers={"Cookie": f"session={secret(1999)}", "Sec-Fetch-Site": "same-origin"},
    )
    return httpx.get(f"{server.url}/items/{number}").text != before
