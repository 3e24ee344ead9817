"""The words for what happened: each event is put into words here, for page, mail, feed, API and webhook alike."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, TypeVar

from markupsafe import Markup
from sqlmodel import Session, col, select

from app import attachments, letters, people, sight, targets, text
from app.attachments import Attachment
from app.comments import Comment
from app.config import settings
from app.events import Event, Happened
from app.items import Item
from app.people import Person
from app.status_changes import StatusChange, TargetMove
from app.statuses import Kind, Status
from app.words import N_, _, day, ngettext, number, size

QUOTED = Markup("<blockquote>\n{}</blockquote>\n")
Row = TypeVar("Row", StatusChange, TargetMove, Comment, Item)


class Sentences(NamedTuple):
    """How a move is told by itself, and how under the item that moved."""

    headline: str
    line: str


MOVED = {
    Status.ACKNOWLEDGED: Sentences(N_("%(who)s acknowledged “%(title)s”"), N_("Acknowledged by %s")),
    Status.NEEDS_INFO: Sentences(N_("%(who)s asked about “%(title)s”"), N_("Question asked by %s")),
    Status.PLANNED: Sentences(N_("%(who)s planned “%(title)s”"), N_("Planned by %s")),
    Status.IN_PROGRESS: Sentences(N_("%(who)s began work on “%(title)s”"), N_("Begun by %s")),
    Status.SHIPPED: Sentences(N_("%(who)s shipped “%(title)s”"), N_("Shipped by %s")),
    Status.DECLINED: Sentences(N_("%(who)s declined “%(title)s”"), N_("Declined by %s")),
    Status.DUPLICATE: Sentences(N_("%(who)s merged “%(title)s” into another item"), N_("Merged into another by %s")),
}
FIXED = Sentences(N_("%(who)s fixed “%(title)s”"), N_("Fixed by %s"))
REOPENED = Sentences(N_("%(who)s opened “%(title)s” again"), N_("Opened again by %s"))
MOVED_ITSELF = {
    Status.ACKNOWLEDGED: Sentences(
        N_("“%(title)s” is open again, because our question was answered"),
        N_("Open again, because our question was answered"),
    ),
    Status.DECLINED: Sentences(
        N_("“%(title)s” is closed, because our question stayed unanswered"),
        N_("Closed, because our question stayed unanswered"),
    ),
}
ARRIVED = Sentences(N_("“%(title)s” came with the import"), N_("Came with the import"))
DONE = {
    Happened.ITEM_CREATED: N_("%(who)s posted “%(title)s”"),
    Happened.COMMENTED: N_("%(who)s commented on “%(title)s”"),
    Happened.ANSWERED: N_("%(who)s answered “%(title)s”"),
}


@dataclass(frozen=True)
class Told:
    """An event with the rows that say it: who did it, and to which item.

    `names_other` is whether the reader may know of the item that this one was merged into.
    """

    event: Event
    item: Item
    person: Person | None
    change: StatusChange | None = None
    target_move: TargetMove | None = None
    comment: Comment | None = None
    names_other: bool = True
    attached: Sequence[Attachment] = ()

    @property
    def headline(self) -> str:
        """Mira Okafor, CTO, declined “Dark mode”."""
        title = self.item.title
        if self.event.happened is Happened.MILESTONE:
            return _milestone(self.event.count or 0) % {"title": title, "count": number(self.event.count or 0)}
        if self.change is not None:
            sentence = _(_of_move(self.change, self.item.kind).headline)
        elif self.target_move is not None:
            return _promise(self.target_move) % {"who": self._who, "title": title, **_periods(self.target_move)}
        else:
            sentence = _(DONE[self.event.happened])
        return sentence % {"who": self._who, "title": title}

    @property
    def words(self) -> str:
        """What was said, as Markdown: in their words, each line marked as theirs, then what else belongs to it."""
        return "\n\n".join([*(letters.quoted(words) for words, _html in self._said()), *self._facts()])

    @property
    def html(self) -> Markup:
        """The same for programs that read feeds: what they wrote as it was drawn when they wrote it."""
        said = [QUOTED.format(html) for _words, html in self._said()]
        return Markup("").join([*said, text.to_html("\n\n".join(self._facts()))])

    @property
    def is_hidden(self) -> bool:
        """Whether what was said was put out of sight since."""
        return self.item.is_hidden or (self.comment is not None and self.comment.is_hidden)

    def asks(self, person: Person) -> bool:
        """Whether it is a question to which this person owes the answer."""
        is_question = self.change is not None and self.change.to_status is Status.NEEDS_INFO
        return is_question and self.item.due_on is not None and self.item.reporter_id == person.id

    @property
    def path(self) -> str:
        """Where it stands on the page of the item."""
        if self.change is not None:
            return f"{self.item.path}#moved-{self.change.id}"
        if self.target_move is not None:
            return f"{self.item.path}#target-{self.target_move.id}"
        return f"{self.item.path}#comment-{self.comment.id}" if self.comment is not None else self.item.path

    @property
    def _who(self) -> str:
        return subject(self.person)

    def _said(self) -> Iterable[tuple[str, str]]:
        """What somebody wrote, as Markdown and as HTML."""
        if self.change is not None:
            yield self.change.explanation, self.change.html
        elif self.target_move is not None:
            yield self.target_move.cause, self.target_move.html
        elif self.comment is not None:
            yield self.comment.body, self.comment.html
        elif self.event.happened is Happened.ITEM_CREATED and self.item.body:
            yield self.item.body, self.item.html

    def _facts(self) -> Iterable[str]:
        if self.change is not None:
            yield from _facts_of_move(self.change, self.names_other)
        if self.target_move is not None and self.change is not None:
            yield target_line(self.target_move)
        if here := [file for file in self.attached if not file.is_removed]:
            yield _("Attached: %s") % ", ".join(f"`{file.name}` ({size(file.size)})" for file in here)


def _facts_of_move(change: StatusChange, names_other: bool) -> Iterable[str]:
    """What a move carries beside its explanation, as far as it does. Words of people stand below what they are."""
    base_url = settings().effective_base_url
    facts: list[tuple[Any, Callable[[Any], str]]] = [
        (change.reason, lambda reason: _("Reason: %s") % reason.label),
        (change.why, lambda why: _("Why we ask:") + "\n\n" + letters.quoted(why)),
        (change.checklist, lambda checklist: _("Please include:") + "\n\n" + letters.listed(checklist)),
        (change.due_on, lambda due_on: _("Answer by %s.") % day(due_on)),
        (change.workaround, lambda workaround: _("What you can do today:") + "\n\n" + letters.quoted(workaround)),
        (change.review_on, lambda review_on: _("We look at it again on %s.") % day(review_on)),
        (change.shipped_in, lambda version: _("Version: %s") % version),
        (change.shipped_link, lambda link: f"<{link}>"),
        (names_other and change.duplicate_of, lambda other: _("The same as %s") % f"<{base_url}/items/{other}>"),
    ]
    return (in_words(fact) for fact, in_words in facts if fact)


def read(session: Session, events: Sequence[Event]) -> list[Told]:
    """These events with their rows, in a number of queries that does not grow with them.

    Readers of them differ, so an item that something was merged into is named only where everybody may know of it.
    """
    changes = _rows(session, StatusChange, StatusChange.id, (event.status_change_id for event in events))
    promises = _rows(session, TargetMove, TargetMove.id, (event.target_move_id for event in events))
    said = _rows(session, Comment, Comment.id, (event.comment_id for event in events))
    found = _rows(session, Item, Item.number, (event.item_number for event in events))
    known = people.by_ids(session, {event.person_id for event in events if event.person_id is not None})
    others = sight.known_among(session, None, (change.duplicate_of for change in changes.values()))
    files = attachments.of_said(session, found)

    def told(event: Event) -> Told:
        item, change = found[event.item_number], changes.get(event.status_change_id or 0)
        promise, comment = promises.get(event.target_move_id or 0), said.get(event.comment_id or 0)
        words_of = change or comment or (item if event.happened is Happened.ITEM_CREATED else None)
        return Told(
            event, item, known.get(_mover_id(event, changes) or 0), change, promise, comment,
            names_other=change is not None and change.duplicate_of in others,
            attached=[file for file in files if file.came_with(words_of)],
        )  # fmt: skip

    return [told(event) for event in events]


def of(
    item: Item,
    person: Person | None,
    row: Item | StatusChange | TargetMove | Comment,
    promise: TargetMove | None = None,
    *,
    names_other: bool = True,
    attached: Sequence[Attachment] = (),
) -> Told:
    """A row of an item's story, told like the event that it is, also where it came before events were noted.

    `promise` is the move of the target that came with a status change.
    """
    told = partial(Told, item=item, person=person, names_other=names_other, attached=attached)
    if isinstance(row, Comment):
        return told(_event(Happened.ANSWERED if row.is_official else Happened.COMMENTED, row), comment=row)
    if isinstance(row, TargetMove):
        return told(_event(Happened.TARGET_MOVED, row), target_move=row)
    if isinstance(row, StatusChange):
        return told(_event(Happened.STATUS_CHANGED, row), change=row, target_move=promise)
    return told(Event(happened=Happened.ITEM_CREATED, item_number=item.number, at=item.posted_at))


def _event(happened: Happened, row: Comment | TargetMove | StatusChange) -> Event:
    return Event(happened=happened, item_number=row.item_number, person_id=row.person_id, at=row.at)


def subject(person: Person | None) -> str:
    """Translators: the comma after a title closes it before the verb, as in “Mira Okafor, CTO, declined”."""
    if person is None:
        return _("The calendar")
    return person.byline + (_(",") if person.title else "")


def _mover_id(event: Event, changes: dict[int, StatusChange]) -> int | None:
    """Who is named: nobody for what moved by itself, although somebody's act had brought it about."""
    change = changes.get(event.status_change_id or 0)
    return change.person_id if change is not None else event.person_id


