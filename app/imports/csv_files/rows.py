"""Records as arrivals: each cell is read as what its field holds, and what cannot be read is said by its line."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from pathlib import Path

from app import db, items, people, tags, text
from app.imports import outcomes
from app.imports.arrivals import MADE_ID, Arrival, Oddity
from app.imports.csv_files import columns, dates, records
from app.imports.csv_files.headings import Field
from app.imports.csv_files.mapping import NEW_BOARD, Mapping
from app.imports.csv_files.records import Place, Record
from app.imports.csv_files.storing import BROKEN
from app.imports.outcomes import Outcome
from app.markup import Markup
from app.status_changes.table import VERSION_MOST
from app.statuses import Kind
from app.words import _, ngettext, number

BODY_MOST = 200_000
VOTES_MOST = 100_000_000  # for one item, so that what is merged can be added up
OLDEST_YEAR = 1970
DETAILS = (Field.EXPECTED, Field.STEPS, Field.VERSION)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WHOLE = re.compile(r"(-?\d{1,12})(?:\.0+)?|(\d{1,3}(?:[.,\u00a0 ]\d{3}){1,3})")
_SEPARATORS = re.compile(r"[,;|\n]")


@dataclass
class Row:
    """One record as it arrives, or why it does not; `values` are the cells by field."""

    line: int
    after: Place
    values: dict[Field, str] = field(default_factory=dict)
    arrival: Arrival | None = None
    odd: list[Oddity] = field(default_factory=list)

    def note(self, words: str, *, left_out: bool = False) -> None:
        self.odd.append(Oddity(self.line, words, left_out))


def read(path: Path, mapping: Mapping, start: Place | None = None) -> Iterator[Row]:
    """All records from a place on, by default from the first item."""
    reader = _Reader(mapping, db.now())
    for record in records.read(path, mapping.form, start or mapping.start):
        yield reader.row(record)


class _Reader:
    def __init__(self, mapping: Mapping, now: datetime) -> None:
        self.mapping, self.now = mapping, now
        self.places = {Field(each): mapping.places[name] for each, name in mapping.columns.items() if name}
        self.width = sum(len(places) for places in mapping.places.values())

    def row(self, record: Record) -> Row:
        row = Row(record.line, record.after)
        if self._is_whole(record, row):
            row.values = {each: _clean(columns.value(record.cells, places)) for each, places in self.places.items()}
            row.arrival = self._arrival(row)
        return row

    def _is_whole(self, record: Record, row: Row) -> bool:
        """Whether each cell is where it should be: a broken line is left out rather than read askew."""
        too_many = any(cell.strip() for cell in record.cells[self.width :])
        few = len(record.cells) < self.width
        if too_many or (few and record.trouble):
            counts = {"found": len(record.cells), "wanted": self.width}
            words = ngettext(
                "Left out: %(found)s column instead of %(wanted)s.",
                "Left out: %(found)s columns instead of %(wanted)s.",
                len(record.cells),
            )
            row.note(f"{words % counts} {record.trouble}".strip(), left_out=True)
            return False
        if few or record.trouble:
            row.note(record.trouble or _("The last columns are missing and count as empty."))
        return True

    def _arrival(self, row: Row) -> Arrival | None:
        given = {each: row.values.get(each, "") for each in Field}
        if any(BROKEN in value for value in given.values()):
            row.note(_("Some characters could not be read."))
        body = self._body(row, given[Field.BODY])
        title = self._title(row, given[Field.TITLE], body)
        if not title:
            return None
        name, email = self._reporter(row, given[Field.REPORTER], given[Field.EMAIL])
        posted_at = self._moment(row, Field.POSTED_AT)
        return Arrival(
            line=row.line,
            source_id=_identity(given[Field.SOURCE_ID], title, body, given[Field.POSTED_AT]),
            title=title,
            body=body,
            markup=Markup(self.mapping.markup),
            kind=self._kind(given[Field.KIND]),
            board=self._board(given[Field.BOARD]),
            words=outcomes.joined(given[Field.STATUS], given[Field.RESOLUTION]),
            outcome=self._outcome(given[Field.STATUS], given[Field.RESOLUTION]),
            posted_at=posted_at,
            closed_at=self._moment(row, Field.CLOSED_AT),
            reporter=name,
            email=email,
            vote_count=sum(self._votes(row, given[each]) for each in (Field.VOTES, Field.IMPORTED_VOTES)),
            tags=_tags(given[Field.TAGS]),
            answer=given[Field.ANSWER][:BODY_MOST],
            workaround=given[Field.WORKAROUND][: text.WORDS_MOST],
            target=given[Field.TARGET][:80],
            link=self._link(row, given[Field.LINK]),
            details={each: given[each][: text.WORDS_MOST] for each in DETAILS if given[each]},
            shipped_in=given[Field.SHIPPED_IN][:VERSION_MOST],
            original=_plain_id(given[Field.ORIGINAL]),
        )

    def _body(self, row: Row, value: str) -> str:
        if len(value) > BODY_MOST:
            counts = {"length": number(len(value)), "most": number(BODY_MOST)}
            row.note(_("The description has %(length)s characters; the first %(most)s come in.") % counts)
            cut = _("(Cut here: the first %(most)s of %(length)s characters came in.)") % counts
            return f"{value[:BODY_MOST]}\n\n{cut}"
        if len(value) > text.BODY_MOST:
            row.note(_("The description has %s characters; it goes on in comments.") % number(len(value)))
        return value

    def _title(self, row: Row, value: str, body: str) -> str:
        title = " ".join(value.split())
        if text.is_blank(title):
            title = text.excerpt(body, 80)
            missing = _("No title: the first words of the description stand for it.")
            row.note(missing if title else _("Left out: no title and no description."), left_out=not title)
        elif len(title) > text.TITLE_MOST:
            row.note(_("The title has %s characters; all of it stands above the description.") % number(len(title)))
        return title

    def _reporter(self, row: Row, name: str, email: str) -> tuple[str, str]:
        """The name and, where it is one, the address; some sources write both into one cell."""
        if "@" in name:
            written, address = parseaddr(name)
            name, email = written, email or address
        found = people.clean_email(email) if email else None
        if email and found is None:
            row.note(_("“%s” is no e-mail address.") % email[:60])
        return " ".join(name.split())[: text.NAME_MOST], found or ""

    def _moment(self, row: Row, wanted: Field) -> datetime | None:
        value = row.values.get(wanted, "")
        if not value:
            return None
        shown = {"field": wanted.label, "value": value[:60]}
        found = dates.read(value, day_first=self.mapping.day_first)
        if found is None or found.year < OLDEST_YEAR:
            row.note(_("%(field)s: “%(value)s” is no date that can be read.") % shown)
            return None
        if found > self.now + timedelta(days=1):
            row.note(_("%(field)s: “%(value)s” lies in the future.") % shown)
        return min(found, self.now)

    def _kind(self, value: str) -> Kind:
        return Kind(self.mapping.kinds.get(value) or (outcomes.kind_of(value) if value else self.mapping.kind))

    def _board(self, value: str) -> str:
        """The address of a board here, or the name of a board to be made."""
        chosen = self.mapping.boards.get(value, "") if value else ""
        return value[: text.NAME_MOST] if chosen == NEW_BOARD else chosen or self.mapping.board

    def _outcome(self, status: str, resolution: str) -> Outcome | None:
        words = outcomes.joined(status, resolution)
        chosen = self.mapping.outcomes.get(words) or outcomes.guess(status, resolution)
        return Outcome.of(chosen) if chosen else None

    def _votes(self, row: Row, value: str) -> int:
        match = _WHOLE.fullmatch(value)
        count = int(match[1] or re.sub(r"\D", "", match[2])) if match else 0
        if value and (match is None or not 0 <= count <= VOTES_MOST):
            row.note(_("“%s” is no number of votes.") % value[:20])
            return 0
        return count

    def _link(self, row: Row, value: str) -> str:
        if value and (not text.is_web_address(value) or len(value) > text.LINK_MOST):
            row.note(_("“%s” is no address of a page.") % value[:60])
            return ""
        return value


def _clean(value: str) -> str:
    return _CONTROLS.sub("", text.composed(value))


def _identity(given: str, title: str, body: str, posted: str) -> str:
    """The id in the source; without one, what makes the same row the same item again."""
    return _plain_id(given) or MADE_ID + hashlib.sha256("\0".join((title, body, posted)).encode()).hexdigest()[:24]


def _plain_id(given: str) -> str:
    """An id as the source means it: spreadsheets make `12.0` of 12. One that is too long is told apart by its hash."""
    plain = given.removeprefix("#").strip()
    plain = plain[:-2] if re.fullmatch(r"\d+\.0", plain) else plain
    return plain if len(plain) <= items.SOURCE_ID_MOST else hashlib.sha256(plain.encode()).hexdigest()


def _tags(value: str) -> list[str]:
    names = [" ".join(name.split())[: tags.NAME_MOST] for name in _SEPARATORS.split(value)]
    return list(dict.fromkeys(name for name in names if name))
