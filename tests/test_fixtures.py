"""The tests' own ground: what it promises is checked here, so that the other tests may rely on it."""

import smtplib
import socket
from collections.abc import Callable

import httpx
import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.people import Person
from tests.fixtures.database import RolledBack
from tests.fixtures.mail import Post
from tests.fixtures.network import LeavesTheMachine
from tests.fixtures.server import Server


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_writes_is_gone_afterwards(session: Session, member: Person, turn: int) -> None:
    session.commit()
    assert [person.name for person in session.exec(select(Person))] == [member.name]


def test_the_program_sees_what_the_test_prepared_and_the_reverse(
    database: RolledBack, session: Session, member: Person
) -> None:
    with database.session() as programs:
        programs.get_one(Person, member.id).name = "Ada Berg"
    assert member.name == "Ada Berg"
    assert session.exec(select(Person.name)).all() == ["Ada Berg"]


def test_no_connection_leaves_the_machine() -> None:
    with pytest.raises(LeavesTheMachine):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(LeavesTheMachine):
        socket.getaddrinfo("example.org", 80)


def test_a_browser_reaches_the_program(browser_of: Callable[[Person | None], TestClient]) -> None:
    assert browser_of(None).get("/healthz").text == "ok"


@pytest.mark.server
def test_a_server_says_where_it_is_and_who_may_own_it(live_server: Server) -> None:
    address, link = live_server.output.splitlines()
    assert address == f"Daylight: {live_server.url}"
    assert link == f"Owner link: {live_server.owner_link}"
    assert httpx.get(f"{live_server.url}/healthz").status_code == 200


@pytest.mark.smtp
def test_a_mail_that_was_sent_arrives(smtp: Post) -> None:
    with smtplib.SMTP("127.0.0.1", smtp.port) as client:
        client.sendmail("mira@example.org", ["ada@example.org"], "Subject: An answer\r\n\r\nIt is out.\r\n")
    assert [message["subject"] for message in smtp.to("ada@example.org")] == ["An answer"]
