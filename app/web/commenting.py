"""What people say under an item: writing, correcting, marking as the answer, hiding and showing again."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlmodel import Session

from app import comments, policy, status_changes, taking_part, text
from app.comments import Comment
from app.items import Item
from app.people import Person
from app.refusals import Invalid, Refusal, Refused, TooMany
from app.web import forms, item_page, kit, pages, receiving
from app.web.forms import HidingForm, Pressed, typed
from app.web.kit import Db, ItemInPath, Maintainer, Member
from app.web.receiving import Files, Received
from app.web.route import area as new_area
from app.words import _

area = new_area()
with_files = receiving.area()


@dataclass
class CommentForm:
    """`asked` are the entries of a question's checklist, `given` the answers to them."""

    body: str = ""
    official: str = ""
    asked: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)

    @property
    def answers(self) -> list[tuple[str, str]]:
        return forms.paired(self.asked, self.given)

    @property
    def words(self) -> str:
        return text.paragraphs(text.answers(self.answers), self.body)


@dataclass
class EditForm:
    body: str = ""


@dataclass(frozen=True)
class Place:
    """A comment, and the item that it stands under."""

    item: Item
    comment: Comment

    def after(self, said: str) -> Response:
        """Back to the comment where it stands."""
        return kit.see_other(f"{self.item.path}#comment-{self.comment.id}", said)


async def _place(session: Db, item: ItemInPath, comment: int) -> Place:
    return Place(item, comments.find(session, comment, item))


CommentInPath = Annotated[Place, Depends(_place)]


@with_files.post("/items/{number:int}/comments")
def post_comment(
    request: Request, session: Db, person: Member, item: ItemInPath, form: Annotated[CommentForm, typed(CommentForm)],
    files: Files,
) -> Response:  # fmt: skip
    policy.need(policy.may_take_part(person, item))
    said = _posted(session, item, person)
    try:
        with session.begin_nested():
            comment = taking_part.comment(session, item, person, form.words, official=bool(form.official))
            files.attach(session, person, item, comment)
    except Refusal as refusal:
        return _form_again(request, item, refusal, form, files)
    if kit.asked_by_htmx(request):
        return pages.fragment(request, "comments/_posted.html", said=said, **item_page.facts(session, person, item))
    return Place(item, comment).after(said)


def _posted(session: Session, item: Item, person: Person) -> str:
    """What to say of the comment that this person is about to post: whoever owes us an answer gives it."""
    if status_changes.asked_of(session, item, person):
        return _("Your answer is posted. It is the team’s turn now.")
    return _("Your comment is posted.")


def _form_again(request: Request, item: Item, refusal: Refusal, form: CommentForm, files: Received) -> Response:
    session, person = request.state.session, kit.identify(request)
    problems = pages.problems_of(refusal, "body") | files.problems
    typed = {"words": form.body, "official": bool(form.official), "files": files.again(session, person)}
    redrawn = item_page.comment_form(session, person, item, form.answers) | typed | {"problems": problems}
    return item_page.form_again(request, item, refusal, "comments/_form.html", **redrawn)


@area.get("/items/{number:int}/comments/{comment:int}/edit")
def edit_comment(request: Request, person: Member, place: CommentInPath) -> Response:
    policy.need(place.comment.may_be_edited_by(person))
    return _edit_page(request, place, place.comment.body)


@area.post("/items/{number:int}/comments/{comment:int}/edit")
def save_comment(
    request: Request, session: Db, person: Member, place: CommentInPath, form: Annotated[EditForm, typed(EditForm)]
) -> Response:
    try:
        with session.begin_nested():
            taking_part.edit_comment(session, place.comment, person, form.body)
    except (Invalid, TooMany) as refusal:
        return _edit_page(request, place, form.body, refusal)
    return place.after(_("Your words are changed. The earlier ones stay one click away."))


def _edit_page(request: Request, place: Place, words: str, refusal: Refusal | None = None) -> Response:
    shown = {"item": place.item, "comment": place.comment, "words": words}
    return pages.form(request, "comments/edit.html", refusal, "body", **shown)


@area.post("/items/{number:int}/comments/{comment:int}/official")
def mark_official(session: Db, person: Maintainer, place: CommentInPath, _form: Pressed) -> Response:
    comments.mark_official(session, place.comment, person)
    return place.after(_("This comment is an official answer now."))


@area.get("/items/{number:int}/comments/{comment:int}/hiding")
def ask_why(request: Request, _person: Maintainer, place: CommentInPath) -> Response:
    return _hide_page(request, place, "")


@area.post("/items/{number:int}/comments/{comment:int}/hiding")
def hide_comment(
    request: Request, session: Db, person: Maintainer, place: CommentInPath,
    form: Annotated[HidingForm, typed(HidingForm)],
) -> Response:  # fmt: skip
    try:
        comments.hide(session, place.comment, person, form.because)
    except (Invalid, Refused) as refusal:
        return _hide_page(request, place, form.because, refusal)
    return place.after(_("The comment is hidden. Your reason stands in its place."))


def _hide_page(request: Request, place: Place, because: str, refusal: Refusal | None = None) -> Response:
    shown = {"item": place.item, "comment": place.comment, "because": because}
    return pages.form(request, "comments/hide.html", refusal, "because", **shown)


@area.post("/items/{number:int}/comments/{comment:int}/hiding/withdrawal")
def show_comment(session: Db, person: Maintainer, place: CommentInPath, _form: Pressed) -> Response:
    comments.show(session, place.comment, person)
    return place.after(_("The comment shows again."))
