"""For the team, on one item: moving it, correcting words, promising, merging, tagging, putting it on another board."""

from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from app import items, listing, policy, search, sight, status_changes, tags
from app.items import Item
from app.people import Role
from app.refusals import Invalid, Refusal, Refused
from app.search import Scope
from app.status_changes import Move, StatusChange, corrections, proposals
from app.status_changes.proposals import MergeProposal
from app.web import item_page, kit, pages, receiving, team_forms
from app.web.forms import Pressed, typed
from app.web.kit import Advocate, Db, ItemInPath, Maintainer
from app.web.receiving import NO_FILES, Files, Received
from app.web.route import area as new_area
from app.words import _

FOUND_MOST = 5

area = new_area()
with_files = receiving.area()


@dataclass
class CorrectionForm:
    explanation: str = ""


@dataclass
class TargetForm:
    target: str = ""
    cause: str = ""


@dataclass
class ProposalForm:
    duplicate_of: str = ""
    words: str = ""


@dataclass
class TagsForm:
    tags: list[str] = field(default_factory=list)


@dataclass
class BoardForm:
    board: str = ""


@dataclass(frozen=True)
class MoveMade:
    """A status change, and the item that it moved."""

    change: StatusChange
    item: Item


async def _move_made(session: Db, viewer: Maintainer, change: int) -> MoveMade:
    return MoveMade(*corrections.find(session, change, viewer))


async def _proposal(session: Db, _viewer: Maintainer, proposal: int) -> MergeProposal:
    return proposals.find(session, proposal)


MoveInPath = Annotated[MoveMade, Depends(_move_made)]
ProposalInPath = Annotated[MergeProposal, Depends(_proposal)]


@area.get("/items/lookup")
def look_up(request: Request, session: Db, viewer: Advocate, q: str = "") -> Response:
    """Find the number of an item by the words of its title."""
    found = search.find(session, q, Scope(_not_merged(viewer.role), {"viewer_id": viewer.id}), FOUND_MOST)
    rows = listing.with_numbers(session, viewer, found)
    return pages.page(request, "status_changes/lookup.html", query=q, found=rows)


@cache
def _not_merged(role: Role) -> Any:
    return sight.numbers_visible_by(role).where(Item.root == Item.number)


@with_files.post("/items/{number:int}/status-changes")
def change_status(
    request: Request, session: Db, person: Advocate, item: ItemInPath, move: Annotated[Move, typed(Move)], files: Files
) -> Response:
    policy.need(policy.may_take_part(person, item))
    try:
        with session.begin_nested():
            files.attach(session, person, item, status_changes.change(session, item, person, move))
    except (Invalid, Refused) as refusal:
        return _form_again(request, item, "move", move, refusal, files)
    moved = _("#%(number)s is “%(status)s” now.") % {"number": item.number, "status": item.status_label}
    return _back_to(request, item, moved)


@area.post("/items/{number:int}/target-moves")
def move_target(
    request: Request, session: Db, person: Maintainer, item: ItemInPath, form: Annotated[TargetForm, typed(TargetForm)]
) -> Response:
    try:
        status_changes.move_target(session, item, person, form.target, form.cause)
    except (Invalid, Refused) as refusal:
        return _form_again(request, item, "target", form, refusal)
    return _back_to(request, item, _("The target is moved, and your words say why."))


@area.post("/items/{number:int}/merge-proposals")
def propose_merge(
    request: Request, session: Db, person: Advocate, item: ItemInPath,
    form: Annotated[ProposalForm, typed(ProposalForm)],
) -> Response:  # fmt: skip
    policy.need(policy.may_take_part(person, item))
    try:
        proposals.propose(session, item, person, form.duplicate_of, form.words)
    except (Invalid, Refused) as refusal:
        return _form_again(request, item, "proposal", form, refusal)
    return _back_to(request, item, _("Your proposal is with the team."))


@area.post("/merge-proposals/{proposal:int}/rejection")
def reject_merge(session: Db, person: Maintainer, proposal: ProposalInPath, _form: Pressed) -> Response:
    proposals.reject(session, proposal, person)
    return kit.see_other(f"/items/{proposal.item_number}", _("The two stay apart."))


@area.post("/items/{number:int}/tags")
def put_tags(
    request: Request, session: Db, person: Advocate, item: ItemInPath, form: Annotated[TagsForm, typed(TagsForm)]
) -> Response:
    policy.need(policy.may_take_part(person, item))
    try:
        tags.put(session, item.number, person, form.tags)
    except Invalid as refusal:
        return _form_again(request, item, "tags", form, refusal)
    return _back_to(request, item, _("The tags are saved."))


@area.post("/items/{number:int}/board")
def move_to_board(
    request: Request, session: Db, person: Maintainer, item: ItemInPath, form: Annotated[BoardForm, typed(BoardForm)]
) -> Response:
    try:
        items.move_to_board(session, item, person, form.board)
    except Invalid as refusal:
        return _form_again(request, item, "board", form, refusal)
    return _back_to(request, item, _("The item is on its new board."))


@area.get("/status-changes/{change:int}/correction")
def ask_for_correction(request: Request, _person: Maintainer, move: MoveInPath) -> Response:
    return _correction_page(request, move, move.change.explanation)


@area.post("/status-changes/{change:int}/correction")
def correct(
    request: Request, session: Db, person: Maintainer, move: MoveInPath,
    form: Annotated[CorrectionForm, typed(CorrectionForm)],
) -> Response:  # fmt: skip
    try:
        status_changes.correct(session, move.change, person, form.explanation)
    except Invalid as refusal:
        return _correction_page(request, move, form.explanation, refusal)
    return _back_to(request, move.item, _("The explanation is corrected. The earlier words stay one click away."))


def _correction_page(request: Request, move: MoveMade, words: str, refusal: Invalid | None = None) -> Response:
    shown = {"item": move.item, "change": move.change, "words": words}
    return pages.form(request, "status_changes/correction.html", refusal, **shown)


FORMS = {
    "move": ("status_changes/_form.html", "to"),
    "target": ("status_changes/_target_form.html", "target"),
    "proposal": ("status_changes/_proposal_form.html", "duplicate_of"),
    "tags": ("tags/_form.html", "tags"),
    "board": ("boards/_form.html", "board"),
}


def _form_again(
    request: Request, item: Item, name: str, form: Any, refusal: Refusal, files: Received = NO_FILES
) -> Response:
    """The form with all that was typed, for the item as it stands now."""
    template, field = FORMS[name]
    session, viewer = request.state.session, kit.identify(request)
    problems = pages.problems_of(refusal, field) | files.problems
    again = {"typed": asdict(form), "problems": problems, "files": files.again(session, viewer)}
    team = team_forms.of(session, viewer, item, name, **again)
    return item_page.form_again(request, item, refusal, template, team=team)


def _back_to(request: Request, item: Item, said: str) -> Response:
    """To the item, which tells the new chapter; htmx loads it whole."""
    answer = kit.see_other(item.path, said)
    if kit.asked_by_htmx(request):
        answer.status_code = 204
        answer.headers["HX-Redirect"] = item.path
    return answer
