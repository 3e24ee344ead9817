"""The dry run: what an import would bring in, and what is odd about it, told before anything is written."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from app.imports.arrivals import Arrival, Oddity
from app.items import Item
from app.people import Person
from app.words import _, number

ODD_MOST = 300


@dataclass
class Survey:
    """Counts of what would come in. `items` are new, `here` came with an earlier import.

    `statuses` are the source's own words with how many rows have them and what they mean; `unclear` are those of them
    that mean nothing yet.
    """

    rows: int = 0
    items: int = 0
    here: int = 0
    left_out: int = 0
    undated: int = 0
    lone_duplicates: int = 0
    votes: int = 0
    nameless: int = 0
    people: int = 0
    with_email: int = 0
    people_here: int = 0
    first: str = ""
    last: str = ""
    kinds: Counter[str] = field(default_factory=Counter)
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    unclear: list[str] = field(default_factory=list)
    boards: Counter[str] = field(default_factory=Counter)
    tags: Counter[str] = field(default_factory=Counter)
    odd: list[tuple[int, str]] = field(default_factory=list)
    odd_count: int = 0

    def stored(self) -> dict[str, Any]:
        return {name: dict(value) if isinstance(value, Counter) else value for name, value in vars(self).items()}

    def note(self, oddity: Oddity) -> None:
        self.odd_count += 1
        self.left_out += oddity.left_out
        if len(self.odd) < ODD_MOST:
            self.odd.append((oddity.line, oddity.words))

    def see_status(self, arrival: Arrival) -> None:
        outcome = str(arrival.outcome or "")
        meaning = self.statuses.setdefault(arrival.words, {"outcome": outcome, "count": 0})
        meaning["count"] += 1
        if not outcome and meaning["count"] == 1:
            self.unclear.append(arrival.words)

    def add(self, arrival: Arrival) -> None:
        """Count an item that would come in."""
        self.items += 1
        self.votes += arrival.vote_count
        self.kinds[arrival.kind] += 1
        self.boards[arrival.board] += 1
        self.tags.update(arrival.tags)
        self.lone_duplicates += arrival.is_lone_duplicate
        if arrival.posted_at is None:
            self.undated += 1
        else:
            day = arrival.posted_at.date().isoformat()
            self.first, self.last = min(self.first or day, day), max(self.last, day)


def of(session: Session, arrivals: Iterable[tuple[Arrival | None, list[Oddity]]], source: str) -> Survey:
    """Survey everything that arrives from a source."""
    survey = Survey()
    here = set(session.exec(select(Item.source_id).where(Item.source == source)))
    lines: dict[str, int] = {}
    reporters: set[tuple[str, str]] = set()
    for arrival, odd in arrivals:
        survey.rows += 1
        for oddity in odd:
            survey.note(oddity)
        if arrival is None:
            continue
        survey.see_status(arrival)
        if (first := lines.setdefault(arrival.source_id, arrival.line)) != arrival.line:
            survey.note(_repeated(arrival, first))
        elif arrival.source_id in here:
            survey.here += 1
        else:
            survey.add(arrival)
            reporters.add((arrival.email, "" if arrival.email else arrival.reporter))
            survey.nameless += not (arrival.email or arrival.reporter)
    _count_people(session, survey, reporters)
    return survey


def _repeated(arrival: Arrival, first: int) -> Oddity:
    words = _("Left out: it has the same id as line %s.") if arrival.has_id else _("Left out: it repeats line %s.")
    return Oddity(arrival.line, words % number(first), left_out=True)


def _count_people(session: Session, survey: Survey, reporters: set[tuple[str, str]]) -> None:
    emails = {email for email, _name in reporters if email}
    survey.people, survey.with_email = len(reporters - {("", "")}), len(emails)
    if emails:
        survey.people_here = len(emails & set(session.exec(select(Person.email).where(col(Person.email).is_not(None)))))
