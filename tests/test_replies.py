"""Answers by mail: from whatever program, what is new in them becomes a comment; what came back stops further mails."""

import asyncio
import smtplib
import threading
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage
from textwrap import dedent

import pytest
import quotequail
from sqlmodel import Session, select

from app import db, delivery, replies, reply_addresses
from app.comments import Comment
from app.config import settings
from app.db import Database
from app.items import Item
from app.notifications import mailing
from app.outbox import Mail
from app.people import Person
from app.refusals import Invalid, NotFound, Refused
from app.replies import reading
from app.statuses import Status
from app.web import dialogues, inbox
from tests import factories, naughty
from tests.effort import calls
from tests.fixtures.content import tell
from tests.fixtures.mail import free_port

CALLS_MOST = 10_000_000
ANSWER = "Yes, since 4.11.\n\n- on *Linux*\n- and on Windows"
PROGRAMS = {
    "gmail": """
        {answer}

        On Fri, Nov 27, 2026 at 10:00 AM Our board <
        board+7-1-abc@in.example.org> wrote:

        > Mira Okafor, CTO, asked about “Dark mode”:
        > > Which version?
    """,
    "gmail in French": """
        {answer}

        Le ven. 27 nov. 2026 à 10:00, Our board <board@in.example.org> a écrit :

        > Which version?
    """,
    "apple mail in German": """
        {answer}

        > Am 27.11.2026 um 10:00 schrieb Our board <board@in.example.org>:
        >
        > Which version?
    """,
    "outlook": """
        {answer}

        ________________________________
        From: Our board <board@in.example.org>
        Sent: Friday, November 27, 2026 10:00 AM
        To: Ada Lind <ada@example.org>
        Subject: Dark mode (#7)

        Which version?
    """,
    "thunderbird": """
        {answer}

        On 27/11/2026 10:00, Our board wrote:
        > Which version?
    """,
    "one that quotes nothing": "{answer}",
}


