"""What stands in a mail: the words that are new in it, without what it quotes, or that another mail did not arrive.

Anybody can send one, so what the standard library takes the square of is cut short before it is read.
"""

import codecs
import contextlib
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import EmailPolicy

from app import markup, text
from app.markup import Markup

UNREADABLE = (LookupError, ValueError, AttributeError, TypeError, RecursionError)  # the library's, at malformed mails
READ_MOST = 150_000  # bytes from the beginning, where the words and reports stand; behind them come files
HEADER_MOST = 2_000
LINES_MOST = 1_000  # the library that finds quotations takes the square of them
DEPTH_MOST = 20  # of parts that have parts
PARTS_MOST = 1_000
_CHARSET = re.compile(  # those that take the time of a single reading
    r"ascii|utf-8|iso8859-\d+|cp\d+|koi8-\w+|gb\w+|big5\w*|euc_\w+|shift_jis\w*|iso2022_\w+|mac-\w+"
)


class Brief(EmailPolicy):
    """The library's own way of reading, but for headers longer than any honest one."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:HEADER_MOST]


@dataclass(frozen=True)
class Received:
    """A mail as far as we read it. `failure` is why another mail could not be delivered, if it says that for good."""

    sender: str = ""
    words: str = ""
    is_automatic: bool = False
    failure: str = ""


def read(content: bytes) -> Received:
    """What stands in a mail; nothing, for one in more parts than any mail program makes."""
    beginning = content[:READ_MOST]
    if beginning.lower().count(b"multipart") > DEPTH_MOST or beginning.count(b"\n--") > PARTS_MOST:
        return Received()
    try:
        return _read(message_from_bytes(beginning, policy=Brief()))
    except UNREADABLE:
        return Received()


def _read(message: Message) -> Received:
    assert isinstance(message, EmailMessage)  # noqa: S101 - what that policy makes
    automatic = _header(message, "Auto-Submitted").lower() not in {"", "no"} or "Precedence" in message
    return Received(_sender(message), _new_words(message), automatic, _failure(message))


def _header(message: Message, name: str) -> str:
    with contextlib.suppress(*UNREADABLE):
        return str(message.get(name) or "").strip()
    return ""


def _sender(message: EmailMessage) -> str:
    """The one address it comes from."""
    with contextlib.suppress(*UNREADABLE):
        (sender,) = message["From"].addresses
        return str(sender.addr_spec)
    return ""


def _new_words(message: EmailMessage) -> str:
    import quotequail  # noqa: PLC0415 - only who takes mails pays for it

    words = "\n".join(_body(message)[: text.BODY_MOST].split("\n")[:LINES_MOST])
    parted = quotequail.unwrap(words)
    new = (parted.get("text_top") or parted.get("text_bottom") or "") if parted else words
    return str(new).strip()


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    is_html, charset = part.get_content_subtype() == "html", _charset(part)
    del part["Content-Type"]  # whose charset the library would believe
    raw = part.get_payload(decode=True)
    body = raw.decode(charset, errors="replace") if isinstance(raw, bytes) else ""
    body = body.replace("\r\n", "\n").replace("\0", "")
    return markup.to_markdown(body, Markup.HTML) if is_html else body


def _charset(part: Message) -> str:
    """How its words are written; UTF-8 where it says nothing, or what no mail program writes."""
    with contextlib.suppress(*UNREADABLE):
        name = codecs.lookup(part.get_content_charset() or "").name
        return name if _CHARSET.fullmatch(name) else "utf-8"
    return "utf-8"


def _failure(message: EmailMessage) -> str:
    """What a mail server says of a mailbox that it will never reach, by RFC 3464; a delay is none."""
    for part in message.walk():
        if _header(part, "Action").lower() == "failed" and _header(part, "Status").startswith("5"):
            return _header(part, "Diagnostic-Code").partition(";")[2].strip() or _header(part, "Status")
    return ""
