"""Delivery: mails leave the outbox by SMTP or, without a mail server, become files in the data folder."""

import logging
import os
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app import db, letters, outbox, people, site
from app.config import settings
from app.db import Database
from app.letters import Letter
from app.outbox import Mail
from app.words import _

AT_ONCE = 5
SLICE = 2.0  # seconds of one round
TIMEOUT = 15.0  # seconds for each answer of the mail server
SPARE = timedelta(seconds=TIMEOUT * 4)  # a mail takes four answers, all of them before its lease ends


class OurPolicy(EmailPolicy):
    """Python's own would break and encode an address that is longer than a line; nobody could unsubscribe then."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name == "List-Unsubscribe":
            return f"{name}: {value}{self.linesep}".encode()
        return super().fold_binary(name, value)


ON_THE_WIRE = OurPolicy(linesep="\r\n", cte_type="7bit")
IN_A_FILE = OurPolicy(max_line_length=998)  # long enough for words to stay as they can be read

UNNOTED: WeakKeyDictionary[Database, list[Mail]] = WeakKeyDictionary()  # what has left while the database was away

Send = Callable[[Mail, str], None]
log = logging.getLogger("daylight.delivery")


def deliver_due(database: Database) -> None:
    """Send what is due for a while, each mail by one process only; what fails waits and is tried again."""
    unnoted = UNNOTED.setdefault(database, [])
    while unnoted:
        _note_departure(database, unnoted.pop())
    until = time.monotonic() + SLICE
    while _deliver_some(database) and time.monotonic() < until:
        pass


def _deliver_some(database: Database) -> bool:
    """Send the next few mails; whether there may be more that can be sent."""
    with database.session(writes=False) as session:
        if not outbox.is_due(session):
            return False
    database.be_patient()
    mails, site_name = database.write(_claim).result()
    try:
        with carrier() as send:
            for mail in mails:
                _hand_over(database, mail, site_name, send)
    except (OSError, ValueError) as trouble:  # what SMTP raises is an OSError too
        for mail in mails:
            _note_failure(database, mail, trouble)
        return False
    return True


def _claim(session: Session) -> tuple[list[Mail], str]:
    return outbox.claim(session, AT_ONCE), site.the(session).name


def _hand_over(database: Database, mail: Mail, site_name: str, send: Send) -> None:
    """Send one mail and note at once how it went."""
    if mail.leased_until is None or mail.leased_until - db.now() < SPARE:
        return  # the mails before took so long that another process may claim this one
    try:
        send(mail, site_name)
    except Exception as trouble:  # noqa: BLE001 - whatever it is, this mail waits and the others go on
        _note_failure(database, mail, trouble)
    else:
        _note_departure(database, mail)


def _note_departure(database: Database, mail: Mail) -> None:
    """Write down that it has left; what cannot be written at the moment is in the next round, so that it stays once."""
    try:
        database.write(lambda session: outbox.sent(session, mail)).result()
    except DBAPIError:
        UNNOTED[database].append(mail)
        raise


def _note_failure(database: Database, mail: Mail, trouble: Exception) -> None:
    masked = people.masked(mail.recipient)
    log.warning("Mail to %s could not be sent: %s", masked, str(trouble).replace(mail.recipient, masked))
    with database.session() as session:
        outbox.failed(session, mail, in_words(trouble), for_good=_is_for_good(trouble))
        person = people.with_email(session, mail.recipient)
        if person is not None and _is_for_good(trouble):
            people.note_bounce(session, person, in_words(trouble))


def in_words(trouble: Exception) -> str:
    """What went wrong, as it is told to the host; what the mail server said follows in its own words."""
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        ((code, said),) = trouble.recipients.values()
        return _("The mail server refuses this address: %s") % _said(code, said)
    if isinstance(trouble, smtplib.SMTPAuthenticationError):
        return _("The mail server does not let us in: %s") % _said(trouble.smtp_code, trouble.smtp_error)
    if isinstance(trouble, smtplib.SMTPResponseException):
        return _("The mail server refuses the mail: %s") % _said(trouble.smtp_code, trouble.smtp_error)
    if isinstance(trouble, ssl.SSLError):
        return _("The mail server cannot be trusted: %s") % trouble
    if isinstance(trouble, OSError) and not isinstance(trouble, smtplib.SMTPException):
        return _("The mail server cannot be reached: %s") % trouble
    return str(trouble)


def _said(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"


def _is_for_good(trouble: Exception) -> bool:
    """Whether the server said that there is no such mailbox."""
    refused = isinstance(trouble, smtplib.SMTPRecipientsRefused)
    return refused and all(code >= 550 for code, _words in trouble.recipients.values())  # type: ignore[attr-defined]  # noqa: PLR2004 - RFC 5321


def message(mail: Mail, site_name: str, policy: OurPolicy) -> EmailMessage:
    """The mail as it travels. Tried again, it has the same id, so that a reader's program can tell."""
    sender = policy.header_factory("From", settings().sender).addresses[0]
    made = EmailMessage(policy)
    made["From"] = Address(sender.display_name or site_name, sender.username, sender.domain)
    made["To"] = mail.recipient
    made["Subject"] = mail.subject
    made["Date"] = mail.put_at
    made["Message-ID"] = f"<{file_stem(mail)}@{sender.domain}>"
    made["Auto-Submitted"] = "auto-generated"
    if mail.reply_to and mail.item_number is not None:
        made["Reply-To"] = mail.reply_to
    if mail.item_number is not None:
        made["In-Reply-To"] = made["References"] = f"<item-{mail.item_number}@{sender.domain}>"
    if mail.unsubscribe_path is not None:
        made["List-Id"] = f"<news.{_list_domain()}>"
        made["List-Unsubscribe"] = f"<{settings().effective_base_url}{mail.unsubscribe_path}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(mail.body)
    made.add_alternative(letters.as_html(Letter(mail.subject, mail.body)), subtype="html")
    return made


