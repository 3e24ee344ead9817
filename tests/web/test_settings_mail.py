"""The owner's page on mail: what waits, what failed and why, a test, another try."""

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import outbox
from app.config import settings
from app.outbox import Mail
from app.people import Person
from tests.looking import words

CANNOT = "The mail server refuses this address: 550 no such user"


@pytest.fixture
def failing(session: Session) -> Mail:
    mail = outbox.put(session, "gone@example.org", "An answer", "It is out.")
    session.flush()
    for _ in outbox.claim(session):
        outbox.failed(session, mail, CANNOT, for_good=True)
    session.refresh(mail)
    return mail


def shown(browser: TestClient, part: str = "<table", end: str = "</table>") -> str:
    return words(browser.get("/settings/mail"), part, end)


def test_what_waits_what_failed_and_what_left_is_counted(
    session: Session, owner_browser: TestClient, failing: Mail
) -> None:
    sent = outbox.put(session, "ada@example.org", "An answer", "It is out.")
    outbox.put(session, "ben@example.org", "An answer", "It is out.")
    session.flush()
    outbox.sent(session, sent)
    assert shown(owner_browser, "<dl", "</dl>") == "Waiting 1 Given up 1 Sent in the last 30 days 1"


def test_a_failure_says_whom_it_concerns_and_what_the_server_said(owner_browser: TestClient, failing: Mail) -> None:
    assert shown(owner_browser, "<tbody", "</tbody>") == (
        f"gone@example.org An answer {CANNOT} Given up after 1 try. just now Try again"
    )


def test_another_try_starts_afresh(session: Session, owner_browser: TestClient, failing: Mail) -> None:
    assert owner_browser.post(f"/settings/mail/{failing.id}/retry").status_code == 303
    session.refresh(failing)
    assert (failing.given_up_at, failing.tries) == (None, 0)
    assert outbox.is_due(session)


def test_what_has_left_is_not_sent_again(session: Session, owner_browser: TestClient, failing: Mail) -> None:
    outbox.sent(session, failing)
    assert owner_browser.post(f"/settings/mail/{failing.id}/retry").status_code == 404


def test_a_test_goes_to_the_owner_who_asks(session: Session, owner: Person, owner_browser: TestClient) -> None:
    assert owner_browser.post("/settings/mail/test").status_code == 303
    mail = session.exec(select(Mail).order_by(col(Mail.id).desc())).first()
    assert mail is not None
    assert (mail.recipient, mail.subject) == (owner.email, "Mail from Our board works")


def test_the_page_says_how_mails_leave_and_keeps_the_password(
    monkeypatch: pytest.MonkeyPatch, owner_browser: TestClient
) -> None:
    assert "No mail server is set, so mails are saved as files in" in owner_browser.get("/settings/mail").text
    monkeypatch.setenv("DAYLIGHT_SMTP_URL", "smtp://mira:secret@mail.example.org:587")
    settings.cache_clear()
    try:
        page = owner_browser.get("/settings/mail").text
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert "Mails leave through mail.example.org." in page
    assert "secret" not in page