def mail(words: str, sender: str = "Ada <ada.lind@example.org>", kind: str = "plain", **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Subject"] = sender, "Re: Dark mode"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(words, subtype=kind)
    return made


def bounce(status: str = "5.1.1", action: str = "failed") -> bytes:
    return (
        dedent(f"""
        From: MAILER-DAEMON@mail.example.org
        Subject: Undelivered Mail Returned to Sender
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary=xx

        --xx
        Content-Type: text/plain

        I am sorry.
        --xx
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mail.example.org

        Final-Recipient: rfc822; ada.lind@example.org
        Action: {action}
        Status: {status}
        Diagnostic-Code: smtp; 550 no such user

        --xx--
    """)
        .lstrip()
        .replace("\n", "\r\n")
        .encode()
    )


@pytest.fixture(autouse=True)
def has_an_inbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    port = free_port()
    monkeypatch.setenv("DAYLIGHT_REPLY_ADDRESS", "board@in.example.org")
    monkeypatch.setenv("DAYLIGHT_INBOX", f"127.0.0.1:{port}")
    settings.cache_clear()
    yield port
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def item(session: Session, member: Person, maintainer: Person) -> Item:
    item = factories.item(session, member, "Dark mode")
    factories.move(session, item, maintainer, Status.NEEDS_INFO)
    return item


@pytest.fixture
def address(session: Session, item: Item, member: Person) -> str:
    return reply_addresses.of(session, member, item.number) or ""


@pytest.fixture
def return_address(session: Session, member: Person) -> str:
    return reply_addresses.return_address(session, member) or ""


def take(session: Session, address: str, message: EmailMessage | bytes) -> None:
    replies.take(session, address, reading.read(message if isinstance(message, bytes) else bytes(message)))


def said(session: Session) -> list[tuple[int, str]]:
    return [(comment.person_id, comment.body) for comment in session.exec(select(Comment))]


@pytest.mark.parametrize("program", PROGRAMS)
def test_only_what_is_new_in_an_answer_is_posted(session: Session, member: Person, address: str, program: str) -> None:
    words = dedent(PROGRAMS[program]).strip().format(answer=ANSWER)
    take(session, address, mail(words))
    assert said(session) == [(member.id, ANSWER)]


def test_an_answer_in_html_alone_is_read_too(session: Session, member: Person, address: str) -> None:
    html = "<p>Yes,<br>since 4.11.</p><p>On 27/11/2026 10:00, Our board wrote:</p><blockquote>Which?</blockquote>"
    take(session, address, mail(html, kind="html"))
    assert said(session) == [(member.id, "Yes,  \nsince 4.11.")]


def test_the_answer_to_our_question_starts_the_clock_of_the_team(session: Session, item: Item, address: str) -> None:
    take(session, address, mail(ANSWER))
    assert (item.due_on, item.waiting_since is not None) == (None, True)


def test_an_answer_from_another_address_is_refused(session: Session, address: str) -> None:
    with pytest.raises(Refused) as refusal:
        take(session, address, mail(ANSWER, sender="Eve <eve@example.org>"))
    assert refusal.value.words == "Please answer from the address that our mail went to."
    assert said(session) == []


@pytest.mark.parametrize(
    "sender", ["", "Ada <ada.lind@example.org>, Eve <eve@example.org>", "ada.lind@example.org.evil"]
)
def test_a_mail_that_does_not_say_who_sends_it_is_refused(session: Session, address: str, sender: str) -> None:
    with pytest.raises(Refused):
        take(session, address, mail(ANSWER, sender=sender))


def test_an_address_of_capitals_is_the_same(session: Session, member: Person, address: str) -> None:
    take(session, address.upper(), mail(ANSWER))
    assert said(session) == [(member.id, ANSWER)]


def test_an_address_that_was_never_given_out_takes_nothing(
    session: Session, item: Item, member: Person, other_member: Person, address: str
) -> None:
    user, _at, host = address.partition("@")
    swapped = address.replace(f"-{member.id}-", f"-{other_member.id}-")
    others = [swapped, f"{user[:-1]}@{host}", address.replace(f"+{item.number}-", "+999-"), f"board@{host}"]
    for never in [*others, "board+7-1@in.example.org", address.replace("in.example.org", "example.org")]:
        with pytest.raises(NotFound):
            take(session, never, mail(ANSWER))


def test_an_absence_note_says_nothing(session: Session, address: str) -> None:
    take(session, address, mail("I am away.", Auto_Submitted="auto-replied"))
    take(session, address, mail("I am away.", Precedence="bulk"))
    assert said(session) == []


def test_an_empty_answer_is_refused_by_name(session: Session, address: str) -> None:
    with pytest.raises(Invalid) as refusal:
        take(session, address, mail("On 27/11/2026 10:00, Our board wrote:\n> Which version?\n"))
    assert list(refusal.value.problems) == ["body"]


def test_an_answer_to_a_digest_is_refused_with_what_to_do(session: Session, member: Person) -> None:
    with pytest.raises(Refused) as refusal:
        take(session, reply_addresses.of(session, member) or "", mail(ANSWER))
    assert refusal.value.words == "That mail was about several items. Please answer on the page of one of them."


def test_hostile_words_stay_words() -> None:
    for words in naughty.strings():
        assert "\0" not in reading.read(mail(words.encode(errors="replace").decode()).as_bytes()).words


@pytest.mark.parametrize("content", [
    b"", b"\xff\xfe", b"From: \r\n\r\n", b"Content-Type: text/plain; charset=klingon\r\n\r\nQapla\xff",
    b"Content-Type: multipart/mixed\r\n\r\nx", b"Auto-Submitted: =?\r\n\r\n",
])  # fmt: skip
def test_a_broken_mail_comes_from_nobody(content: bytes) -> None:
    assert reading.read(content).sender == ""


def test_news_say_that_they_can_be_answered_and_where(
    session: Session, item: Item, member: Person, address: str
) -> None:
    tell(session)
    mailing.mail_some(session, db.now())
    news = session.exec(select(Mail).where(Mail.item_number == item.number)).one()
    assert (news.recipient, news.reply_to) == (member.email, address)
    assert "Answer this mail, and what you write is a comment on the page, under your name." in news.body


def test_a_mail_that_comes_back_stops_those_that_would_follow(
    session: Session, item: Item, member: Person, maintainer: Person, return_address: str
) -> None:
    take(session, return_address, bounce())
    assert (member.bounced_because, member.bounced_at is not None) == ("550 no such user", True)
    tell(session)
    assert mailing.mail_some(session, db.now())
    assert session.exec(select(Mail).where(Mail.item_number == item.number)).all() == []


@pytest.mark.parametrize("report", [bounce("4.4.1"), bounce("4.4.1", "delayed"), bounce("2.0.0", "delivered")])
def test_a_mail_that_is_late_stops_nothing(
    session: Session, member: Person, return_address: str, report: bytes
) -> None:
    take(session, return_address, report)
    assert member.bounced_at is None


def test_who_was_forwarded_a_mail_cannot_stop_its_reader_s_news(
    session: Session, item: Item, member: Person, address: str
) -> None:
    """They know the address for answers, and can write any report."""
    with pytest.raises(Refused):
        take(session, address, bounce())
    user, _at, host = address.partition("@")
    seal = user.partition("+")[2].partition("-")[2]
    for guessed in (f"board+back-{seal}@{host}", f"board+back-{member.id}-{'0' * 32}@{host}", f"board+back@{host}"):
        with pytest.raises(NotFound):
            take(session, guessed, bounce())
    assert member.bounced_at is None


def test_where_mails_come_back_nobody_comments(session: Session, return_address: str) -> None:
    take(session, return_address, mail(ANSWER))
    assert said(session) == []


def test_where_a_mail_comes_back_is_shown_to_nobody(
    session: Session, item: Item, member: Person, return_address: str
) -> None:
    tell(session)
    mailing.mail_some(session, db.now())
    news = session.exec(select(Mail).where(Mail.item_number == item.number)).one()
    assert news.return_path == return_address
    assert return_address.partition("@")[0] not in delivery.message(news, "Board", delivery.ON_THE_WIRE).as_string()


# Over the wire


@pytest.fixture
def listener(own_database: Database, has_an_inbox: int) -> Iterator[int]:
    """The inbox as it listens beside the pages."""
    loop, ready, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def listen() -> None:
        async with inbox.listening(own_database):
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(listen(),))
    thread.start()
    assert ready.wait(60)
    yield has_an_inbox
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


