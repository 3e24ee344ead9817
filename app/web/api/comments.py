"""Comments under an item."""

from datetime import datetime
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field
from sqlmodel import Session

from app import comments, policy, taking_part, text, timeline
from app.comments import Comment as Row
from app.items import Item
from app.people import Person
from app.timeline import Entry, Happening
from app.tokens import Scope
from app.web import item_page
from app.web.api import bearer, route, shapes
from app.web.kit import Db, ItemInPath, Maintainer, Member, Viewer

areas = route.areas("Comments")


class Words(shapes.Asked):
    body: Annotated[shapes.Text, shapes.words("CommonMark.", text.WORDS_MOST, "We need this too.")]


class NewComment(Words):
    official: bool = Field(False, strict=True, description="Whether it is an answer of the team; for maintainers.")


class Comment(BaseModel):
    """What somebody said under an item. Of a hidden one, only maintainers see the words."""

    id: int = Field(examples=[7])
    item: int = Field(description="The number of the item.", examples=[42])
    by: shapes.Byline
    at: datetime
    body: str = Field(description="CommonMark.")
    html: str = Field(description="The same as safe HTML.")
    is_official: bool = Field(description="Whether it is an answer of the team.")
    edited_at: datetime | None
    earlier: list[shapes.Earlier] = Field(description="The words before each edit, oldest first.")
    hidden_because: str = Field(description="Why it was put out of sight; empty for what is in sight.")
    attachments: list[shapes.Attachment]


@areas.reading.get("/items/{number:int}/comments")
def list_comments(session: Db, viewer: Viewer, item: ItemInPath) -> list[Comment]:
    """Read what was said under an item, the oldest first."""
    item_page.need_readable(viewer, item)
    story = timeline.of(session, item, viewer)
    return [told(entry, viewer) for entry in story if entry.happening is Happening.COMMENT]


@areas.writing.post("/items/{number:int}/comments", status_code=201)
def post_comment(request: Request, session: Db, person: Member, item: ItemInPath, asked: NewComment) -> Comment:
    """Say something under an item, or answer the team's question. It is your case from then on."""
    if asked.official:
        bearer.require(request, Scope.MODERATE)
    comment = taking_part.comment(session, item, person, asked.body, official=asked.official)
    return one(session, person, item, comment)


@areas.writing.patch("/items/{number:int}/comments/{comment:int}")
def edit_comment(session: Db, person: Member, item: ItemInPath, comment: int, asked: Words) -> Comment:
    """Change your own words; the earlier ones stay readable."""
    row = comments.find(session, comment, item)
    taking_part.edit_comment(session, row, person, asked.body)
    return one(session, person, item, row)


@areas.moderating.put("/items/{number:int}/comments/{comment:int}/official")
def mark_official(session: Db, person: Maintainer, item: ItemInPath, comment: int) -> Comment:
    """Make your own comment an answer of the team."""
    row = comments.find(session, comment, item)
    comments.mark_official(session, row, person)
    return one(session, person, item, row)


@areas.moderating.put("/items/{number:int}/comments/{comment:int}/hiding")
def hide_comment(session: Db, person: Maintainer, item: ItemInPath, comment: int, asked: shapes.Hiding) -> Comment:
    """Put a comment out of sight, with the reason in its place."""
    row = comments.find(session, comment, item)
    comments.hide(session, row, person, asked.because)
    return one(session, person, item, row)


@areas.moderating.delete("/items/{number:int}/comments/{comment:int}/hiding")
def show_comment(session: Db, person: Maintainer, item: ItemInPath, comment: int) -> Comment:
    """Bring a hidden comment back."""
    row = comments.find(session, comment, item)
    comments.show(session, row, person)
    return one(session, person, item, row)


def one(session: Session, viewer: Person, item: Item, comment: Row) -> Comment:
    """A comment as the story of its item tells it."""
    session.flush()
    return next(told(entry, viewer) for entry in timeline.of(session, item, viewer) if entry.tells(comment))


def told(entry: Entry, viewer: Person | None) -> Comment:
    """The comment that an entry of the story tells."""
    row = entry.row
    assert isinstance(row, Row)  # noqa: S101 - narrows the type; only comments are told so
    assert entry.person is not None  # noqa: S101 - the same
    is_shown = not row.is_hidden or policy.may_hide(viewer)
    return Comment(
        id=row.id or 0, item=row.item_number, by=shapes.byline(entry.person), at=row.at,
        body=row.body if is_shown else "", html=row.html if is_shown else "", is_official=row.is_official,
        edited_at=row.edited_at, earlier=shapes.earlier(entry.edits) if is_shown else [],
        hidden_because=row.hidden_because, attachments=shapes.attachments(entry.attached) if is_shown else [],
    )  # fmt: skip
