"""What other sites may show of an item or of the board, in whatever form: only what every visitor may see."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from sqlmodel import Session

from app import listing, roadmap, targets
from app.listing import Row, View
from app.roadmap import Station
from app.statuses import Status
from app.words import _, ago, ngettext, span
from app.words import number as shown

LIMIT, LIMIT_MOST = 5, 20
SECTIONS = (Status.PLANNED, Status.IN_PROGRESS, Status.SHIPPED)
OFFERED = [status for status in Status if status is not Status.DUPLICATE]  # those stand where they were merged into
_COUNT = re.compile("[0-9]{1,2}")


@dataclass(frozen=True)
class Widget:
    """An item, and the one at which its votes count; that is None where it is out of sight."""

    row: Row
    root: Row | None

    @property
    def went_to(self) -> Row | None:
        """The item that this one was merged into."""
        return self.root if self.row.root != self.row.number else None

    @property
    def voted_on(self) -> str:
        """Where a vote for it is cast."""
        return f"{self.root.path}#vote-{self.root.number}" if self.root else self.row.path

    @property
    def promise(self) -> str:
        """The target, as long as it is one."""
        if self.row.target is None or not self.row.is_open:
            return ""
        return _("promised for %(target)s") % {"target": targets.shown(self.row.target)}

    @property
    def standing(self) -> str:
        """The status, and what it was merged into or is promised for."""
        status = self.row.status.label(self.row.kind)
        if self.went_to:
            return _("%(status)s of #%(number)s") % {"status": status, "number": self.went_to.number}
        return " · ".join(each for each in (status, self.promise) if each)

    @property
    def votes(self) -> str:
        if self.root is None:
            return ""
        count = self.root.vote_count
        return ngettext("%s vote", "%s votes", count) % shown(count)

    def message(self, now: datetime) -> str:
        """All of it in a few words, for a badge."""
        if self.went_to:
            return self.standing
        status = self.row.status.label(self.row.kind)
        return " · ".join(each for each in (status, self.waiting(now) or self.votes) if each)

    def byline(self, now: datetime) -> str:
        """Whose the latest official words are, or how long there have been none; of what was merged, where it went."""
        row = self.row
        if self.went_to:
            return f"#{self.went_to.number} {self.went_to.title}"
        if row.answered_at is not None:
            by = f"{row.answered_by}, {row.answerer_title}" if row.answerer_title else row.answered_by
            return f"{by}, {ago(row.answered_at, now)}"
        if row.waiting_since is not None:
            return _("Nobody has answered this yet (%(span)s).") % {"span": span(now - row.waiting_since)}
        return _("Nobody has answered this yet") if row.is_open else _("Closed without an answer on record")

    def waiting(self, now: datetime) -> str:
        """How long the team has owed an answer, or nothing."""
        since = self.row.waiting_since
        return _("waiting %s") % span(now - since) if since else ""


@dataclass(frozen=True)
class Excerpt:
    """Which part of the board a widget shows. Every excerpt is an address."""

    sections: tuple[Status, ...] = SECTIONS
    limit: int = LIMIT
    within: View = field(default_factory=View)

    @classmethod
    def asked(cls, parameters: Mapping[str, str]) -> "Excerpt":
        """The one that these parameters of an address mean; words that mean nothing are passed over."""
        names = dict.fromkeys(parameters.get("sections", "").split(","))
        sections = tuple(Status(name) for name in names if name in OFFERED)
        wished = parameters.get("limit", "")
        limit = int(wished) if _COUNT.fullmatch(wished) else LIMIT
        view = View.asked({name: parameters.get(name, "") for name in ("board", "kind", "tag")})
        return cls(sections or SECTIONS, min(max(limit, 1), LIMIT_MOST), view)

    @property
    def parameters(self) -> dict[str, str]:
        """What differs from the usual excerpt."""
        sections = "" if self.sections == SECTIONS else ",".join(self.sections)
        limit = "" if self.limit == LIMIT else str(self.limit)
        given = {"sections": sections, "limit": limit, **self.within.parameters}
        return {name: value for name, value in given.items() if value}

    @property
    def query(self) -> str:
        return f"?{urlencode(self.parameters, safe=',')}" if self.parameters else ""

    def themed(self, theme: str) -> str:
        """The same in one theme."""
        return f"?{urlencode({**self.parameters, 'theme': theme}, safe=',')}"


def find(session: Session, number: int) -> Widget | None:
    """What is shown of the item with this number; None if it is absent, hidden or private, which look alike."""
    row = _row(session, number)
    if row is None:
        return None
    return alone(row) if row.root == number else Widget(row, _row(session, row.root) if row.root else None)


def stations(session: Session, excerpt: Excerpt) -> list[Station]:
    """The sections of an excerpt, each with the first of its items."""
    return [roadmap.station(session, None, status, excerpt.within, excerpt.limit) for status in excerpt.sections]


def alone(row: Row) -> Widget:
    """What is shown of an item that was not merged."""
    return Widget(row, row)


def _row(session: Session, number: int) -> Row | None:
    found = listing.with_numbers(session, None, [number])
    return found[0] if found else None
