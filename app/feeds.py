"""Feeds: what is new, for programs that ask again and again. Everybody is told the same, so only what is public."""

from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup
from sqlmodel import Session, and_, col, select

from app import changelog, listing, sight, text, timeline, wording
from app.boards import Board
from app.comments import Comment
from app.config import settings
from app.items import Item
from app.listing import View
from app.people import Person
from app.status_changes import StatusChange
from app.timeline import Happening
from app.wording import Told
from app.words import N_, _

PAGE = 20
ANSWERED = Markup("{}\n<hr>\n<p><b>{}</b></p>\n{}")
LINK = Markup('<p><a href="{}{}">#{} {}</a></p>')
NEVER = datetime.fromtimestamp(0, UTC)

BESIDE = {
    Happening.EDITED: N_("%(who)s edited “%(title)s”"),
    Happening.MERGED_IN: N_("%(who)s merged “%(other)s” into “%(title)s”"),
    Happening.PARTED: N_("%(who)s parted “%(other)s” from “%(title)s” again"),
}


@dataclass(frozen=True)
class Entry:
    """One thing to read, in safe HTML. Its `name` never changes: a reader that knows it shows the entry once."""

    name: str
    path: str
    title: str
    html: str
    author: str
    published_at: datetime
    updated_at: datetime
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feed:
    """A page of a feed; the one after it begins behind `after`, if there is more."""

    entries: list[Entry]
    after: str = ""

    @property
    def updated_at(self) -> datetime:
        return max((entry.updated_at for entry in self.entries), default=NEVER)


def of_view(session: Session, view: View) -> Feed:
    """The items of a view, each with its text and the latest official words. Raises Invalid."""
    page = listing.page(session, None, view)
    text.need_begin(view.after, is_first=page.is_first)
    numbers = [row.number for row in page.rows]
    answers = _latest_answers(session, numbers)
    found = {
        item.number: _item(item, reporter, board, answers.get(item.number))
        for item, reporter, board in session.exec(
            select(Item, Person, Board.name)
            .join(Person, col(Person.id) == Item.reporter_id)
            .join(Board, col(Board.id) == Item.board_id)
            .where(col(Item.number).in_(numbers))
        )
    }
    return Feed([found[number] for number in numbers], page.next.after if page.next else "")


def of_story(session: Session, item: Item, after: str = "") -> Feed:
    """What happened to one item, the latest first. Raises Invalid."""
    story = timeline.of(session, item, None)[::-1]
    names = [_name(entry, item) for entry in story]
    begin = names.index(after) + 1 if after in names else 0
    text.need_begin(after, is_first=not begin)
    shown = [_told(entry, item) for entry in story[begin : begin + PAGE]]
    return Feed(shown, shown[-1].name if len(story) > begin + PAGE else "")


def of_changelog(session: Session, after: str = "") -> Feed:
    """What shipped, the latest first, with the words that were said. Raises Invalid."""
    page = changelog.page(session, None, after)
    text.need_begin(after, is_first=page.is_first)
    return Feed([_shipped(told) for told in page.shipped], str(page.after or ""))


def _item(item: Item, reporter: Person, board: str, answer: Told | None) -> Entry:
    html = item.html
    if answer is not None:
        html = ANSWERED.format(html, answer.headline, answer.html)
    official_at = max(item.posted_at, item.status_changed_at, item.answered_at or item.posted_at)
    labels = (board, item.kind.label, item.status_label)
    return Entry(item.path, item.path, item.title, html, reporter.shown_name, item.posted_at, official_at, labels)


def _latest_answers(session: Session, numbers: list[int]) -> dict[int, Told]:
    """The move or the comment that each item was last answered with, by its number."""
    of_items = col(Item.number).in_(numbers)
    changes = session.exec(
        select(Item, Person, StatusChange)
        .join(StatusChange, and_(col(StatusChange.item_number) == Item.number, StatusChange.at == Item.answered_at))
        .join(Person, col(Person.id) == StatusChange.person_id)
        .where(of_items)
    ).all()
    said = session.exec(
        select(Item, Person, Comment)
        .join(Comment, and_(col(Comment.item_number) == Item.number, Comment.at == Item.answered_at))
        .join(Person, col(Person.id) == Comment.person_id)
        .where(of_items, col(Comment.is_official))
    ).all()
    others = sight.known_among(session, None, (change.duplicate_of for _item, _person, change in changes))
    told = {item.number: wording.of(item, person, comment) for item, person, comment in said}
    return told | {
        item.number: wording.of(item, person, change, names_other=change.duplicate_of in others)
        for item, person, change in changes
    }


def _name(entry: timeline.Entry, item: Item) -> str:
    return f"{item.path}#{entry.anchor}"


def _told(entry: timeline.Entry, item: Item) -> Entry:
    """An entry of the story."""
    name = _name(entry, item)
    author = entry.person.shown_name if entry.person else _("The calendar")
    title, html = _beside(entry, item) if entry.happening in BESIDE else _said(entry, item)
    return Entry(name, name, title, html, author, entry.at, _edited_at(entry) or entry.at)


def _beside(entry: timeline.Entry, item: Item) -> tuple[str, str]:
    """What happened around the item, in a sentence; after an edit, also the words as they stand now."""
    about = {"who": wording.subject(entry.person), "title": item.title}
    other = {"other": entry.other.title} if entry.other else {}
    sentence = _(BESIDE[entry.happening]) % {**about, **other}
    if entry.other is None:
        return sentence, item.html
    return sentence, LINK.format(settings().effective_base_url, entry.other.path, entry.other.number, entry.other.title)


def _said(entry: timeline.Entry, item: Item) -> tuple[str, str]:
    names_other = entry.other is not None
    told = wording.of(
        item, entry.person, entry.row, entry.target_move, names_other=names_other, attached=entry.attached
    )
    if told.is_hidden:
        because = told.comment.hidden_because if told.comment else ""
        return _("A comment was hidden"), Markup("<p>{}</p>").format(because)
    return told.headline, told.html


def _edited_at(entry: timeline.Entry) -> datetime | None:
    return entry.edits[-1].at if entry.edits else None


def _shipped(told: Told) -> Entry:
    assert told.change is not None  # noqa: S101 - narrows the type; the changelog is made of moves
    author = told.person.shown_name if told.person else _("The import")
    name = f"/changelog#{told.change.id}"
    at, edited_at = told.change.at, told.change.edited_at
    title = f"{told.item.title} ({told.change.shipped_in})" if told.change.shipped_in else told.item.title
    return Entry(name, told.path, title, told.html, author, at, edited_at or at, (told.item.kind.label,))
