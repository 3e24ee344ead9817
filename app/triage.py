"""What the team should look at next: who waits, which questions, promises and refusals fall due, what to merge."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, and_, func, literal, select, true, tuple_
from sqlmodel import Session, col

from app import db, paging, targets
from app.boards import Board
from app.items import Item
from app.people import Person
from app.status_changes import proposals
from app.status_changes.proposals import OPEN, MergeProposal, Proposed
from app.statuses import CLOSED, PROMISED, Status
from app.words import N_, _

PAGE = 30


class Section(StrEnum):
    """The parts of the page, in the order of their urgency."""

    WAITING = "waiting"
    UNANSWERED = "unanswered"
    ANSWERED = "answered"
    QUESTIONS = "questions"
    TARGETS = "targets"
    REVIEWS = "reviews"
    MERGES = "merges"

    @property
    def label(self) -> str:
        return _(LABELS[self])

    @property
    def meaning(self) -> str:
        return _(MEANINGS[self])


LABELS = {
    Section.WAITING: N_("Waiting"),
    Section.UNANSWERED: N_("Unanswered"),
    Section.ANSWERED: N_("Answered by the reporter"),
    Section.QUESTIONS: N_("Questions"),
    Section.TARGETS: N_("Targets"),
    Section.REVIEWS: N_("Reviews"),
    Section.MERGES: N_("Merges"),
}
MEANINGS = {
    Section.WAITING: N_("Everybody who waits for us, the longest first."),
    Section.UNANSWERED: N_("Nobody has answered these yet."),
    Section.ANSWERED: N_("We asked, they answered: it is our turn."),
    Section.QUESTIONS: N_(
        "Questions that a reporter has yet to answer. Those that we could warn about by mail close after their day."
    ),
    Section.TARGETS: N_("Promised for this month or for one that is past."),
    Section.REVIEWS: N_("Declined some time ago, to be looked at again by now."),
    Section.MERGES: N_("Items that somebody holds to be the same."),
}
_READ: dict[Section, Callable[[str], Any]] = {
    Section.QUESTIONS: date.fromisoformat, Section.TARGETS: paging.month, Section.REVIEWS: date.fromisoformat,
}  # fmt: skip


@dataclass(frozen=True)
class View:
    """What a maintainer asked to see, as the address says it."""

    section: Section = Section.WAITING
    board: str = ""
    after: str = ""

    @classmethod
    def read(cls, show: str, board: str, after: str) -> "View":
        """What the address asks for; an unknown section is the first."""
        return cls(Section(show) if show in set(Section) else Section.WAITING, board, after)

    def but(self, **changes: Any) -> "View":
        """The start of this view with something else chosen."""
        return replace(self, **{"after": "", **changes})

    @property
    def path(self) -> str:
        chosen = {"show": self.section, "board": self.board, "after": self.after}
        query = urlencode({name: value for name, value in chosen.items() if value and value != Section.WAITING})
        return f"/triage?{query}" if query else "/triage"


@dataclass(frozen=True)
class Row:
    item: Item
    reporter: Person


@dataclass(frozen=True)
class Page:
    """Rows of a section, or in that of the merges what is proposed."""

    rows: list[Row] = field(default_factory=list)
    proposals: list[Proposed] = field(default_factory=list)
    next: View | None = None
    is_first: bool = True


def page(session: Session, view: View, now: datetime) -> Page:
    """A page of the view's section in its order, beginning after what is named in the view."""
    if view.section is Section.MERGES:
        return _proposed(session, view)
    key = _key(view.section)
    statement = (
        select(Item, Person, key.label("key"))
        .join(Person, col(Person.id) == Item.reporter_id)
        .where(_condition(view.section, now), on_board(view))
        .order_by(key, col(Item.number))
        .limit(PAGE + 1)
    )
    start = paging.start(view.after, _READ.get(view.section, paging.moment))
    if start:
        value, number = start
        statement = statement.where(tuple_(key, col(Item.number)) > tuple_(literal(value, key.type), literal(number)))
    found = session.execute(statement).all()
    rows = [Row(item, reporter) for item, reporter, _key in found[:PAGE]]
    later = None
    if len(found) > PAGE:
        last = found[PAGE - 1]
        later = replace(view, after=paging.token(last.Item.number, last.key))
    return Page(rows, next=later, is_first=not start)


def _proposed(session: Session, view: View) -> Page:
    after = db.row_id(view.after)
    found = proposals.waiting(session, on_board(view), after=after, most=PAGE + 1)
    more = len(found) > PAGE
    start = str(found[PAGE - 1].proposal.id) if more else ""
    return Page(proposals=found[:PAGE], next=view.but(after=start) if more else None, is_first=not after)


def counts(session: Session, view: View, now: datetime) -> dict[Section, int]:
    """How much there is in each section of the view's board, or of all; one query."""
    each = [
        select(func.count(col(Item.number))).where(_condition(section, now), on_board(view)).scalar_subquery()
        for section in Section
        if section not in {Section.WAITING, Section.MERGES}
    ]
    merges = (
        select(func.count(col(MergeProposal.id)))
        .join(Item, col(Item.number) == MergeProposal.item_number)
        .where(*OPEN, on_board(view))
    )
    unanswered, answered, *others = session.execute(select(*each, merges.scalar_subquery())).one()
    return dict(zip(Section, (unanswered + answered, unanswered, answered, *others), strict=True))


def on_board(view: View) -> ColumnElement[bool]:
    """The condition on Item of the view's board, or of all."""
    chosen = select(col(Board.id)).where(col(Board.slug) == view.board)
    return col(Item.board_id).in_(chosen) if view.board else true()


def _condition(section: Section, now: datetime) -> ColumnElement[bool]:
    waits = and_(col(Item.waiting_since).is_not(None), col(Item.status).not_in(CLOSED))
    promised = col(Item.status).in_(PROMISED)
    conditions: dict[Section, ColumnElement[bool]] = {
        Section.WAITING: waits,
        Section.UNANSWERED: and_(waits, col(Item.first_answered_at).is_(None)),
        Section.ANSWERED: and_(waits, col(Item.first_answered_at).is_not(None)),
        Section.QUESTIONS: and_(col(Item.status) == Status.NEEDS_INFO, col(Item.due_on).is_not(None)),
        Section.TARGETS: and_(promised, _key(Section.TARGETS) <= f"{now:%Y-%m}"),
        Section.REVIEWS: and_(col(Item.status) == Status.DECLINED, col(Item.review_on) <= now.date()),
    }
    return and_(col(Item.hidden_at).is_(None), conditions[section])


def _key(section: Section) -> ColumnElement[Any]:
    """By what a section is sorted."""
    keys: dict[Section, Any] = {
        Section.QUESTIONS: col(Item.due_on),
        Section.TARGETS: targets.last_month(col(Item.target)),
        Section.REVIEWS: col(Item.review_on),
    }
    key: ColumnElement[Any] = keys.get(section, col(Item.waiting_since))
    return key
