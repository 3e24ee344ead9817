"""The mapping: which column is for which field, and what its words mean here. Proposed, then changed by a person."""

import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping as Mapping_
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from app import markup, text
from app.boards import Board
from app.imports import outcomes
from app.imports.csv_files import columns, records
from app.imports.csv_files.columns import Column
from app.imports.csv_files.dates import Order
from app.imports.csv_files.headings import Field, plain
from app.imports.csv_files.records import Form, Place
from app.items import SOURCE_MOST
from app.markup import Markup
from app.refusals import Invalid
from app.statuses import Kind
from app.words import _

NEW_BOARD = "+"
NEW_BOARDS_MOST = 12  # more values than these are no boards but something finer
DAYLIGHT = "Daylight"  # our own export
FINGERPRINTS = {
    DAYLIGHT: {"imported votes", "waiting since", "first answered", "answered by", "duplicate of"},
    "Jira": {"issue key", "issue id", "affects version s", "fix version s", "issue type", "summary"},
    "Fider": {"votes count", "comments count", "responded by", "created by"},
    "Canny": {"post title", "post url", "vote count", "author name", "board"},
    "UserVoice": {"supporters count", "forum", "idea id", "category"},
}
SIGNS = 3  # so many headings of a source tell it
DEFECT_HEADINGS = {"affects version s", "severity", "steps to reproduce", "expected result", "affected version"}


@dataclass
class Mapping:
    """All that is needed to read a file's records as items."""

    file: str = ""
    source: str = ""
    delimiter: str = ","
    escape: str = ""
    byte: int = 0
    line: int = 1
    places: dict[str, list[int]] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    day_first: bool = True
    markup: str = Markup.PLAIN
    kind: str = Kind.IDEA
    kinds: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    board: str = ""
    boards: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Mapping":
        """One that was stored by an older version may hold less or more."""
        return cls(**{each.name: stored[each.name] for each in fields(cls) if each.name in stored})

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def form(self) -> Form:
        return Form(self.delimiter, self.escape)

    @property
    def start(self) -> Place:
        """Where the first item begins."""
        return Place(self.byte, self.line)

    @property
    def source_key(self) -> str:
        """The source as items carry it."""
        return text.slug(self.source)[:SOURCE_MOST]


def look(path: Path, name: str) -> tuple[Mapping, list[Column]]:
    """Find out how the file is written and what is in its columns; the mapping is the proposal. Raises Invalid."""
    form, start = records.form_of(path)
    beginning = records.read(path, form, start)
    first, second = next(beginning), next(beginning, None)
    named = columns.has_headings(first, second)
    if named and second is None:
        raise Invalid({"file": _("The file has headings and nothing below them.")})
    place = first.after if named else start
    found = columns.of(first, named=named)
    columns.look(found, records.read(path, form, place))
    chosen = columns.propose(found)
    proposed = Mapping(
        file=path.name, source=_source(found, name), delimiter=form.delimiter, escape=form.escape, byte=place.byte,
        line=place.line, places={column.name: column.places for column in found},
        columns={each.value: chosen[each].name for each in Field if each in chosen},
        markup=markup.guess(chosen[Field.BODY].texts if Field.BODY in chosen else []),
        kind=_kind(found, name),
    )  # fmt: skip
    if proposed.source == DAYLIGHT:
        proposed.markup = Markup.MARKDOWN
    proposed.day_first = orders(proposed, {column.name: column.orders for column in found}) != {Order.MONTH_FIRST}
    return proposed, found


def orders(mapping: Mapping, of_columns: Mapping_[str, Iterable[str]]) -> set[Order]:
    """What all dates of the file together tell of the order of day and month; what tells nothing counts only alone."""
    dated = [mapping.columns.get(each) or "" for each in (Field.POSTED_AT, Field.CLOSED_AT)]
    told = {Order(order) for name in dated for order in of_columns.get(name, ())}
    return told - {Order.EITHER} or told


def propose_boards(mapping: Mapping, found: list[Column], present: list[Board]) -> dict[str, str]:
    """The board for each value: one here with that name, or a new one if there are few values."""
    column = next((column for column in found if column.name == mapping.columns.get(Field.BOARD)), None)
    here = {board.name.casefold(): board.slug for board in present} | {board.slug: board.slug for board in present}
    values = list(column.values) if column else []
    new = NEW_BOARD if len(values) <= NEW_BOARDS_MOST else ""
    return {value: here.get(value.casefold(), new) for value in values}


def _source(found: list[Column], name: str) -> str:
    headings = {plain(column.name) for column in found}
    signs = Counter({source: len(marks & headings) for source, marks in FINGERPRINTS.items()})
    source, count = signs.most_common(1)[0]
    words = [word for word in re.split(r"[\W_]+", Path(name).stem) if word and not word.isdigit()]
    return source if count >= SIGNS else (" ".join(words) or "CSV")[:SOURCE_MOST]


def _kind(found: list[Column], name: str) -> Kind:
    headings = {plain(column.name) for column in found}
    return Kind.DEFECT if headings & DEFECT_HEADINGS else outcomes.kind_of(Path(name).stem)
