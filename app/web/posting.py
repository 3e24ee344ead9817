"""Writing an item: the form, similar items while the title is typed, the preview, and later edits."""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Request, Response
from sqlmodel import Session

from app import boards, defect_questions, items, limits, listing, policy, taking_part, text, votes
from app.items import Draft, Item
from app.people import Person
from app.refusals import Invalid, Refusal
from app.statuses import Kind
from app.web import forms, kit, pages, receiving
from app.web.forms import typed
from app.web.kit import Db, ItemInPath, Member, SignInNeeded, Viewer
from app.web.receiving import NO_FILES, Files, Received
from app.web.route import area as new_area
from app.words import _

area = new_area()
with_files = receiving.area()
PREVIEWS_MOST, PREVIEWS_PER = 60, timedelta(minutes=10)  # anybody may have one, and a long text takes a while to draw
HEADING = "# %s"  # as the questions that every defect is asked are shown


@dataclass
class WordsForm:
    """What an item says, which alone can be changed later."""

    title: str = ""
    body: str = ""
    expected: str = ""
    steps: str = ""
    version: str = ""

    @property
    def details(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in items.DETAILS}


@dataclass
class ItemForm(WordsForm):
    """`form` is a random word of the page that the form stood on; `show` is the button for a look before posting.

    `asked` are the questions of the board `asked_by`, `given` the answers to them.
    """

    kind: str = Kind.IDEA
    board: str = ""
    asked_by: str = ""
    asked: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    form: str = ""
    show: str = ""

    @property
    def answers(self) -> list[tuple[str, str]]:
        return forms.paired(self.asked, self.given)

    @property
    def draft(self) -> Draft:
        is_told = self.kind == Kind.DEFECT and not text.is_blank(self.body)
        body = text.paragraphs(self.body, text.answers(self.answers, HEADING)) if is_told else self.body
        return Draft(kind=self.kind, board=self.board, title=self.title, body=body, details=self.details)

    @property
    def key(self) -> str:
        """The same for the same form sent twice; other words, or the form of another page, are another item."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()


@area.get("/items/new")
def begin(
    request: Request, session: Db, viewer: Viewer, *, kind: str = Kind.IDEA, board: str = "", title: str = ""
) -> Response:
    form = ItemForm(kind=kind, board=board, title=title, form=secrets.token_urlsafe(16))
    return _form_page(request, session, viewer, form)


@with_files.post("/items/new")
def look_first(
    request: Request, session: Db, viewer: Viewer, form: Annotated[ItemForm, typed(ItemForm)], files: Files
) -> Response:
    """The form again with what was typed, with similar items and, if asked for, as it will look."""
    if form.show == "questions" and kit.asked_by_htmx(request):
        return pages.fragment(request, "items/_board_questions.html", **_asked(session, viewer, form))
    if form.show == "preview":
        limits.spend(session, f"preview from {kit.network(request)}", most=PREVIEWS_MOST, per=PREVIEWS_PER)
    preview = _preview(form) if form.show == "preview" else None
    if kit.asked_by_htmx(request):
        return pages.fragment(request, "items/_preview.html", preview=preview)
    return _form_page(request, session, viewer, form, files, preview=preview)


def _preview(form: ItemForm) -> str:
    draft = form.draft
    details = draft.details if form.kind == Kind.DEFECT else {}
    cut = {name: words[: text.WORDS_MOST] for name, words in details.items()}
    return items.html_of(draft.body[: text.BODY_MOST], cut)


@area.get("/items/similar")
def similar(request: Request, session: Db, viewer: Viewer, title: str = "") -> Response:
    return pages.page(request, "items/similar.html", title=title, **_similar(session, viewer, title))


def _similar(session: Session, viewer: Person | None, title: str) -> dict[str, Any]:
    rows = listing.similar(session, viewer, title)
    return {"similar": rows, "voted": votes.of(session, viewer, [row.number for row in rows])}


@with_files.post("/items")
def post(
    request: Request, session: Db, person: Member, form: Annotated[ItemForm, typed(ItemForm)], files: Files
) -> Response:
    try:
        _need_asked(session, person, form)
        with session.begin_nested():
            item = taking_part.post(session, person, form.draft, form_key=form.key)
            files.attach(session, person, item)
    except Refusal as refusal:
        return _form_page(request, session, person, form, files, refusal=refusal)
    said = _("Your item is posted and carries your vote. My cases shows you when somebody answers.")
    return kit.see_other(f"{item.path}#posted", said)


def _need_asked(session: Session, person: Person, form: ItemForm) -> None:
    """Raise Invalid if the board has questions about this defect that the form, begun on another, has not shown."""
    if form.kind != Kind.DEFECT or form.asked_by == form.board:
        return
    chosen = (board for board in boards.offered_to(session, person) if board.slug == form.board)
    if any(defect_questions.of(session, board) for board in chosen):
        words = _("This board asks a little more about defects. Answer what you can, and post it again.")
        raise Invalid({"asked_by": words})


def _asked(session: Session, viewer: Person | None, form: ItemForm) -> dict[str, Any]:
    """What the chosen board asks about a defect, with what was typed there; the first board, if none was chosen.

    Raises SignInNeeded for a visitor who may know of no board.
    """
    offered = boards.offered_to(session, viewer)
    if not offered:
        raise SignInNeeded(_("Please sign in."))
    chosen = next((board for board in offered if board.slug == form.board), offered[0])
    whys = {each.question: each.why for each in defect_questions.of(session, chosen)}
    return {"asked_by": chosen.slug, "whys": whys, "answers": forms.answered(whys, form.answers), "boards": offered}


def _form_page(
    request: Request, session: Session, viewer: Person | None, form: ItemForm, files: Received = NO_FILES, *,
    refusal: Refusal | None = None, preview: str | None = None,
) -> Response:  # fmt: skip
    problems = pages.problems_of(refusal, "title") | files.problems
    shown = _similar(session, viewer, form.title) | _asked(session, viewer, form)
    shown |= {"typed": form, "preview": preview, "files": files.again(session, viewer)}
    page = pages.page(request, "items/new.html", problems=problems, **shown)
    return kit.private(pages.say_no(page, refusal))


@area.get("/items/{number:int}/edit")
def edit(request: Request, person: Member, item: ItemInPath) -> Response:
    policy.need(policy.may_edit(person, item))
    details = {name: item.details.get(name, "") for name in items.DETAILS}
    return _edit_page(request, item, WordsForm(item.title, item.body, **details))


@area.post("/items/{number:int}/edit")
def save(
    request: Request, session: Db, person: Member, item: ItemInPath, form: Annotated[WordsForm, typed(WordsForm)]
) -> Response:
    policy.need(policy.may_edit(person, item))
    try:
        with session.begin_nested():
            taking_part.edit(session, item, person, form.title, form.body, form.details)
    except Refusal as refusal:
        return _edit_page(request, item, form, refusal)
    return kit.see_other(item.path, _("The item is changed. The earlier words stay one click away."))


def _edit_page(request: Request, item: Item, form: WordsForm, refusal: Refusal | None = None) -> Response:
    return pages.form(request, "items/edit.html", refusal, "title", item=item, typed=form)