def _list_domain() -> str:
    """The board's host, as the name of a list takes it."""
    return re.sub(r"[^a-z0-9.]+", "-", (urlsplit(settings().effective_base_url).hostname or "").lower()).strip("-.")


def file_stem(mail: Mail) -> str:
    return f"{mail.put_at:%Y-%m-%d-%H%M%S}-{mail.id}"


@contextmanager
def carrier() -> Iterator[Send]:
    """How mails leave: over one connection to the mail server, or into files."""
    if not settings().smtp_url:
        yield save
        return
    server = connect(settings().smtp_url)
    try:
        yield lambda mail, site_name: _send(server, mail, site_name)
    finally:
        with suppress(OSError):
            server.quit()


def _send(server: smtplib.SMTP, mail: Mail, site_name: str) -> None:
    server.send_message(message(mail, site_name, ON_THE_WIRE), from_addr=mail.return_path)


def connect(url: str) -> smtplib.SMTP:
    """A connection to `smtps://`, or to `smtp://`, encrypted if offered; signed in if the address names a user."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("DAYLIGHT_SMTP_URL must look like smtp://user:password@host:587 or smtps://host.")
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(parts.hostname, parts.port or 465, timeout=TIMEOUT, context=_encryption())
    else:
        server = smtplib.SMTP(parts.hostname, parts.port or 25, timeout=TIMEOUT)
    try:
        _greet(server, unquote(parts.username or ""), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _greet(server: smtplib.SMTP, user: str, password: str) -> None:
    server.ehlo()
    if server.has_extn("starttls") and not isinstance(server, smtplib.SMTP_SSL):
        server.starttls(context=_encryption(is_proved=bool(user)))
        server.ehlo()
    if user:
        server.login(user, password)


def _encryption(*, is_proved: bool = True) -> ssl.SSLContext:
    """Who gets a password must prove who they are; else an unproved server is better than no encryption at all."""
    context = ssl.create_default_context()
    if not is_proved:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def save(mail: Mail, site_name: str) -> None:
    """Write the mail as a file, whole or not at all, and say on the console where it is."""
    folder = settings().data_dir / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    path, unfinished = folder / f"{file_stem(mail)}.eml", folder / f".{file_stem(mail)}"
    unfinished.touch(mode=0o600)
    with unfinished.open("wb") as file:
        file.write(message(mail, site_name, IN_A_FILE).as_bytes())
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    print(f"Mail to {people.masked(mail.recipient)}: {path.absolute()}", flush=True)  # noqa: T201 - a host reads it there
