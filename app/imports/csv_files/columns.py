"""The columns of a file: their names, what stands in them, and which field each one seems to be for."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from app.imports import outcomes
from app.imports.cells import restored
from app.imports.csv_files import dates, headings
from app.imports.csv_files.dates import Order
from app.imports.csv_files.headings import Field
from app.imports.csv_files.records import Record
from app.words import _

SHOWN, SHOWN_LENGTH = 4, 120
TEXTS_MOST, TEXT_MOST = 300, 4_000
JUDGED, DISTINCT_MOST = 2_000, 300  # a column is judged by its first values
NEARLY_ALL, MANY = 0.9, 0.5
HEADING_MOST, DATE_MOST, TITLE_MOST = 60, 50, 200
BODY_LEAST = 40
STATUSES_MOST = 25
_NO_HEADING = re.compile(r"[\d\s.,:/-]*\d|\S+@\S+\.\S+|https?://\S+")
_ID = re.compile(r"#?(?:[A-Z][A-Z0-9_]{0,11}-)?\d{1,12}|[0-9a-f]{24}|[0-9a-f-]{36}")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.\w+")
_LINK = re.compile(r"https?://\S+")
_COUNT = re.compile(r"-?\d[\d,. ]*")
_FORMS = {Field.EMAIL: _EMAIL, Field.LINK: _LINK, Field.VOTES: _COUNT}


@dataclass
class Column:
    """One or several columns with the same name, and what stands in them."""

    name: str
    places: list[int]
    texts: list[str] = field(default_factory=list)
    values: Counter[str] = field(default_factory=Counter)
    orders: set[Order] = field(default_factory=set)
    filled: int = 0
    length: int = 0

    def see(self, value: str) -> None:
        """Take in a value. The order of day and month is told by all values of the file, the rest by the first ones."""
        self.filled += 1
        if len(value) <= DATE_MOST and value[:1].isdigit() and (order := dates.order(value)):
            self.orders.add(order)
        if self.filled > JUDGED:
            return
        self.length += len(value)
        if len(value) <= TITLE_MOST and len(self.values) < DISTINCT_MOST:
            self.values[value] += 1
        if len(self.texts) < TEXTS_MOST:
            self.texts.append(value[:TEXT_MOST])

    @property
    def shown(self) -> list[str]:
        """A few values to recognise the column by."""
        lines = (" ".join(text[: SHOWN_LENGTH * 2].split())[:SHOWN_LENGTH] for text in self.texts)
        return list(dict.fromkeys(lines))[:SHOWN]

    @property
    def mean_length(self) -> float:
        return self.length / max(min(self.filled, JUDGED), 1)

    @property
    def is_distinct(self) -> bool:
        return len(self.values) >= NEARLY_ALL * min(self.filled, DISTINCT_MOST)

    def share(self, is_such: Callable[[str], object]) -> float:
        return sum(bool(is_such(value)) for value in self.values) / max(len(self.values), 1)

    def fits(self, wanted: Field) -> bool:
        """Whether the values can be for this field, given that the heading says so."""
        match wanted:
            case Field.POSTED_AT | Field.CLOSED_AT:
                return self.share(_is_date) > MANY
            case Field.EMAIL | Field.LINK | Field.VOTES:
                return self.share(_FORMS[wanted].fullmatch) >= MANY
            case Field.REPORTER:
                return not self._is_plainly(Field.EMAIL)
            case Field.TITLE:
                return not self.values or self.share(lambda value: not _NO_HEADING.fullmatch(value)) > MANY
            case _:
                return True

    def looks_like(self, wanted: Field) -> bool:
        """Whether the values alone say that they are for this field."""
        match wanted:
            case Field.POSTED_AT:
                return self.share(_is_date) > NEARLY_ALL and not self.share(_COUNT.fullmatch)
            case Field.EMAIL | Field.LINK:
                return self._is_plainly(wanted)
            case Field.SOURCE_ID:
                return self.is_distinct and self.share(_ID.fullmatch) == 1
            case Field.STATUS:
                few = len(self.values) < min(STATUSES_MOST, self.filled)
                return few and self.share(lambda value: outcomes.guess(value, "")) >= MANY
            case Field.TITLE:
                return self.is_distinct and self.share(lambda value: " " in value) > MANY
            case Field.BODY:
                return self.mean_length > BODY_LEAST
            case _:
                return False

    def _is_plainly(self, wanted: Field) -> bool:
        return self.share(_FORMS[wanted].fullmatch) > NEARLY_ALL


def _is_date(value: str) -> bool:
    return any(dates.read(value, day_first=day_first) for day_first in (True, False))


def has_headings(first: Record, second: Record | None) -> bool:
    """Whether the first record names the columns: known words, or short distinct ones that are no values."""
    cells = [cell.strip() for cell in first.cells]
    if any(_NO_HEADING.fullmatch(cell) or _is_date(cell) for cell in cells):
        return False
    if any(headings.is_heading(cell) for cell in cells):
        return True
    are_names = "" not in cells and len(set(cells)) == len(cells) and max(map(len, cells)) <= HEADING_MOST
    return are_names and second is not None


def of(first: Record, *, named: bool) -> list[Column]:
    """The columns by the first record; those with the same name are one."""
    found: dict[str, Column] = {}
    for place, cell in enumerate(first.cells):
        name = " ".join(cell.split())[:80] if named else ""
        name = name or _("Column %s") % (place + 1)
        found.setdefault(name, Column(name, [])).places.append(place)
    return list(found.values())


def value(cells: list[str], places: list[int]) -> str:
    """What a record has in a column; what stands in columns of the same name is joined by commas."""
    given = [restored(cells[place].strip()) for place in places if place < len(cells)]
    return ", ".join(cell for cell in given if cell)


def look(columns: list[Column], records: Iterable[Record]) -> None:
    """Take in all records that are whole."""
    width = sum(len(column.places) for column in columns)
    for record in records:
        if len(record.cells) <= width:
            for column in columns:
                if found := value(record.cells, column.places):
                    column.see(found)


def propose(columns: list[Column]) -> dict[Field, Column]:
    """The field that each column seems to be for: by the headings first, then by the values."""
    chosen: dict[Field, Column] = {}
    filled = [column for column in columns if column.filled]
    ranked = [(headings.rank(wanted, column.name), wanted, column) for column in filled for wanted in Field]
    for _rank, wanted, column in sorted(
        ((rank, wanted, column) for rank, wanted, column in ranked if rank is not None), key=lambda each: each[0]
    ):
        if wanted not in chosen and column not in chosen.values() and column.fits(wanted):
            chosen[wanted] = column
    for wanted in (Field.EMAIL, Field.LINK, Field.POSTED_AT, Field.SOURCE_ID, Field.STATUS, Field.TITLE, Field.BODY):
        left = [column for column in filled if column not in chosen.values() and column.looks_like(wanted)]
        if wanted not in chosen and left:
            chosen[wanted] = max(left, key=lambda column: column.mean_length) if wanted is Field.BODY else left[0]
    return chosen
