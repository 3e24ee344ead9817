"""`/healthz`: whether this process can serve."""

from sqlalchemy import text
from sqlmodel import Session
from starlette.testclient import TestClient

from app import schema


def test_it_is_ready_with_the_tables_it_knows(visitor_browser: TestClient) -> None:
    answer = visitor_browser.get("/healthz")
    assert (answer.status_code, answer.text, answer.headers["Cache-Control"]) == (200, "ok", "no-store")


def test_it_is_not_ready_while_its_tables_are_too_old(visitor_browser: TestClient, session: Session) -> None:
    session.execute(text("UPDATE alembic_version SET version_num = :old"), {"old": schema.revisions()[0]})
    answer = visitor_browser.get("/healthz")
    assert (answer.status_code, answer.text) == (
        503, "Not ready: the database waits for “python -m app migrate”.",
    )  # fmt: skip


def test_it_answers_a_machine_that_asks_by_any_name(visitor_browser: TestClient) -> None:
    assert visitor_browser.get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert visitor_browser.get("/healthz", headers={"Host": "balancer.example"}).status_code == 200
