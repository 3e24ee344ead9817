"""Live news: what happens to an item while somebody has its page open.

The pages that are open wait without a thread and without the database. For all of them one `Lookout` in each process
asks it, while anybody waits at all; so no process has to tell another, on however many machines they are.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from app import db, wording
from app.boards import Board
from app.db import Database
from app.events import Event, Happened
from app.items import Item
from app.words import ngettext, number

PAUSE = 1.0  # seconds between one look at the database and the next
MOST = 100  # more news than that has nobody counted who has the page open
ANSWERS = frozenset({Happened.STATUS_CHANGED, Happened.MERGED, Happened.TARGET_MOVED, Happened.ANSWERED})
TOLD = ANSWERS | {Happened.COMMENTED}


@dataclass(frozen=True)
class News:
    """Something new in the story of an item, by the number of its event, and whose act it was."""

    number: int
    person_id: int | None
    is_answer: bool
    headline: str


NEWEST = select(func.max(Event.id)).where(col(Event.item_number) == bindparam("number"))


def newest(session: Session, item: Item) -> int:
    """The number of the last event of an item; whoever knows it asks for what came since.

    The events of one item are committed in the order of their numbers, because each is written with the item locked. So
    none comes later with a smaller number, but the story must be read after the number, never before.
    """
    [(newest,)] = db.run(session, NEWEST, {"number": item.number})
    return newest or 0


def since(session: Session, item_number: int, after: int) -> list[News]:
    """What came into the story of an item after the event of this number, the oldest first."""
    later = (col(Event.item_number) == item_number, col(Event.id) > after, col(Event.happened).in_(TOLD))
    events = session.scalars(select(Event).where(*later).order_by(col(Event.id).desc()).limit(MOST)).all()
    last_of_row = {(event.comment_id, event.status_change_id, event.target_move_id): event for event in events[::-1]}
    return [
        News(told.event.key, told.event.person_id, told.event.happened in ANSWERS, told.headline)
        for told in wording.read(session, sorted(last_of_row.values(), key=lambda event: event.key))
        if told.comment is None or not told.comment.is_hidden
    ]


def in_words(news: Sequence[News]) -> str:
    """One thing is told as everywhere, several are counted: 2 new answers · 1 new comment."""
    if len(news) == 1:
        return news[0].headline
    answers = sum(one.is_answer for one in news)
    comments = len(news) - answers
    counted = (
        (answers, ngettext("%s new answer", "%s new answers", answers)),
        (comments, ngettext("%s new comment", "%s new comments", comments)),
    )
    return " · ".join(words % number(count) for count, words in counted if count)


class Lookout:
    """Looks at the database for all who wait in this process, and wakes those whose item is not as it was."""

    def __init__(self, database: Database, pause: float = PAUSE) -> None:
        self.database, self.pause = database, pause
        self.waiting: dict[int, set[asyncio.Event]] = {}
        self.standings: dict[int, Any] = {}
        self.task: asyncio.Task[None] | None = None

    @contextmanager
    def watching(self, item_number: int, wake: asyncio.Event) -> Iterator[None]:
        """Set `wake` whenever there may be news of the item, or who may see it has changed, until the block ends."""
        self.waiting.setdefault(item_number, set()).add(wake)
        if self.task is None:
            self.task = asyncio.create_task(self._look_out())
        try:
            yield
        finally:
            self.waiting[item_number].discard(wake)
            if not self.waiting[item_number]:
                del self.waiting[item_number]
            if not self.waiting:
                self.task.cancel()
                self.task, self.standings = None, {}

    async def _look_out(self) -> None:
        seen: object = None
        while True:
            await asyncio.sleep(self.pause)
            with suppress(SQLAlchemyError):  # it is away: whoever asks for a page is told so
                revision = await self.database.revision()
                if revision != seen:
                    numbers = list(self.waiting)
                    standings = await self.database.run(lambda session: _standings(session, numbers), writes=False)  # noqa: B023 - done before the next round
                    self._wake(standings, numbers)
                    seen = revision

    def _wake(self, standings: dict[int, Any], numbers: Iterable[int]) -> None:
        before, self.standings = self.standings, standings
        for item_number in numbers:
            if before.get(item_number) != standings.get(item_number):
                for wake in self.waiting.get(item_number, ()):
                    wake.set()


def _standings(session: Session, numbers: list[int]) -> dict[int, Any]:
    """What makes a look at an item worth while: its last event, and what decides who may see it. One query for all."""
    last = select(func.max(Event.id)).where(col(Event.item_number) == Item.number).scalar_subquery()
    rows = session.execute(
        select(col(Item.number), last, col(Item.hidden_at), col(Item.board_id), col(Board.access))
        .join(Board, col(Board.id) == Item.board_id)
        .where(col(Item.number).in_(numbers))
    )
    return {row[0]: tuple(row[1:]) for row in rows}
