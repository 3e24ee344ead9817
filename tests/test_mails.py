"""Mails: put with what caused them, sent once, tried again, and written as files where there is no mail server."""

import html
import ssl
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as Dialogue
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from app import db, delivery, letters, outbox, people
from app.config import settings
from app.db import Database
from app.items import Item
from app.outbox import Mail
from app.status_changes import StatusChange
from tests import factories
from tests.fixtures.mail import Post, free_port

WORDS = "Your code is\n\n    123456\n\nSay “hello” to <https://board.example.org/items/7>.\n"


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., None]]:
    def set_to(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"DAYLIGHT_{name.upper()}", value)
        settings.cache_clear()

    set_to(data_dir=str(tmp_path), base_url="https://board.example.org")
    yield set_to
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def by_smtp(smtp: Post, configure: Callable[..., None]) -> Post:
    configure(smtp_url=smtp.url)
    return smtp


def put(database: Database, recipient: str = "ada@example.org", subject: str = "An answer", body: str = WORDS) -> None:
    with database.session() as session:
        outbox.put(session, recipient, subject, body)


def stored(database: Database) -> list[Mail]:
    with database.session(writes=False) as session:
        return list(session.exec(select(Mail).order_by(Mail.id)))


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.smtp
def test_a_mail_has_the_same_words_as_text_and_as_html(own_database: Database, by_smtp: Post) -> None:
    put(own_database)
    delivery.deliver_due(own_database)
    ((recipient, message),) = by_smtp.messages
    assert recipient == "ada@example.org"
    assert part(message, "plain").replace("\r\n", "\n") == WORDS
    page = part(message, "html")
    assert "<code>123456" in page
    assert 'href="https://board.example.org/items/7"' in page


@pytest.mark.smtp
def test_names_that_people_chose_stand_in_our_sentences_as_they_chose_them(
    own_database: Database, by_smtp: Post
) -> None:
    """Else a title could be a link in the board's own words."""
    title = "Please **confirm**: [sign in here](https://evil.example)\u2069 <b> a_b_c"
    question = StatusChange(explanation="Which?", why="It differs.", checklist=[])
    about = {"item": Item(number=7, title=title), "question": question, "closes_on": date(2026, 5, 3)}
    letter = letters.write("question_due", may_answer=False, mail_path="", cases_path="", **about)
    put(own_database, "ada@example.org", *letter)
    delivery.deliver_due(own_database)
    ((_recipient, message),) = by_smtp.messages
    shown = title.replace("\u2069", "")
    assert f"“\u2068{shown}\u2069”" in part(message, "plain")
    assert f"“\u2068{html.escape(shown, quote=False)}\u2069”" in part(message, "html")


@pytest.mark.smtp
def test_a_mail_says_who_sent_it_and_that_a_program_did(own_database: Database, by_smtp: Post) -> None:
    put(own_database)
    delivery.deliver_due(own_database)
    ((_recipient, message),) = by_smtp.messages
    (mail,) = stored(own_database)
    assert {name: message[name] for name in ("From", "To", "Subject", "Auto-Submitted")} == {
        "From": "Our board <daylight@board.example.org>",
        "To": "ada@example.org",
        "Subject": "An answer",
        "Auto-Submitted": "auto-generated",
    }
    assert message["Date"].datetime == mail.put_at.replace(microsecond=0)
    assert message["Message-ID"] == f"<{mail.put_at:%Y-%m-%d-%H%M%S}-{mail.id}@board.example.org>"


UNSUBSCRIBE = "/mail/12-" + "x" * 90


def put_news(database: Database, item_number: int | None = None) -> None:
    with database.session() as session:
        outbox.put(session, "ada@example.org", "Dark mode (#7)", WORDS, item_number=item_number,
                   unsubscribe_path=UNSUBSCRIBE)  # fmt: skip


