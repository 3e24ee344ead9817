"""For maintainers: what waits for the team, and several items moved at once with the words written once."""

from collections.abc import Collection
from dataclasses import dataclass, field, fields
from typing import Annotated, Any

from fastapi import Request, Response
from sqlmodel import Session, col, select

from app import boards, db, status_changes, targets, triage
from app.items import Item
from app.refusals import Invalid, Refused
from app.status_changes import Move
from app.statuses import Status, may_follow
from app.triage import Section, View
from app.web import kit, pages
from app.web.forms import typed
from app.web.kit import Db, Maintainer
from app.web.route import area as new_area
from app.words import _, ngettext, number

area = new_area()


@dataclass
class MovesForm(Move):
    """A move of several items. Each chosen one is given as its number and the status in which it was seen: `42-new`."""

    chosen: list[str] = field(default_factory=list)
    show: str = ""
    board: str = ""
    after: str = ""

    @property
    def view(self) -> View:
        return View.read(self.show, self.board, self.after)

    @property
    def move(self) -> Move:
        """The move alone; an empty workaround keeps those that the items have."""
        typed = {each.name: getattr(self, each.name) for each in fields(Move)}
        return Move(**typed | {"workaround": self.workaround or None})

    @property
    def statuses(self) -> dict[int, str]:
        """The status in which each chosen item was seen, by its number. Raises Invalid."""
        pairs = [value.partition("-") for value in self.chosen]
        if not all(digits.isascii() and digits.isdecimal() and len(digits) < 10 for digits, _dash, _status in pairs):  # noqa: PLR2004
            raise Invalid({"chosen": _("Choose items of the list.")})
        return {int(digits): status for digits, _dash, status in pairs}


@area.get("/triage")
def show_triage(
    request: Request, session: Db, _person: Maintainer, show: str = "", board: str = "", after: str = ""
) -> Response:
    view = View.read(show, board, after)
    return pages.form(request, "triage/triage.html", **_facts(session, view), **_form(view, Move()))


@area.post("/triage/status-changes")
def move_several(
    request: Request, session: Db, person: Maintainer, form: Annotated[MovesForm, typed(MovesForm)]
) -> Response:
    try:
        seen = form.statuses
        chosen = session.exec(select(Item).where(col(Item.number).in_(seen))).all()
        rows = status_changes.change_many(session, chosen, person, form.move, seen=seen)
    except (Invalid, Refused) as refusal:
        again = _facts(session, form.view) | _form(form.view, form.move, form.chosen)
        return pages.form(request, "triage/triage.html", refusal, "chosen", **again)
    said = ngettext("One item is “%(status)s” now.", "%(count)s items are “%(status)s” now.", len(rows))
    labels = " / ".join(sorted({item.status_label for item in chosen}))
    return kit.see_other(form.view.path, said % {"count": number(len(rows)), "status": labels})


def _facts(session: Session, view: View) -> dict[str, Any]:
    """What the page lists, in a number of queries that does not grow with it."""
    now = db.now()
    return {
        "view": view, "sections": Section, "counts": triage.counts(session, view, now), "boards": boards.every(session),
        "page": triage.page(session, view, now),
    }  # fmt: skip


OF_ONE_STATUS = {Section.QUESTIONS: Status.NEEDS_INFO, Section.REVIEWS: Status.DECLINED}


def _form(view: View, move: Move, chosen: Collection[str] = ()) -> dict[str, Any]:
    """What the form offers: in a section of one status what may follow it, else everything."""
    stands = OF_ONE_STATUS.get(view.section)
    return {
        "move": move,
        "chosen": {value.partition("-")[0] for value in chosen},
        "moves": may_follow(stands) if stands else [status for status in Status if status is not Status.NEW],
        "targets": targets.coming(db.now().date()),
    }
