"""The same request sent again is done once."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import Session, func, select
from starlette.testclient import TestClient

from app import db, repeats, tokens
from app.db import Database
from app.items import Item
from app.main import create_app
from app.people import Person
from app.repeats import KeptAnswer
from tests import factories

ITEMS = "/api/v1/items"
IDEA = {"board": "general", "title": "Dark mode"}
KEY = {"Idempotency-Key": "night-1"}


def count(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Item)).one()


def test_a_request_sent_again_is_answered_the_same(session: Session, member_script: TestClient) -> None:
    first, again = (member_script.post(ITEMS, json=IDEA, headers=KEY) for _each in range(2))
    assert (first.status_code, again.status_code, count(session)) == (201, 201, 1)
    assert (again.content, again.headers["location"]) == (first.content, first.headers["location"])
    assert again.headers["content-type"] == first.headers["content-type"]
    assert [answer.headers.get("idempotent-replayed") for answer in (first, again)] == [None, "true"]
    assert again.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("path", "asked"), [(ITEMS, IDEA | {"title": "Other"}), (f"{ITEMS}/1/comments", {"body": "x"})]
)
def test_another_request_with_the_same_key_is_refused(
    session: Session, member_script: TestClient, path: str, asked: dict[str, str]
) -> None:
    assert member_script.post(ITEMS, json=IDEA, headers=KEY).status_code == 201
    answer = member_script.post(path, json=asked, headers=KEY)
    assert (answer.status_code, answer.json()["errors"]) == (422, [
        {"field": "Idempotency-Key", "detail": "Idempotency-Key: another request was sent with this key."}
    ])  # fmt: skip
    assert count(session) == 1


def test_a_key_is_of_one_person(session: Session, member_script: TestClient, maintainer_script: TestClient) -> None:
    for script in (member_script, maintainer_script):
        assert script.post(ITEMS, json=IDEA, headers=KEY).status_code == 201
    assert count(session) == 2


def test_a_request_that_was_refused_may_be_sent_again(session: Session, member_script: TestClient) -> None:
    """It changed nothing, and what was in its way may be gone."""
    asked = IDEA | {"board": "phone"}
    assert member_script.post(ITEMS, json=asked, headers=KEY).status_code == 422
    factories.board(session, "phone")
    assert member_script.post(ITEMS, json=asked, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "café", "a\tb"])
def test_a_key_that_is_none_is_refused(member_script: TestClient, key: str) -> None:
    answer = member_script.post(ITEMS, json=IDEA, headers={"Idempotency-Key": key.encode()})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_keys_are_forgotten_after_a_day(session: Session, member: Person) -> None:
    for key, age in (("old", timedelta(hours=25)), ("new", timedelta(hours=23))):
        assert repeats.earlier(session, member.key, key, "x") is None
        session.get_one(KeptAnswer, (member.key, key)).at = db.now() - age
    session.flush()
    repeats.forget_old(session)
    assert session.exec(select(KeptAnswer.key)).all() == ["new"]


def test_what_is_sent_many_times_at_the_same_moment_is_done_once(own_database: Database) -> None:
    with own_database.session() as session:
        secret = tokens.make(session, factories.person(session), "Script", ["write"], "30")[1]
    app = create_app(own_database)
    found: list[tuple[int, bytes]] = []

    def send() -> None:
        script = TestClient(app, base_url="http://localhost", headers={"Authorization": f"Bearer {secret}"})
        answer = script.post(ITEMS, json=IDEA, headers=KEY)
        found.append((answer.status_code, answer.content))

    senders = [threading.Thread(target=send) for _each in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert ({status for status, _body in found}, len({body for _status, body in found}), len(found)) == ({201}, 1, 8)
    with own_database.session(writes=False) as session:
        assert count(session) == 1