LIST_HEADERS = ("In-Reply-To", "References", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Reply-To")


@pytest.mark.smtp
def test_news_can_be_unsubscribed_from_and_stand_in_the_thread_of_their_item(
    own_database: Database, by_smtp: Post
) -> None:
    with own_database.session() as session:
        item = factories.item(session, factories.person(session))
    put_news(own_database, item.number)
    delivery.deliver_due(own_database)
    ((_recipient, message),) = by_smtp.messages
    assert [message[name] for name in LIST_HEADERS] == [
        f"<item-{item.number}@board.example.org>",
        f"<item-{item.number}@board.example.org>",
        "<news.board.example.org>",
        f"<https://board.example.org{UNSUBSCRIBE}>",
        "List-Unsubscribe=One-Click",
        None,
    ]
    assert f"\r\nList-Unsubscribe: <https://board.example.org{UNSUBSCRIBE}>\r\n" in by_smtp.raw[0].decode()
    assert stored(own_database)[0].unsubscribe_path is None


@pytest.mark.smtp
def test_other_mails_have_no_such_headers(own_database: Database, by_smtp: Post) -> None:
    put(own_database)
    delivery.deliver_due(own_database)
    assert [by_smtp.messages[0][1][name] for name in LIST_HEADERS] == [None] * 6


def test_who_waits_for_a_code_does_not_wait_behind_news(session: Session) -> None:
    for subject, path in (("News", UNSUBSCRIBE), ("Sign in", None)):
        outbox.put(session, "ada@example.org", subject, WORDS, unsubscribe_path=path)
        session.flush()
    assert [mail.subject for mail in outbox.claim(session, 1)] == ["Sign in"]


@pytest.mark.smtp
def test_the_sender_may_have_a_name_of_its_own(
    own_database: Database, by_smtp: Post, configure: Callable[..., None]
) -> None:
    configure(mail_from="Mira & friends <mira@example.org>")
    put(own_database)
    delivery.deliver_due(own_database)
    assert by_smtp.messages[0][1]["From"] == "Mira & friends <mira@example.org>"


@pytest.mark.smtp
def test_a_board_without_a_name_of_its_own_sends_mails_too(
    own_database: Database, by_smtp: Post, configure: Callable[..., None]
) -> None:
    configure(base_url="http://[::1]:8000")
    put(own_database)
    delivery.deliver_due(own_database)
    assert by_smtp.messages[0][1]["From"] == "Our board <daylight@[::1]>"


@pytest.mark.smtp
def test_a_mail_leaves_once_and_its_words_are_dropped(own_database: Database, by_smtp: Post) -> None:
    put(own_database)
    for _ in range(3):
        delivery.deliver_due(own_database)
    assert len(by_smtp.messages) == 1
    (mail,) = stored(own_database)
    assert (mail.done_at is not None, mail.body, mail.trouble) == (True, "", "")


@pytest.mark.smtp
def test_a_mail_that_left_while_the_database_was_away_is_noted_and_not_sent_again(
    own_database: Database, by_smtp: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = outbox.sent

    def lose_the_connection(_session: Session, _mail: Mail) -> None:
        monkeypatch.setattr(outbox, "sent", note)
        raise OperationalError("update", {}, Exception("The connection is lost."))

    monkeypatch.setattr(outbox, "sent", lose_the_connection)
    put(own_database)
    with pytest.raises(OperationalError):
        delivery.deliver_due(own_database)
    with own_database.session() as session:
        session.exec(select(Mail)).one().leased_until = db.now()
    delivery.deliver_due(own_database)
    assert len(by_smtp.messages) == 1
    assert stored(own_database)[0].done_at is not None


def test_a_mail_is_never_sent_if_what_caused_it_was_undone(own_database: Database, by_smtp: Post) -> None:
    with own_database.session() as session:
        outbox.put(session, "ada@example.org", "An answer", WORDS)
        session.rollback()
    delivery.deliver_due(own_database)
    assert by_smtp.messages == []


@pytest.mark.smtp
def test_many_processes_send_each_mail_once(own_database: Database, database_url: str, by_smtp: Post) -> None:
    for number in range(40):
        put(own_database, recipient=f"person{number}@example.org")
    threads = [Thread(target=lambda: [delivery.deliver_due(own_database) for _ in range(12)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recipients = [recipient for recipient, _message in by_smtp.messages]
    assert sorted(recipients) == sorted({f"person{number}@example.org" for number in range(40)})


def test_a_mail_waits_while_the_server_is_away_and_longer_each_time(
    own_database: Database, configure: Callable[..., None]
) -> None:
    configure(smtp_url=f"smtp://127.0.0.1:{free_port()}")
    put(own_database)
    pauses = []
    for _ in range(3):
        delivery.deliver_due(own_database)
        (mail,) = stored(own_database)
        pauses.append(round((mail.run_at - mail.put_at).total_seconds(), -1))
        with own_database.session() as session:
            session.get_one(Mail, mail.id).run_at = mail.put_at
    assert pauses == [60, 120, 240]
    assert mail.trouble == "The mail server cannot be reached: [Errno 111] Connection refused"
    assert mail.body == WORDS


@pytest.mark.smtp
def test_a_mail_that_waited_arrives_when_the_server_is_back(
    own_database: Database, smtp: Post, configure: Callable[..., None]
) -> None:
    configure(smtp_url=f"smtp://127.0.0.1:{free_port()}")
    put(own_database)
    delivery.deliver_due(own_database)
    configure(smtp_url=smtp.url)
    delivery.deliver_due(own_database)
    assert smtp.messages == []
    with own_database.session() as session:
        session.exec(select(Mail)).one().run_at -= timedelta(hours=1)
    delivery.deliver_due(own_database)
    assert len(smtp.messages) == 1


def test_after_many_tries_it_is_given_up_in_sight(own_database: Database, configure: Callable[..., None]) -> None:
    configure(smtp_url=f"smtp://127.0.0.1:{free_port()}")
    put(own_database)
    for _ in range(14):
        delivery.deliver_due(own_database)
        with own_database.session() as session:
            session.exec(select(Mail)).one().run_at -= timedelta(days=2)
    (mail,) = stored(own_database)
    assert (mail.tries, mail.given_up_at is not None, mail.done_at) == (12, True, None)


class Choosy(Post):
    """A server that has no mailbox for some."""

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _dialogue: Dialogue, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 There is nobody of this name"
        if address.startswith("later"):
            return "450 Come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def choosy(configure: Callable[..., None]) -> Iterator[Post]:
    post = Choosy(port=free_port())
    controller = Controller(post, hostname="127.0.0.1", port=post.port)
    controller.start()
    configure(smtp_url=post.url)
    yield post
    controller.stop()


@pytest.mark.smtp
def test_one_address_that_is_refused_holds_up_no_other(own_database: Database, choosy: Post) -> None:
    for name in ("nobody", "later", "ada"):
        put(own_database, recipient=f"{name}@example.org")
    delivery.deliver_due(own_database)
    assert [recipient for recipient, _message in choosy.messages] == ["ada@example.org"]
    assert [(mail.done_at is not None, mail.given_up_at is not None) for mail in stored(own_database)] == [
        (False, True),
        (False, False),
        (True, False),
    ]


@pytest.mark.smtp
def test_a_mailbox_that_is_not_there_gets_no_further_news(own_database: Database, choosy: Post) -> None:
    with own_database.session() as session:
        addresses = [factories.person(session, name).email or "" for name in ("Nobody Here", "Later Perhaps")]
    for address in addresses:
        put(own_database, recipient=address)
    delivery.deliver_due(own_database)
    with own_database.session(writes=False) as session:
        nobody, later = (people.with_email(session, address) for address in addresses)
    assert nobody is not None
    assert later is not None
    assert (nobody.bounced_because, later.bounced_at) == (
        "The mail server refuses this address: 550 There is nobody of this name", None,
    )  # fmt: skip
    assert nobody.bounced_at is not None


def test_no_header_can_be_injected(own_database: Database, by_smtp: Post) -> None:
    put(own_database, subject="An answer\r\nBcc: eve@example.org")
    put(own_database, recipient="ada@example.org\r\nBcc: eve@example.org")
    delivery.deliver_due(own_database)
    ((recipient, message),) = by_smtp.messages
    assert recipient == "ada@example.org"
    assert (message["Subject"], message["Bcc"]) == ("An answer Bcc: eve@example.org", None)
    assert stored(own_database)[1].done_at is None


def unproved() -> ssl.SSLContext:
    """A server's certificate that nobody vouches for."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(Path(__file__).parent / "fixtures" / "unproved_server.pem")
    return context


@pytest.mark.smtp
def test_a_server_that_offers_encryption_gets_it_but_no_password_unless_it_proves_itself(
    own_database: Database, configure: Callable[..., None]
) -> None:
    seen: list[LoginPassword] = []

    def authenticate(
        _server: SMTP, _dialogue: Dialogue, _envelope: Envelope, _how: str, secret: LoginPassword
    ) -> AuthResult:
        seen.append(secret)
        return AuthResult(success=True)

    post = Post(port=free_port())
    controller = Controller(
        post, hostname="127.0.0.1", port=post.port, tls_context=unproved(), require_starttls=True,
        authenticator=authenticate, auth_require_tls=True,
    )  # fmt: skip
    controller.start()
    configure(smtp_url=post.url)
    put(own_database, recipient="ada@example.org")
    delivery.deliver_due(own_database)
    configure(smtp_url=f"smtp://mira:secret@127.0.0.1:{post.port}")
    put(own_database, recipient="ben@example.org")
    delivery.deliver_due(own_database)
    controller.stop()
    assert [recipient for recipient, _message in post.messages] == ["ada@example.org"]
    assert "certificate" in stored(own_database)[1].trouble
    assert seen == []


@pytest.mark.smtp
def test_the_user_of_the_address_signs_in(own_database: Database, configure: Callable[..., None]) -> None:
    seen: list[tuple[bytes, bytes]] = []

    def authenticate(
        _server: SMTP, _dialogue: Dialogue, _envelope: Envelope, _how: str, secret: LoginPassword
    ) -> AuthResult:
        seen.append((secret.login, secret.password))
        return AuthResult(success=True)

    post = Post(port=free_port())
    controller = Controller(
        post, hostname="127.0.0.1", port=post.port, authenticator=authenticate, auth_require_tls=False
    )
    controller.start()
    configure(smtp_url=f"smtp://mira%40example.org:a%2Fb@127.0.0.1:{post.port}")
    put(own_database)
    delivery.deliver_due(own_database)
    controller.stop()
    assert seen == [(b"mira@example.org", b"a/b")]
    assert len(post.messages) == 1


@pytest.mark.parametrize("url", ["mail.example.org:587", "http://mail.example.org", "smtp://"])
def test_an_address_that_is_none_is_said(own_database: Database, configure: Callable[..., None], url: str) -> None:
    configure(smtp_url=url)
    put(own_database)
    delivery.deliver_due(own_database)
    assert stored(own_database)[0].trouble.startswith("DAYLIGHT_SMTP_URL must look like")


def test_without_a_mail_server_a_mail_is_a_file(
    own_database: Database, tmp_path: Path, configure: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    put(own_database)
    delivery.deliver_due(own_database)
    (path,) = (tmp_path / "mail").iterdir()
    assert capsys.readouterr().out == f"Mail to a***@example.org: {path}\n"
    assert path.suffix == ".eml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert WORDS in path.read_text()
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert (message["To"], part(message, "plain")) == ("ada@example.org", WORDS)


def test_what_is_past_is_forgotten(session: Session) -> None:
    for age in (29, 31):
        mail = outbox.put(session, "ada@example.org", "An answer", WORDS)
        mail.put_at -= timedelta(days=age)
        session.flush()
        outbox.sent(session, mail)
    outbox.put(session, "ada@example.org", "Waits", WORDS).put_at -= timedelta(days=40)
    session.flush()
    outbox.forget_old(session)
    assert len(session.exec(select(Mail)).all()) == 2


def test_words_of_others_stay_marked_as_theirs() -> None:
    assert letters.quoted("Which version?\n\nAnd which system?") == "> Which version?\n>\n> And which system?"
