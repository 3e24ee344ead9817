"""The page of one item: drawn when it is asked for, and drawn again when a form on it was refused."""

from collections.abc import Iterable
from functools import cache, partial
from typing import Any

from fastapi import Request, Response
from sqlalchemy import bindparam
from sqlmodel import Session, col, or_, select

from app import (
    boards,
    db,
    live,
    notifications,
    people,
    policy,
    sight,
    status_changes,
    subscriptions,
    tags,
    timeline,
    votes,
)
from app.attachments import Attachment
from app.items import Item
from app.people import Person, Role
from app.refusals import NotFound, Refusal
from app.status_changes import StatusChange
from app.statuses import Status
from app.timeline import Entry, Happening
from app.web import forms, kit, pages, team_forms
from app.web.kit import Db, ItemInPath, Viewer
from app.web.receiving import FilesAgain
from app.web.route import area as new_area
from app.words import _

area = new_area()


@area.get("/items/{number:int}")
def show(request: Request, session: Db, viewer: Viewer, item: ItemInPath) -> Response:
    """The item and its story; after the page has left, the case counts as seen."""
    looked_at = db.now()
    shown = facts(session, viewer, item)
    response = _page(request, viewer, shown)
    if viewer is not None and (_has_news(shown) or notifications.is_new(session, viewer, item)):
        look = partial(notifications.look, item=item, person=viewer, at=looked_at)
        response.background = kit.afterwards(request, look)
    return response


@area.get("/items/{number:int}/edits/{edit:int}")
def show_earlier_words(request: Request, session: Db, viewer: Viewer, item: ItemInPath, edit: int) -> Response:
    """The words before one edit. Each has a page, or the story would grow by long words with every edit."""
    need_readable(viewer, item)
    entry = timeline.before(session, item, viewer, edit)
    return pages.page(request, "timeline/earlier.html", item=item, entry=entry)


def form_again(request: Request, item: Item, refusal: Refusal, template: str, **redrawn: Any) -> Response:
    """A form of the page that was refused, with what was typed and what is wrong: alone for htmx, else on its page."""
    if kit.asked_by_htmx(request):
        return pages.say_no(pages.fragment(request, template, item=item, **redrawn), refusal)
    viewer = kit.identify(request)
    shown = facts(request.state.session, viewer, item)
    return pages.say_no(_page(request, viewer, shown | redrawn), refusal)


def _page(request: Request, viewer: Person | None, shown: dict[str, Any]) -> Response:
    if not may_read(viewer, shown["item"]):
        return pages.page(request, "items/hidden.html", item=shown["item"], hider=shown["hider"])
    return pages.page(request, "items/item.html", **shown)


def _has_news(shown: dict[str, Any]) -> bool:
    """Whether something happened since the viewer last looked at this case of theirs; else looking writes nothing."""
    latest = max(shown["item"].changed_at, shown["story"][-1].at)
    return shown["seen_at"] is not None and shown["seen_at"] < latest


def may_read(viewer: Person | None, item: Item) -> bool:
    """A hidden item still shows to the person who posted it and to maintainers."""
    return not item.is_hidden or policy.is_maintainer(viewer) or kit.is_own(viewer, item.reporter_id)


def need_readable(viewer: Person | None, item: Item) -> None:
    """Raise NotFound for an item that was put out of sight, with the reason that its page gives."""
    if not may_read(viewer, item):
        raise NotFound(_("This item was put out of sight. The reason: %s") % item.hidden_because)


def facts(session: Session, viewer: Person | None, item: Item) -> dict[str, Any]:
    """All that the page and its fragments show."""
    newest = live.newest(session, item)
    story = timeline.of(session, item, viewer)
    last_move = _last_move(story)
    said_above = last_move if _is_said_above(item) else None
    form = comment_form(session, viewer, item)
    known = _people(session, story, {item.reporter_id, item.answerer_id, item.hidden_by_id})
    return {
        "item": item,
        "story": story,
        "newest": newest,
        "attached": _attached(story),
        "last_move": last_move,
        "said_above": said_above,
        "above": _above(said_above, form["asked"]),
        "board": boards.of(session, item.board_id),
        "tags": tags.of_items(session, [item.number])[item.number],
        "reporter": known[item.reporter_id],
        "answerer": known.get(item.answerer_id or 0),
        "hider": known.get(item.hidden_by_id or 0),
        "team": team_forms.of(session, viewer, item),
        **case_of(session, viewer, item),
        **form,
    }


def case_of(session: Session, viewer: Person | None, item: Item) -> dict[str, Any]:
    """What ties the viewer to the item, and the item to those that it shares its votes with."""
    relatives = _relatives(session, viewer, item)
    root = next((other for other in relatives if other.number == item.root), item)
    tie = subscriptions.tie(session, item, viewer) if viewer else None
    return {
        "root": root,
        "merged": [other for other in relatives if other.merged_into == item.number],
        "weights": votes.weights(session, root),
        "voted": votes.of(session, viewer, [root.number]),
        "is_following": tie is not None and tie.is_following,
        "seen_at": tie.seen_at if tie and tie.item_number == item.number else None,
    }


def comment_form(
    session: Session, viewer: Person | None, item: Item, typed: Iterable[tuple[str, str]] = ()
) -> dict[str, Any]:
    """An empty comment, but for the answers that were typed; the reporter's answers our question, if there is one."""
    asked = status_changes.asked_of(session, item, viewer)
    answers = forms.answered(asked.checklist if asked else (), typed)
    empty = {"words": "", "official": False, "problems": {}, "files": FilesAgain()}
    return {"asked": asked, "answers": answers, **empty}


def _relatives(session: Session, viewer: Person | None, item: Item) -> list[Item]:
    """The item that this one was merged into and those that were merged into it, where the viewer may see them."""
    role, key = sight.reader(viewer)
    return db.read(session, _related(role), {"root": item.root, "number": item.number, "viewer_id": key})


@cache
def _related(role: Role | None) -> Any:
    """Built once for each role, because every page of an item asks it."""
    number: Any = bindparam("number")
    related = or_(Item.number == bindparam("root"), Item.merged_into == number)
    shown = sight.visible_by(role, bindparam("viewer_id"))
    return select(Item).where(related, col(Item.number) != number, shown).order_by(col(Item.number))


def _attached(story: list[Entry]) -> list[Attachment]:
    """What came with the item itself."""
    return next(entry.attached for entry in story if entry.happening is Happening.POSTED)


def _last_move(story: list[Entry]) -> Entry | None:
    return next((entry for entry in reversed(story) if entry.happening is Happening.MOVED), None)


def _people(session: Session, story: list[Entry], ids: set[int | None]) -> dict[int, Person]:
    """People by id: those of the story, who are known already, and others."""
    known = {entry.person.key: entry.person for entry in story if entry.person}
    return known | people.by_ids(session, {key for key in ids if key is not None} - known.keys())


def _above(said: Entry | None, asked: StatusChange | None) -> set[int | None]:
    """The moves whose words stand at the top of the page, and so not in the story."""
    moves = [row for row in (said and said.row, asked) if isinstance(row, StatusChange)]
    return {move.id for move in moves}


def _is_said_above(item: Item) -> bool:
    """Whether the words of the last move stand at the top of the page: a refusal, or a question that is open."""
    return item.status is Status.DECLINED or item.due_on is not None
