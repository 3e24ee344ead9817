"""A crowd that writes through HTTP, and remembers what it was told. What it was told must be there afterwards."""

import http.client
import itertools
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from app import db, first_run, schema, sign_in, site
from app.db import Database
from app.items import Item
from app.people import Role
from app.status_changes import StatusChange
from app.statuses import Status
from app.votes import Vote
from tests import factories

MEMBERS, ITEMS, THREADS = 120, 60, 6
A_SECOND = 50  # writes
TIMEOUT = 40  # seconds
SEE_OTHER, OVERTAKEN, UNAVAILABLE = 303, 409, 503  # two of the team may move one item at once


@dataclass(frozen=True)
class Board:
    """A board with people who are signed in: person id -> key of the session."""

    url: str
    members: dict[int, str]
    team: dict[int, str]
    items: list[int]


def set_up(url: str) -> Board:
    database = Database(db.make_engine(url))
    schema.migrate(database)
    with database.session() as session:
        first_run.prepare(session)
        session.flush()
        people = [factories.person(session) for _ in range(MEMBERS)]
        team = [factories.person(session, role=Role.OWNER) for _ in range(THREADS)]
        items = [factories.item(session, people[0], f"Wish {number}").number for number in range(ITEMS)]
        board = Board(url, _signed_in(session, people), _signed_in(session, team), items)
    database.close()
    return board


def _signed_in(session: Session, people: list[factories.Person]) -> dict[int, str]:
    return {person.key: sign_in.open_session(session, person) for person in people}


@dataclass(frozen=True)
class Act:
    """One thing that somebody does: a vote (item, person), a post (its title, once), a move (item, its explanation)."""

    kind: str
    what: tuple[object, ...]
    path: str
    key: str
    form: dict[str, str] = field(default_factory=dict)


@dataclass
class Told:
    """What became of an act: the status of the answer, or the trouble there was instead of one."""

    act: Act
    began: float
    ended: float
    status: int | None
    trouble: Exception | None = None
    thread: int = 0


class Crowd:
    """Works in threads while the block lasts; the server may go away and come back meanwhile."""

    def __init__(
        self, board: Board, port: int, *, a_second: float = A_SECOND, threads: int = THREADS, name: str = "new"
    ) -> None:
        self.board, self.port, self.name = board, port, name
        self.pause = threads / a_second if a_second else 0.0
        self.told: list[Told] = []
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(threads)]
        self.pairs = itertools.cycle(_shuffled(board, name))
        self.lock = threading.Lock()
        self.posts = itertools.count(1)

    def __enter__(self) -> "Crowd":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()

    @property
    def taken(self) -> list[Act]:
        """What was acknowledged."""
        return [told.act for told in self.told if told.status == SEE_OTHER]

    @property
    def statuses(self) -> Counter[int | None]:
        return Counter(told.status for told in self.told)

    @property
    def troubles(self) -> list[Told]:
        return [told for told in self.told if told.trouble is not None]

    def wait_for(self, more: int, seconds: float = 30) -> None:
        """Until so many more acts were acknowledged."""
        wanted, until = len(self.taken) + more, time.monotonic() + seconds
        while len(self.taken) < wanted:
            assert time.monotonic() < until, f"Not {more} more acts in {seconds} s: {self.statuses}"
            time.sleep(0.01)

    def _work(self, number: int) -> None:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=TIMEOUT)
        chance = random.Random(f"{self.name} {number}")
        while not self.ended.is_set():
            self.told.append(told := do(connection, self._choose(chance)))
            told.thread = number
            if told.trouble is not None:
                connection.close()
            self.ended.wait(0.02 if told.trouble else self.pause * chance.uniform(0.7, 1.3))
        connection.close()

    def _choose(self, chance: random.Random) -> Act:
        kind = chance.choices(["vote", "post", "move"], [8, 1, 1])[0]
        if kind == "vote":
            with self.lock:
                item, person = next(self.pairs)
            return vote(self.board, item, person)
        return {"post": self._post, "move": self._move}[kind](chance)

    def _post(self, chance: random.Random) -> Act:
        title = f"A {self.name} wish {next(self.posts)}"
        form = {"kind": "idea", "board": "general", "title": title, "form": title}
        return Act("post", (title, 1), "/items", chance.choice(list(self.board.team.values())), form)

    def _move(self, chance: random.Random) -> Act:
        item, words = chance.choice(self.board.items), f"Reason {chance.getrandbits(60):x}"
        to = chance.choice([Status.ACKNOWLEDGED, Status.PLANNED, Status.IN_PROGRESS])
        key = chance.choice(list(self.board.team.values()))
        return Act("move", (item, words), f"/items/{item}/status-changes", key, {"to": to, "explanation": words})


def _shuffled(board: Board, name: str) -> list[tuple[int, int]]:
    """Every vote that can be cast, in an order of chance. The first member has voted: for what they posted."""
    pairs = list(itertools.product(board.items, list(board.members)[1:]))
    random.Random(name).shuffle(pairs)
    return pairs


def vote(board: Board, item: int, person: int) -> Act:
    return Act("vote", (item, person), f"/items/{item}/vote", board.members[person])


def do(connection: http.client.HTTPConnection, act: Act) -> Told:
    headers = {"Cookie": f"session={act.key}", "Content-Type": "application/x-www-form-urlencoded"}
    began = time.monotonic()
    try:
        connection.request("POST", act.path, urlencode(act.form), headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as trouble:
        return Told(act, began, time.monotonic(), None, trouble)
    return Told(act, began, time.monotonic(), answer.status)


def verify(url: str, taken: list[Act]) -> None:
    """What was acknowledged is there, once; every count equals its rows; every item is where its story says."""
    database = Database(db.make_engine(url))
    try:
        with database.session(writes=False) as session:
            assert lost(session, taken) == []
            check_counts(session)
            check_stories(session)
            check_numbers(session)
            if database.engine.dialect.name == "sqlite":
                assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    finally:
        database.close()


def there(session: Session) -> dict[str, Counter[tuple[object, ...]]]:
    """How often each vote, post and move is there."""
    selects = {
        "vote": select(Vote.item_number, Vote.person_id),
        "move": select(StatusChange.item_number, StatusChange.explanation),
        "post": select(Item.title, text("1")),
    }
    return {kind: Counter(map(tuple, session.execute(chosen))) for kind, chosen in selects.items()}


def lost(session: Session, taken: list[Act]) -> list[Act]:
    """The acts that are not there exactly once."""
    found = there(session)
    return [act for act in taken if found[act.kind][act.what] != 1]


def check_counts(session: Session) -> None:
    counted = select(Item.number, Item.vote_count, func.count(func.distinct(Vote.person_id)))
    with_votes = counted.join(Vote, col(Vote.item_number) == Item.number, isouter=True)
    assert [row for row in session.exec(with_votes.group_by(col(Item.number))) if row[1] != row[2]] == []


def check_stories(session: Session) -> None:
    last = select(func.max(StatusChange.id)).group_by(col(StatusChange.item_number))
    moved = select(Item.number, Item.status, StatusChange.to_status)
    moved = moved.join(StatusChange, col(StatusChange.item_number) == Item.number).where(col(StatusChange.id).in_(last))
    assert [row for row in session.exec(moved) if row[1] != row[2]] == []


def check_numbers(session: Session) -> None:
    """Public numbers have no gaps, and no post came twice."""
    numbers = session.exec(select(Item.number).order_by(col(Item.number))).all()
    assert numbers == list(range(1, site.the(session).last_item_number + 1))
    titles = session.exec(select(Item.title)).all()
    assert len(set(titles)) == len(titles)
