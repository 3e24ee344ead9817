"""A server that is killed in the middle of its work, again and again."""

import itertools
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import col, func, select

from app import db, outbox, subscriptions
from app.attachments.table import Attachment
from app.db import Database
from app.events import Event
from app.items import Item
from app.notifications import Notification
from app.outbox import Mail
from app.people import Person
from tests.fixtures.mail import Post, free_port
from tests.server.conftest import Starter
from tests.server.crowd import Board, Crowd, verify

KILLS = 20

pytestmark = pytest.mark.server


def test_twenty_kills_lose_nothing_that_was_acknowledged(quick: Starter, board: Board) -> None:
    port, chance = free_port(), random.Random(5)
    with Crowd(board, port) as crowd:
        for _ in range(KILLS):
            server = quick(port=port, wait=False)
            crowd.wait_for(10)
            time.sleep(chance.uniform(0, 0.05))
            server.stop(signal.SIGKILL)
    assert len(crowd.taken) > KILLS * 10
    assert {act.kind for act in crowd.taken} == {"vote", "post", "move"}
    verify(board.url, crowd.taken)


def test_a_file_that_was_acknowledged_outlives_a_kill(quick: Starter, board: Board, tmp_path: Path) -> None:
    """Somebody attaches one log after the other, and the server is killed in the middle, five times."""
    port, chance, taken, ended = free_port(), random.Random(9), list[str](), threading.Event()
    with ThreadPoolExecutor(1) as threads:
        sending = threads.submit(_send_logs, f"http://localhost:{port}", board, taken, ended)
        for kills in range(1, 6):
            server = quick(port=port, wait=False)
            until = time.monotonic() + 30
            while len(taken) < kills * 3:
                assert time.monotonic() < until, f"Only {len(taken)} were taken:\n{server.output}"
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.05))
            server.stop(signal.SIGKILL)
        ended.set()
        sending.result()
    database = Database(db.make_engine(board.url))
    with database.session(writes=False) as session:
        rows = session.exec(select(Attachment).where(col(Attachment.comment_id).is_not(None))).all()
    database.close()
    stored = {(tmp_path / "uploads" / row.key).read_text() for row in rows}
    assert set(taken) <= stored


def _send_logs(url: str, board: Board, taken: list[str], ended: threading.Event) -> None:
    """Each is another one, by another maintainer, who may say much; `taken` are those that were acknowledged."""
    path, keys = f"{url}/items/{board.items[0]}/comments", itertools.cycle(board.team.values())
    for count in itertools.count():
        if ended.is_set():
            return
        log = f"line {count}\n"
        form = {"data": {"body": f"Log {count}"}, "files": {"files": (f"{count}.log", log)}}
        try:
            answer = httpx.post(path, cookies={"session": next(keys)}, timeout=40, **form)
        except httpx.TransportError:
            time.sleep(0.02)
            continue
        assert answer.status_code in {303, 503}, answer.text
        if answer.status_code == httpx.codes.SEE_OTHER:
            taken.append(log)


def test_a_server_that_is_killed_while_it_tells_many_tells_each_of_them_once(
    quick: Starter, board: Board, smtp: Post
) -> None:
    """A mail that was being sent when the server was killed may come twice, with one and the same id."""
    followers = follow_all(board)
    port, chance = free_port(), random.Random(7)
    settings = {"DAYLIGHT_SMTP_URL": smtp.url, "DAYLIGHT_BASE_URL": f"http://localhost:{port}"}
    server = quick(port=port, **settings)
    move = {"to": "planned", "seen": "new", "explanation": "In spring."}
    key = next(iter(board.team.values()))
    answer = httpx.post(
        f"{server.url}/items/{board.items[0]}/status-changes", data=move, cookies={"session": key}, timeout=40
    )
    assert answer.status_code == 303
    for _ in range(3):
        time.sleep(chance.uniform(0, 0.4))
        server.stop(signal.SIGKILL)
        server = quick(port=port, **settings)
    wait_until_all_is_sent(board)
    assert {recipient for recipient, _message in smtp.messages} == followers
    assert len({message["Message-ID"] for _recipient, message in smtp.messages}) == len(followers)


def follow_all(board: Board) -> set[str]:
    """Everybody follows the first item, and nobody hears of what was done to set the board up."""
    database = Database(db.make_engine(board.url))
    with database.session() as session:
        session.execute(update(Event).values(told_at=db.now()))
        item = session.get_one(Item, board.items[0])
        for person in session.exec(select(Person).where(col(Person.id).in_(board.members))):
            subscriptions.follow(session, item, person)
        emails = {
            person.email or "" for person in session.exec(select(Person).where(col(Person.id).in_(board.members)))
        }
    database.close()
    return emails


def wait_until_all_is_sent(board: Board, seconds: float = 30) -> None:
    """A mail that a killed server had claimed is taken up when its lease ends, so the lease is ended here."""
    database = Database(db.make_engine(board.url))
    until = time.monotonic() + seconds
    while True:
        with database.session() as session:
            untold = session.exec(select(func.count()).where(col(Event.told_at).is_(None))).one()
            unwritten = session.exec(select(func.count()).where(col(Notification.mailed_at).is_(None))).one()
            unsent = session.exec(select(func.count()).where(col(Mail.done_at).is_(None))).one()
            session.execute(
                update(Mail)
                .where(
                    col(Mail.done_at).is_(None), col(Mail.leased_until) < db.now() + outbox.LEASE - timedelta(seconds=1)
                )
                .values(leased_until=None)
            )
        if not untold + unwritten + unsent:
            break
        assert time.monotonic() < until, f"{untold} untold, {unwritten} unwritten, {unsent} unsent"
        time.sleep(0.1)
    database.close()