@pytest.fixture
def answer_to(own_database: Database) -> str:
    with own_database.session() as session:
        ada = factories.person(session, "Ada Lind")
        return reply_addresses.of(session, ada, factories.item(session, ada).number) or ""


@pytest.fixture
def send(listener: int) -> Callable[[str, EmailMessage | bytes], str]:
    """Hand a mail over as a mail server does; what ours answers."""

    def handed_over(address: str, message: EmailMessage | bytes) -> str:
        sent = message if isinstance(message, bytes) else message.as_bytes(policy=policy.SMTP)
        with smtplib.SMTP("127.0.0.1", listener) as server:
            try:
                server.sendmail("ada.lind@example.org", [address], sent)
            except smtplib.SMTPRecipientsRefused as refusal:
                code, words = refusal.recipients[address]
                return f"{code} {words.decode()}"
            except smtplib.SMTPResponseException as refusal:
                return f"{refusal.smtp_code} {refusal.smtp_error.decode()}"  # type: ignore[union-attr]
        return "250"

    return handed_over


@pytest.mark.smtp
def test_an_answer_that_a_mail_server_hands_over_is_a_comment(
    own_database: Database, answer_to: str, send: Callable[[str, EmailMessage | bytes], str]
) -> None:
    assert [send(answer_to, mail(ANSWER)) for _ in range(2)] == ["250", "250"]
    with own_database.session(writes=False) as session:
        assert [body for _person, body in said(session)] == [ANSWER]


@pytest.mark.smtp
def test_a_mail_server_hears_at_once_what_is_not_taken(
    answer_to: str, send: Callable[[str, EmailMessage | bytes], str]
) -> None:
    assert send("ada@example.org", mail(ANSWER)) == "550 5.1.1 There is no such mailbox here."
    assert send("board+1-1-abc@in.example.org", mail(ANSWER)) == "550 5.1.1 There is nothing at this address."
    assert send(answer_to, mail(ANSWER, sender="eve@example.org")) == (
        "550 5.7.1 Please answer from the address that our mail went to."
    )
    assert send(answer_to, mail("This is long.\n" * 800)) == (
        "550 5.7.1 Comment: 11,199 characters are too many; the limit is 10,000."
    )
    assert send(answer_to, b"x" * 10_000_001).startswith("552 ")


