"""What stands in a mail: the words that are new in it, without what it quotes, or that another mail did not arrive."""

import codecs
import contextlib
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

from app import markup, text
from app.markup import Markup

UNREADABLE = (LookupError, ValueError, AttributeError, TypeError, RecursionError)  # the library's, at malformed mails
READ_MOST = 100_000  # bytes of a mail's words; what says more than a comment may is cut anyway
LINES_MOST = 1_000  # the library that finds quotations takes the square of them
ODD_CHARSETS = frozenset({"punycode", "idna"})  # no mail is written in them, and reading them takes the square of time


@dataclass(frozen=True)
class Received:
    """A mail as far as we read it. `failure` is why another mail could not be delivered, if it says that for good."""

    sender: str = ""
    words: str = ""
    is_automatic: bool = False
    failure: str = ""


def read(content: bytes) -> Received:
    """What cannot be read, like mails within mails without end, comes from nobody and says nothing."""
    try:
        return _read(content)
    except UNREADABLE:
        return Received()


def _read(content: bytes) -> Received:
    message = message_from_bytes(content, policy=policy.default)
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
    body = _decoded(part)
    body = body.replace("\r\n", "\n").replace("\0", "")
    return markup.to_markdown(body, Markup.HTML) if part.get_content_subtype() == "html" else body


def _decoded(part: Message) -> str:
    with contextlib.suppress(*UNREADABLE):
        raw = part.get_payload(decode=True)
        charset = part.get_content_charset("utf-8")
        if isinstance(raw, bytes) and codecs.lookup(charset).name not in ODD_CHARSETS:
            return raw[:READ_MOST].decode(charset, "replace")
    raw = part.get_payload(decode=True)
    return raw[:READ_MOST].decode(errors="replace") if isinstance(raw, bytes) else ""


def _failure(message: EmailMessage) -> str:
    """What a mail server says of a mailbox that it will never reach, by RFC 3464; a delay is none."""
    for part in message.walk():
        if _header(part, "Action").lower() == "failed" and _header(part, "Status").startswith("5"):
            return _header(part, "Diagnostic-Code").partition(";")[2].strip() or _header(part, "Status")
    return ""
