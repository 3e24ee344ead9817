"""Builds boards of any size: items, votes, answers and comments as a busy product would have them."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, insert, update
from sqlmodel import Session, SQLModel, col, select

from app import db, first_run, items, schema, search, sign_in, tables, trend  # noqa: F401 - loads every table
from app.boards import Board
from app.comments import Comment
from app.db import Database
from app.items import Item
from app.people import Person, Role
from app.sessions import SessionRow
from app.site import Site
from app.status_changes import StatusChange
from app.statuses import Kind, Reason, Status
from app.tags import ItemTag, Tag
from app.votes import Vote
from tests.bench.words import text, title

AT_ONCE = 5_000
SIGNED_IN = 2_000
EAGER, EAGER_FOR = 1_999, 20  # somebody who votes for every so manieth item
SHARES = {
    Status.NEW: 30, Status.ACKNOWLEDGED: 22, Status.PLANNED: 10, Status.IN_PROGRESS: 4, Status.NEEDS_INFO: 1,
    Status.SHIPPED: 22, Status.DECLINED: 11,
}  # fmt: skip
UNDER_WAY = {Status.PLANNED: 200, Status.IN_PROGRESS: 20, Status.NEEDS_INFO: 10}  # at most, on however large a board
BOARDS = {1: "general", 7: "mobile", 1_000: "integrations"}  # every so manieth item is there, or on one behind it
TAGS = (3, 6, 12, 25, 50, 100, 200, 400, 800)  # every so manieth item has each
LATER = (db.now() + timedelta(days=200)).date()
EDITION = 2  # of boards that are built so; those of before are others


def build(database: Database, item_count: int) -> None:
    """A board with `item_count` items, ten to twenty votes for each, and `SIGNED_IN` people whose sessions are open."""
    schema.migrate(database)
    chance = random.Random(item_count)
    people = max(item_count // 5, SIGNED_IN)
    with database.session() as session:
        first_run.prepare(session)
        boards = _boards(session)
        connection = session.connection()
        numbers = range(1, item_count + 1)
        put(connection, Person, _people(people))
        put(connection, SessionRow, _sessions())
        votes = list(_voters(chance, item_count, people))
        statuses = _statuses(chance, item_count)
        rows = [
            _item(chance, number, status, boards, people, len(voters))
            for number, status, voters in zip(numbers, statuses, votes, strict=True)
        ]
        put(connection, Item, rows)
        put(connection, Tag, ({"id": every, "slug": f"tag-{every}", "name": f"Tag {every}"} for every in TAGS))
        put(connection, ItemTag, ({"item_number": each, "tag_id": tag} for each in numbers for tag in _has(each, TAGS)))
        put(
            connection, Vote, (_vote(row, person) for row, voters in zip(rows, votes, strict=True) for person in voters)
        )
        put(connection, StatusChange, (_answer(row) for row in rows if row["status"] is not Status.NEW))
        put(connection, Comment, (_comment(chance, row, people) for row in rows if row["comment_count"]))
        search.index_all(session, [(row["number"], row["title"], row["body"]) for row in rows])
        session.execute(update(Site).values(last_item_number=item_count, name="Benchmark"))
    if database.engine.dialect.name == "postgresql":  # which does so by itself before long; SQLite knows nothing
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


def put(connection: Connection, model: type[SQLModel], rows: Iterable[dict[str, Any]]) -> None:
    table: Table = model.__table__  # type: ignore[attr-defined]
    left = iter(rows)
    while chunk := list(islice(left, AT_ONCE)):
        connection.execute(insert(table), chunk)


def secret(person: int) -> str:
    """The session cookie of one of the people who are signed in."""
    return f"bench-{person}"


def _people(count: int) -> Iterator[dict[str, Any]]:
    now = db.now()
    for person in range(1, count + 1):
        role = Role.MAINTAINER if person <= 5 else Role.MEMBER
        title_ = "Engineer" if role is Role.MAINTAINER else ""
        yield {
            "id": person,
            "name": f"Person {person}",
            "email": f"{person}@example.org",
            "role": role,
            "title": title_,
            "joined_at": now,
        }


def _sessions() -> Iterator[dict[str, Any]]:
    now = db.now()
    for person in range(1, SIGNED_IN + 1):
        yield {
            "key_hash": sign_in.hashed(secret(person)), "person_id": person, "started_at": now, "seen_at": now,
            "expires_at": now + timedelta(days=30), "browser": "bench",
        }  # fmt: skip


def _voters(chance: random.Random, item_count: int, people: int) -> Iterator[list[int]]:
    """Who voted for each item: most have a few votes, some have hundreds."""
    total = item_count * (20 if item_count < 100_000 else 10)
    popular = [1 / (rank + 10) for rank in range(item_count)]
    scale = total / sum(popular)
    chance.shuffle(popular)
    for number, share in enumerate(popular):
        voters = chance.sample(range(1, people + 1), min(max(1, round(share * scale)), people // 2))
        yield voters if number % EAGER_FOR or EAGER in voters else [*voters, EAGER]


def _boards(session: Session) -> dict[int, int]:
    """The ids of the boards: the first is there already."""
    others = [Board(slug=slug, name=slug.capitalize(), position=at) for at, slug in enumerate(BOARDS.values()) if at]
    session.add_all(others)
    session.flush()
    return {
        every: board.id or 0
        for every, board in zip(BOARDS, session.exec(select(Board).order_by(col(Board.position))), strict=True)
    }


def _statuses(chance: random.Random, item_count: int) -> Iterator[Status]:
    """What is more than a team has under way at once is only acknowledged."""
    so_far: Counter[Status] = Counter()
    for status in chance.choices(list(SHARES), list(SHARES.values()), k=item_count):
        so_far[status] += 1
        yield status if so_far[status] <= UNDER_WAY.get(status, item_count) else Status.ACKNOWLEDGED


def _has(number: int, each: Iterable[int]) -> list[int]:
    """Those of which every so manieth item has one that this item has."""
    return [every for every in each if number % every == every // 2]


def _item(
    chance: random.Random, number: int, status: Status, boards: Mapping[int, int], people: int, votes: int
) -> dict[str, Any]:
    posted = db.now() - timedelta(days=chance.uniform(1, 900))
    answered = None if status is Status.NEW else posted + timedelta(hours=chance.uniform(1, 23))
    body = text(chance, chance.randint(20, 100))
    words = text(chance, 25)
    return {
        "number": number, "root": number, "kind": chance.choice(list(Kind)),
        "board_id": boards[_has(number, boards)[-1]], "title": title(chance), "body": body, "details": {},
        "html": f"<p>{body}</p>", "reporter_id": chance.randint(1, people), "posted_at": posted,
        "status": status, "status_changed_at": answered or posted, "changed_at": answered or posted,
        "reason": Reason.OUT_OF_SCOPE if status is Status.DECLINED else None,
        "review_on": LATER if status is Status.DECLINED else None,
        "due_on": LATER if status is Status.NEEDS_INFO else None,
        "first_answered_at": answered, "answered_at": answered, "answer": words if answered else "",
        "answerer_id": chance.randint(1, 5) if answered else None, "waiting_since": None if answered else posted,
        "vote_count": votes, "support": votes, "comment_count": chance.choice((0, 0, 1)),
        "trend": trend.heat(posted) + votes ** 0.5,
    }  # fmt: skip


def _vote(row: dict[str, Any], person: int) -> dict[str, Any]:
    return {"item_number": row["number"], "person_id": person, "at": row["posted_at"], "weight": None}


def _answer(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "item_number": row["number"], "person_id": row["answerer_id"], "is_automatic": False, "at": row["answered_at"],
        "from_status": Status.NEW, "to_status": row["status"], "explanation": row["answer"],
        "html": f"<p>{row['answer']}</p>",
        "reason": row["reason"], "review_on": row["review_on"], "due_on": row["due_on"], "why": "To see the same.",
    }  # fmt: skip


def _comment(chance: random.Random, row: dict[str, Any], people: int) -> dict[str, Any]:
    words = text(chance, 30)
    return {
        "item_number": row["number"], "person_id": chance.randint(1, people),
        "at": row["posted_at"] + timedelta(minutes=30),
        "body": words, "html": f"<p>{words}</p>",
    }  # fmt: skip
