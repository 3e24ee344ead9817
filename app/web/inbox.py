"""The inbox: an SMTP listener for answers to our mails, in each process that serves, where a host turns it on.

Every mail is done with while its sender's server waits. What cannot be taken is refused there and then, so that this
server tells its sender, and nothing is lost in between.
"""

import asyncio
import logging
import socket
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from app import replies, reply_addresses
from app.config import settings
from app.db import Database
from app.refusals import Refusal, TooMany
from app.replies import reading
from app.words import _

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope
    from aiosmtpd.smtp import Session as Dialogue

log = logging.getLogger("daylight.inbox")

BYTES_MOST = 10_000_000
RECIPIENTS_MOST = 1  # an address of ours stands for one person and one item


class Inbox:
    """What a mail server may ask of us, by the names that aiosmtpd calls."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, _server: "SMTP", _dialogue: "Dialogue", envelope: "Envelope", address: str, _options: list[str]
    ) -> str:
        try:
            await self.database.run(lambda session: reply_addresses.opened(session, address), writes=False)
        except Refusal as refusal:  # before its words are read: strangers could have us read for hours
            return _answer(550, "5.1.1", refusal.words)
        except SQLAlchemyError:
            return _answer(451, "4.3.0", _("Please try again later."))
        if len(envelope.rcpt_tos) >= RECIPIENTS_MOST:
            return _answer(452, "4.5.3", _("One recipient at a time, please."))
        envelope.rcpt_tos.append(address)
        return _answer(250, "2.1.5", "OK")

    async def handle_DATA(self, _server: "SMTP", _dialogue: "Dialogue", envelope: "Envelope") -> str:  # noqa: N802
        content = envelope.original_content or b""
        mail = await asyncio.to_thread(reading.read, content)
        try:
            await self.database.run(lambda session: replies.take(session, envelope.rcpt_tos[0], mail), writes=True)
        except TooMany as refusal:
            return _answer(450, "4.7.1", refusal.words)
        except Refusal as refusal:
            return _answer(550, "5.7.1", refusal.words)
        except SQLAlchemyError:
            return _answer(451, "4.3.0", _("Nothing can be written at the moment. Please try again later."))
        return _answer(250, "2.0.0", _("Taken."))

    async def handle_exception(self, fault: Exception) -> str:
        log.error("A mail could not be taken, because something is wrong here.", exc_info=fault)
        return _answer(451, "4.3.0", _("Please try again later."))


def _answer(code: int, status: str, words: str) -> str:
    """A line as SMTP takes it: in ASCII."""
    plain = words.translate({ord("“"): '"', ord("”"): '"', ord("’"): "'"})
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return f"{code} {status} {' '.join(plain.split())[:400]}"


@asynccontextmanager
async def listening(database: Database) -> AsyncIterator[None]:
    """Take mails until the block ends, where a host has turned it on. Processes of one machine share the port."""
    if not settings().inbox:
        yield
        return
    from app.web.dialogues import Dialogues  # noqa: PLC0415 - only who takes mails pays for aiosmtpd

    host, _colon, port = settings().inbox.rpartition(":")
    about = {"hostname": socket.gethostname(), "ident": "Daylight", "data_size_limit": BYTES_MOST}
    dialogues = Dialogues(Inbox(database), **about)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(dialogues.begin, host.strip("[]") or None, int(port), reuse_port=True)
    try:
        yield
    finally:
        server.close()
        dialogues.end()
        await server.wait_closed()
        await asyncio.sleep(0)  # for what closing has called soon
