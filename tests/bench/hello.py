"""What everything is measured against: the smallest Starlette application, and the smallest durable SQLite commit."""

import time
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.db import sqlite_module


async def hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


app = Starlette(routes=[Route("/", hello)])


def commits_a_second(file: Path, seconds: float = 3.0) -> float:
    """How many transactions with one insert and one update reach the disk in a second, with nothing around them."""
    connection = sqlite_module().connect(file, isolation_level=None)
    for pragma in ("journal_mode=wal", "synchronous=full"):
        connection.execute(f"pragma {pragma}")
    connection.execute("create table item (number integer primary key, votes integer)")
    connection.execute("create table vote (item integer, person integer, primary key (item, person)) without rowid")
    connection.executemany("insert into item values (?, 0)", [(number,) for number in range(1000)])
    done, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        connection.execute("begin immediate")
        connection.execute("insert into vote values (?, ?)", (done % 1000, done))
        connection.execute("update item set votes = votes + 1 where number = ?", (done % 1000,))
        connection.execute("commit")
        done += 1
    connection.close()
    return done / seconds
