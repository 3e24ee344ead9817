"""How often a network may ask the API: counted in each process, true for all of them, and never in a reader's way."""

import asyncio
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import make_url
from sqlmodel import select
from starlette.testclient import TestClient

from app import db
from app.db import Database, make_engine
from app.limits import Spent
from app.refusals import TooMany
from app.web.api import rations
from app.web.api.rations import Rations
from tests.asking import Browser

ITEMS = "/api/v1/items"


@pytest.fixture(autouse=True)
def a_small_ration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four requests, written down by the two, all of them in one minute."""
    now = db.now()
    monkeypatch.setattr(rations, "MOST", 4)
    monkeypatch.setattr(rations, "PORTION", 2)
    monkeypatch.setattr(db, "now", lambda: now)


@pytest.mark.parametrize("script", ["visitor_script", "member_script"])
def test_a_network_that_asks_too_often_is_told_when_to_come_back(
    app: FastAPI, request: pytest.FixtureRequest, script: str
) -> None:
    client: TestClient = request.getfixturevalue(script)
    answers = [client.get(ITEMS) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert client.post(ITEMS, json={}).status_code == 429
    elsewhere = Browser(app, base_url="http://localhost", client=("203.0.113.9", 1))
    assert elsewhere.get(ITEMS).status_code == 200


def test_tokens_that_are_none_are_counted_too(visitor_script: TestClient) -> None:
    tried = [visitor_script.get(ITEMS, headers={"Authorization": f"Bearer {n}"}).status_code for n in range(7)]
    assert tried == [401] * 5 + [429] * 2


def test_processes_share_a_ration(own_database: Database) -> None:
    async def ask() -> None:
        one, other = Rations(), Rations()
        for _ in range(4):
            await one.take(own_database, "203.0.113.9")
        await other.take(own_database, "203.0.113.9")
        with pytest.raises(TooMany):
            await other.take(own_database, "203.0.113.9")
        await other.take(own_database, "203.0.113.10")

    asyncio.run(ask())


def test_whoever_asks_now_and_then_makes_nothing_be_written(own_database: Database) -> None:
    asyncio.run(Rations().take(own_database, "203.0.113.9"))
    with own_database.session(writes=False) as session:
        assert session.exec(select(Spent)).all() == []


def test_a_new_minute_brings_a_new_ration(own_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def use_up(ration: Rations) -> None:
        for _ in range(5):
            await ration.take(own_database, "203.0.113.9")
        with pytest.raises(TooMany):
            await ration.take(own_database, "203.0.113.9")

    ration, later = Rations(), db.now() + rations.PER
    asyncio.run(use_up(ration))
    monkeypatch.setattr(db, "now", lambda: later)
    asyncio.run(use_up(ration))


def test_readers_are_answered_while_nothing_can_be_written(tmp_path: Path) -> None:
    away = Database(make_engine(make_url(f"sqlite:///{tmp_path}/nowhere/daylight.db").render_as_string()))

    async def ask() -> None:
        ration = Rations()
        for _ in range(10):
            await ration.take(away, "203.0.113.9")

    asyncio.run(ask())
    away.close()
