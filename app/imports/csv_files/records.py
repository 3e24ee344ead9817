"""The records of a stored CSV file, one after the other; a broken one is told by its line and costs no other."""

import csv
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from math import log2
from pathlib import Path
from typing import BinaryIO

from app.words import _

RECORD_MOST = 8_000_000  # bytes
SAMPLE_RECORDS, SAMPLE_BYTES = 200, 400_000
DELIMITERS = ",;\t|"
csv.field_size_limit(RECORD_MOST)


@dataclass(frozen=True)
class Form:
    """How the file is written."""

    delimiter: str = ","
    escape: str = ""


@dataclass(frozen=True)
class Place:
    """A place between two records, from which reading can go on; lines count from 1."""

    byte: int = 0
    line: int = 1


@dataclass(frozen=True)
class Record:
    line: int
    cells: list[str]
    after: Place
    trouble: str = ""


class _TooLong(Exception):
    pass


@dataclass
class _Lines:
    """The lines of the file with those of the present record at hand, to be given back when it turns out broken."""

    file: BinaryIO
    place: Place
    ahead: deque[bytes] = field(default_factory=deque)
    taken: list[bytes] = field(default_factory=list)
    size: int = 0
    skipped: int = 0

    def __iter__(self) -> Iterator[str]:
        while line := self.ahead.popleft() if self.ahead else self._next():
            self.taken.append(line)
            self.size += len(line)
            if self.size > RECORD_MOST:
                raise _TooLong
            yield line.decode("utf-8", "replace")

    def _next(self) -> bytes:
        """The next line; of one that is too long only the beginning is kept."""
        line = rest = self.file.readline(RECORD_MOST + 1)
        while len(rest) > RECORD_MOST and not rest.endswith(b"\n"):
            rest = self.file.readline(RECORD_MOST + 1)
            self.skipped += len(rest)
        return line

    def give_back(self) -> None:
        """All but the first line."""
        self.ahead.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def close_record(self) -> int:
        """Returns the line where the record began."""
        began = self.place.line
        self.place = Place(self.place.byte + sum(map(len, self.taken)) + self.skipped, began + len(self.taken))
        self.taken, self.size, self.skipped = [], 0, 0
        return began


def read(path: Path, form: Form, start: Place = Place()) -> Iterator[Record]:
    """The records from a place on, without blank lines. A record with quotes that do not match ends with its line."""
    with path.open("rb") as file:
        file.seek(start.byte)
        lines = _Lines(file, start)
        reader = _reader(lines, form)
        while True:
            trouble = ""
            try:
                cells = next(reader, None)
            except (csv.Error, _TooLong):
                lines.give_back()
                cells, trouble = _as_it_stands(lines.taken[0], form)
                reader = _reader(lines, form)
            if cells is None:
                return
            line = lines.close_record()
            if any(cell.strip() for cell in cells):
                yield Record(line, cells, lines.place, trouble)


def _reader(lines: _Lines, form: Form) -> Iterator[list[str]]:
    return csv.reader(iter(lines), delimiter=form.delimiter, escapechar=form.escape or None, strict=True)


def _as_it_stands(line: bytes, form: Form) -> tuple[list[str], str]:
    """Read a single line although its quotes do not match."""
    if len(line) > RECORD_MOST:
        return ["…"], _("The record is longer than 8 MB.")
    text = line.decode("utf-8", "replace").replace("\r", " ")
    cells = next(csv.reader([text], delimiter=form.delimiter, escapechar=form.escape or None))
    return cells, _("The quotation marks do not match.")


def form_of(path: Path) -> tuple[Form, Place]:
    """How the file is written, judged by its beginning, and where its first record begins."""
    with path.open("rb") as file:
        first = file.readline(1000)
    told = first.strip().removeprefix(b"sep=").decode("utf-8", "replace")
    if first.startswith(b"sep=") and len(told) == 1:
        return Form(told), Place(len(first), 2)
    escape = "\\" if _escapes_quotes(path) else ""
    scored = [(_score(path, Form(delimiter, escape)), Form(delimiter, escape)) for delimiter in DELIMITERS]
    score, best = max(scored, key=lambda each: each[0])
    return (best if score > 0 else Form(_unused(path), escape)), Place()


def _score(path: Path, form: Form) -> float:
    """How alike the records come out: many columns, the same number in nearly all, and in the first record too."""
    records = list(_sample(path, form))
    widths = Counter(len(record.cells) for record in records if not record.trouble)
    if not widths or len(records[0].cells) == 1:
        return 0
    width, count = widths.most_common(1)[0]
    return (count / len(records)) ** 2 * log2(width)


def _sample(path: Path, form: Form) -> Iterator[Record]:
    for record in islice(read(path, form), SAMPLE_RECORDS):
        yield record
        if record.after.byte > SAMPLE_BYTES:
            return


def _escapes_quotes(path: Path) -> bool:
    """Whether quotes within quotes are written with a backslash: only if they cannot be read as doubled ones."""
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
    if b'\\"' not in start:
        return False

    def troubles(escape: str) -> int:
        return min(sum(bool(record.trouble) for record in _sample(path, Form(each, escape))) for each in DELIMITERS)

    return troubles("\\") < troubles("")


def _unused(path: Path) -> str:
    """A delimiter for a file of a single column: one that does not occur in it."""
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES).decode("utf-8", "replace")
    return next((delimiter for delimiter in "\t|;," if delimiter not in start), "\x1f")
