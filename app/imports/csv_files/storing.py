"""Storing a file that somebody gave us: as UTF-8, whatever it was, so that a place in it is a number of bytes."""

import codecs
import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.refusals import Invalid
from app.words import _, number

BYTES_MOST = 200_000_000
BLOCK = 1 << 20
SAMPLE = 200_000
MARKS = (  # the longer ones first, because one begins with another
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
OTHER_FILES = {b"PK\x03\x04": "Excel", b"\xd0\xcf\x11\xe0": "Excel", b"%PDF": "PDF", b"\x1f\x8b": "gzip"}
LIKELY = ["cp1252", "cp1250", "cp1251", "cp932", "gb18030", "big5", "euc_jp", "cp949", "koi8_r", "cp1253", "cp1254",
          "cp1255", "cp1256", "mac_roman"]  # fmt: skip
BROKEN = "\N{REPLACEMENT CHARACTER}"
MOST_ARE_GOOD = 20  # so many whole characters for each broken one, and it is still UTF-8


@dataclass
class Look:
    """What one pass over the bytes tells."""

    size: int = 0
    is_utf8: bool = True
    has_line_feeds: bool = False
    foreign: bytes = b""  # lines with bytes beyond ASCII, to tell the encoding by

    def see(self, block: bytes) -> None:
        self.size += len(block)
        self.has_line_feeds = self.has_line_feeds or b"\n" in block
        if len(self.foreign) < SAMPLE and not block.isascii():
            self.foreign += b"\n".join(line for line in block.splitlines() if not line.isascii())[:SAMPLE]


def store(given: IO[bytes], path: Path, encoding: str = "") -> str:
    """Write the file as UTF-8 to the path; returns the encoding it had. Raises Invalid for what is no table of text."""
    encoding, look = _examine(given, encoding)
    given.seek(0)
    text = io.TextIOWrapper(given, encoding, errors="replace", newline="")
    with path.open("w", encoding="utf-8", newline="") as stored:
        while block := text.read(BLOCK):
            plain = block.replace("\0", "")
            stored.write(plain if look.has_line_feeds else plain.replace("\r", "\n"))
    text.detach()
    return encoding.removesuffix("-sig")


def _examine(given: IO[bytes], encoding: str) -> tuple[str, Look]:
    start = given.read(4096)
    _refuse_other_files(start)
    marked = next((name for mark, name in MARKS if start.startswith(mark)), "") or _unmarked_utf16(start)
    if b"\0" in start and not marked:
        raise Invalid({"file": _("This is no text file. Export the items as CSV and choose that file.")})
    given.seek(0)
    look = _look(given)
    if look.size > BYTES_MOST:
        raise Invalid({"file": _("The file is larger than %s MB. Split it in two.") % number(BYTES_MOST // 10**6)})
    return known(encoding) or marked or ("utf-8" if look.is_utf8 else guess(look.foreign)), look


def _refuse_other_files(start: bytes) -> None:
    if not start.strip(b"\r\n\t \0"):
        raise Invalid({"file": _("The file is empty.")})
    for mark, kind in OTHER_FILES.items():
        if start.startswith(mark):
            raise Invalid({"file": _("This is a file of %s. Save it as CSV and choose that file.") % kind})


def _unmarked_utf16(start: bytes) -> str:
    """UTF-16 without its mark: in most languages every other byte is often zero."""
    pairs = max(len(start) // 2, 1)
    if start[1::2].count(0) > pairs // 4 and not start[0::2].count(0):
        return "utf-16-le"
    if start[0::2].count(0) > pairs // 4 and not start[1::2].count(0):
        return "utf-16-be"
    return ""


def _look(given: IO[bytes]) -> Look:
    look, utf8 = Look(), codecs.getincrementaldecoder("utf-8")()
    while block := given.read(BLOCK):
        look.see(block)
        look.is_utf8 = look.is_utf8 and _goes_on(utf8, block)
    look.is_utf8 = look.is_utf8 and _goes_on(utf8, b"", final=True)
    return look


def _goes_on(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def known(encoding: str) -> str:
    """The encoding of text by the name Python has for it, or nothing. Raises Invalid for a name that is none."""
    try:
        b"a".decode(encoding or "ascii", "replace")  # what packs or hides bytes is no encoding of text
        return codecs.lookup(encoding).name if encoding else ""
    except (LookupError, UnicodeError):
        raise Invalid({"encoding": _("There is no encoding “%s”.") % encoding[:40]}) from None


def guess(sample: bytes) -> str:
    """The likeliest encoding of text that is not quite UTF-8."""
    text = sample.decode("utf-8", "replace")
    whole = sum(character > "\x7f" for character in text) - text.count(BROKEN)
    if whole > MOST_ARE_GOOD * text.count(BROKEN):
        return "utf-8"
    from charset_normalizer import from_bytes  # noqa: PLC0415 - large, and needed for few files

    found = list(from_bytes(sample, cp_isolation=LIKELY))
    alike = [match for match in found if (match.chaos, match.coherence) == (found[0].chaos, found[0].coherence)]
    return min((match.encoding for match in alike), key=LIKELY.index, default=LIKELY[0])
