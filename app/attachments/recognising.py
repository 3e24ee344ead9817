"""What a file is, told by its content and by nothing else: a picture that is made anew, or plain text."""

import codecs
import re
from dataclasses import dataclass
from pathlib import PurePath

from app.attachments import leaks
from app.attachments.table import NAME_MOST, Kind
from app.refusals import Invalid
from app.text import composed
from app.words import _, number

FILES_MOST = 5
MEGABYTES_MOST = 5
BYTES_MOST = MEGABYTES_MOST * 10**6
PLAIN_TEXT = "text/plain; charset=utf-8"
PLAIN_ENDINGS = frozenset(
    ".txt .log .out .err .csv .tsv .md .json .jsonl .yaml .yml .toml .ini .cfg .conf .diff .patch .sql .srt".split()
)
MARKS = (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")
ODD = re.compile(r"[^\w .,()@+=-]")  # in the name of a file


@dataclass(frozen=True)
class Recognised:
    """A file as it is kept: a picture has its measures in pixels, a text the lines in which a secret may stand."""

    kind: Kind
    media_type: str
    name: str
    content: bytes
    width: int | None = None
    height: int | None = None
    leaks: tuple[tuple[int, str], ...] = ()


def recognise(name: str, sent: bytes) -> Recognised:
    """Raises Invalid, which names the file, what is allowed, and the limit."""
    if len(sent) > BYTES_MOST:
        raise _refusal(name, _("“%(name)s” has more than %(most)s MB; that is the limit."))
    if not sent:
        raise _refusal(name, _("“%(name)s” is empty."))
    from app import pictures  # noqa: PLC0415 - with a library that is loaded when a file comes

    return _picture(name, sent) if pictures.is_one(sent) else _text(name, sent)


def allowed() -> str:
    return _("pictures (PNG, JPEG, GIF, WebP) and plain text, such as a log, of up to %s MB") % number(MEGABYTES_MOST)


def not_taken(name: str) -> str:
    return _("“%(name)s” is not taken: attach %(allowed)s.") % {"name": clean_name(name), "allowed": allowed()}


def too_many() -> Invalid:
    return Invalid({"files": _("These are too many files; the limit is %s.") % number(FILES_MOST)})


def _refusal(name: str, words: str) -> Invalid:
    return Invalid({"files": words % {"name": clean_name(name), "most": number(MEGABYTES_MOST)}})


def _picture(name: str, sent: bytes) -> Recognised:
    from app import pictures  # noqa: PLC0415 - the same

    try:
        made = pictures.made_anew(sent)
    except pictures.TooManyPixels:
        words = _("“%(name)s” has more than %(most)s million pixels; that is the limit.")
        about = {"name": clean_name(name), "most": number(pictures.PIXELS_MOST // 10**6)}
        raise Invalid({"files": words % about}) from None
    except pictures.NoPicture:
        raise _refusal(name, _("“%(name)s” is a damaged picture. Save it anew, as PNG for example.")) from None
    stem = PurePath(clean_name(name)).stem[: NAME_MOST - 5]
    return Recognised(Kind.PICTURE, made.media_type, stem + made.ending, made.content, made.width, made.height)


def _text(name: str, sent: bytes) -> Recognised:
    """As UTF-8. Programs of Windows write logs in UTF-16 too, and say so at the beginning."""
    encoding = next((encoding for mark, encoding in MARKS if sent.startswith(mark)), "utf-8")
    try:
        text = sent.decode(encoding)
    except UnicodeDecodeError:
        raise Invalid({"files": not_taken(name)}) from None
    if "\0" in text:
        raise Invalid({"files": not_taken(name)})
    return Recognised(Kind.TEXT, PLAIN_TEXT, _plain_name(name), text.encode(), leaks=tuple(leaks.find(text)))


def clean_name(name: str) -> str:
    """A name that means a file and nothing else, on whatever system it is saved."""
    last = composed(name).replace("\\", "/").rpartition("/")[2]
    plain = " ".join(ODD.sub("_", last).split()).strip(". ")
    path = PurePath(plain or _("file"))
    ending = path.suffix[:16]
    return path.stem[: NAME_MOST - len(ending)] + ending


def _plain_name(name: str) -> str:
    """With an ending under which no system does anything but show it: `page.html` becomes `page.html.txt`."""
    clean = clean_name(name)
    return clean if PurePath(clean).suffix.lower() in PLAIN_ENDINGS else f"{clean[: NAME_MOST - 4]}.txt"