def test_a_stranger_is_told_before_they_can_have_anything_read(listener: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever does not know an address that was given out cannot make us read."""
    monkeypatch.setattr(reading, "read", lambda _content: pytest.fail("It was read."))
    for stranger in (f"board+1-{'a' * 40}@in.example.org", "board@in.example.org", "root@localhost"):
        with smtplib.SMTP("127.0.0.1", listener) as client:
            client.ehlo()
            client.mail("ada@example.org")
            assert client.rcpt(stranger)[0] == 550


@pytest.mark.smtp
def test_who_is_connected_at_the_end_is_let_go(own_database: Database, has_an_inbox: int) -> None:
    async def listen_and_end() -> bytes:
        async with inbox.listening(own_database):
            reader, writer = await asyncio.open_connection("127.0.0.1", has_an_inbox)
            await reader.readline()
        left = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        return left

    assert asyncio.run(listen_and_end()) == b""


@pytest.fixture
def call(listener: int) -> Iterator[Callable[..., smtplib.SMTP]]:
    """Begin to talk to the inbox, from another address of this machine if one is given."""
    begun = []

    def calling(source: str = "127.0.0.1") -> smtplib.SMTP:
        client = smtplib.SMTP("127.0.0.1", listener, timeout=30, source_address=(source, 0))
        begun.append(client)
        return client

    yield calling
    for client in begun:
        client.close()


def refused(call: Callable[..., smtplib.SMTP], source: str = "127.0.0.1") -> tuple[int, bytes | str]:
    with pytest.raises(smtplib.SMTPConnectError) as refusal:
        call(source)
    return refusal.value.smtp_code, refusal.value.smtp_error


@pytest.mark.smtp
def test_a_network_cannot_take_all_the_room(call: Callable[..., smtplib.SMTP], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogues, "FROM_A_NETWORK_MOST", 2)
    monkeypatch.setattr(dialogues, "MOST", 3)
    first = call()
    call()
    assert refused(call) == (421, b"4.7.0 Too many connections. Please try again later.")
    call("127.0.0.2")
    assert refused(call, "127.0.0.3")[0] == 421  # nobody finds room any more
    assert first.quit()[0] == 221
    assert call().noop()[0] == 250


@pytest.mark.smtp
def test_who_says_nothing_is_let_go(call: Callable[..., smtplib.SMTP], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogues, "IDLE_MOST", 0.2)
    silent = call().sock
    assert silent is not None
    assert silent.recv(100) == b""


@pytest.mark.smtp
def test_who_says_the_same_for_ever_is_let_go(answer_to: str, call: Callable[..., smtplib.SMTP]) -> None:
    """Each recipient that they try is looked for in the database."""
    client = call()
    client.ehlo()
    client.mail("ada@example.org")
    codes = [client.rcpt(f"board+1-1-{'a' * 32}@in.example.org")[0] for _ in range(dialogues.EACH_COMMAND_MOST + 1)]
    assert codes == [550] * dialogues.EACH_COMMAND_MOST + [421]


@pytest.mark.smtp
def test_a_fault_of_ours_is_told_to_nobody(
    call: Callable[..., smtplib.SMTP], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reply_addresses, "opened", lambda *_: 1 / 0)
    client = call()
    client.ehlo()
    client.mail("ada@example.org")
    assert client.rcpt("board@in.example.org") == (451, b"4.3.0 Please try again later.")
    assert "ZeroDivisionError" in caplog.text


ENDLESS = [
    "<a href=http://x ", "<a href='http://x.org'>", "<a ", " " * 16, "<li", "<li>", "<p", "<br ", "&lt;", "> " * 8,
    "On Mon, ", "-----", "\nFrom: ", "\n> ",
]  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("sign", ENDLESS)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_an_endless_mail_is_read_in_so_many_calls(sign: str, kind: str) -> None:
    """What takes the square of the length would take millions."""
    head = f"From: ada@example.org\nContent-Type: text/{kind}\n\n".encode()
    content = head + (sign * (2_000_000 // len(sign))).encode()
    assert calls(lambda: reading.read(content)) < CALLS_MOST


def test_what_takes_the_square_of_lines_gets_few_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []
    monkeypatch.setattr(quotequail, "unwrap", given.append)
    reading.read(b"From: ada@example.org\n\n" + b"> \n" * 100_000)
    assert [words.count("\n") + 1 for words in given] == [reading.LINES_MOST]


def test_a_mail_within_mails_without_end_is_nobody_s() -> None:
    nested = b"".join(b"Content-Type: message/rfc822\n\n" for _ in range(5_000))
    assert reading.read(nested).words == ""


@pytest.mark.parametrize("content", [
    b"From: " + b"a," * 500_000 + b"\n\nYes.",
    b"From: a@example.org\nContent-Type: text/plain; " + b"x=y;" * 200_000 + b"\n\nYes.",
    b"From: a@example.org\nContent-Type: text/html\n\n" + b"".join(b"<b a%d><p>" % each for each in range(9_000)),
    b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (each, each) for each in range(200))
    + b"x\n" * 1_000_000,
    b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n\n" * 200_000,
], ids=["senders", "parameters", "tags", "parts in parts", "parts"])  # fmt: skip
def test_an_endless_structure_is_read_in_so_many_calls(content: bytes) -> None:
    assert calls(lambda: reading.read(content)) < CALLS_MOST


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "gb18030", "shift_jis"])
def test_the_charsets_that_programs_write_are_read(charset: str) -> None:
    made = EmailMessage()
    made.set_content(
        "Ja \u3042" if charset in {"shift_jis", "gb18030"} else "Ja, größer", charset=charset, cte="base64"
    )
    assert reading.read(made.as_bytes()).words.startswith("Ja")
    assert "\ufffd" not in reading.read(made.as_bytes()).words


@pytest.mark.parametrize("charset", ["punycode", "idna", "utf-7", "unicode_escape", "klingon", "base64"])
def test_a_charset_that_no_program_writes_is_read_as_utf_8(charset: str) -> None:
    content = f"From: a@example.org\nContent-Type: text/plain; charset={charset}\n\nÉté"
    assert reading.read(content.encode()).words == "Été"