def _rows(session: Session, table: type[Row], key: Any, keys: Iterable[int | None]) -> dict[int, Row]:
    wanted = {key for key in keys if key is not None}
    return dict(session.exec(select(key, table).where(col(key).in_(wanted))).all()) if wanted else {}


def _of_move(change: StatusChange, kind: Kind) -> Sentences:
    if change.person_id is None:
        return ARRIVED if change.is_import else MOVED_ITSELF.get(change.to_status, ARRIVED)
    if change.to_status is Status.SHIPPED and kind is Kind.DEFECT:
        return FIXED
    return MOVED[change.to_status] if change.from_status.is_open else REOPENED


def move_line(change: StatusChange, mover: Person | None, kind: Kind) -> str:
    """A move as it is told under its item: Declined by Mira Okafor, CTO."""
    if mover is not None:
        return _(_of_move(change, kind).line) % mover.byline
    return change.to_status.label(kind) if change.is_import else _(_of_move(change, kind).line)


def target_line(move: TargetMove) -> str:
    """A promise as it is told under its item."""
    if move.to_target is None:
        return _("No longer promised for a time")
    return _("Promised for %s") % targets.shown(move.to_target)


def _promise(move: TargetMove) -> str:
    if move.to_target is None:
        return _("%(who)s no longer promises “%(title)s” for %(before)s")
    if move.from_target is None:
        return _("%(who)s promised “%(title)s” for %(target)s")
    return _("%(who)s promised “%(title)s” for %(target)s instead of %(before)s")


def _periods(move: TargetMove) -> dict[str, str]:
    return {name: targets.shown(target) if target else "" for name, target in
            (("before", move.from_target), ("target", move.to_target))}  # fmt: skip


def _milestone(count: int) -> str:
    return ngettext("“%(title)s” has %(count)s vote", "“%(title)s” has %(count)s votes", count)
