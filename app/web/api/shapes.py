"""What the API says: the forms of its answers, made from the same rows as the pages."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlmodel import Session

from app import hiding, tags, votes
from app.attachments import Attachment as AttachedFile
from app.attachments import Kind as FileKind
from app.config import settings
from app.edits import Edit
from app.listing import Row
from app.people import Person
from app.statuses import Kind, Status
from app.tags import Label
from app.votes import Weight
from app.words import _

LIST_MOST = 100  # entries of a list that is sent; where that means fewer, the verb says so in words


def _plain(value: str) -> str:
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError(_("This has characters that are not text."))
    return value


Text = Annotated[str, AfterValidator(_plain)]


class Asked(BaseModel):
    """A body that somebody sends: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


Number = Annotated[int, Field(strict=True, ge=1, lt=2**31)]


def words(about: str, most: int, *examples: str) -> Any:
    """A field of text; its limit is told here and kept by the verb, which says it in words."""
    return Field(description=about, examples=list(examples) or None, json_schema_extra={"maxLength": most})


class Hiding(Asked):
    because: Annotated[Text, words("Why, for everybody to read.", hiding.BECAUSE_MOST, "Advertising.")]


class Byline(BaseModel):
    """The name and the public title of a person."""

    name: str = Field(examples=["Mira Okafor"])
    title: str = Field(description="Empty for most members.", examples=["CTO"])


class Answer(BaseModel):
    """The latest official words, cut to a line or two."""

    words: str = Field(examples=["We build this now and expect it in March."])
    by: Byline
    at: datetime


class Item(BaseModel):
    """An item, as lists show it."""

    number: int = Field(examples=[42])
    url: str = Field(description="Its page.", examples=["https://ideas.example.org/items/42"])
    kind: Kind
    title: str = Field(examples=["Dark mode"])
    board: str = Field(description="The short name of its board.", examples=["general"])
    tags: list[str] = Field(description="The short names of its tags.", examples=[["speed"]])
    status: Status = Field(examples=[Status.PLANNED])
    is_open: bool
    votes: int = Field(description="How many people voted, those of merged items included.", examples=[128])
    imported_votes: int = Field(
        description="How many came with imports and name no voters, those of merged items included.", examples=[0]
    )
    voted: bool | None = Field(description="Whether you voted for it; null without a token.", examples=[True])
    comments: int = Field(examples=[7])
    posted_at: datetime
    status_changed_at: datetime
    answer: Answer | None
    waiting_since: datetime | None = Field(description="Since when it waits for the team.", examples=[None])
    target: str | None = Field(description="A month or a quarter it is promised for.", examples=["2027-Q1"])
    reason: str | None = Field(description="Why it was declined.", examples=[None])
    review_on: date | None = Field(description="When a refusal is looked at again.", examples=[None])
    merged_into: int | None = Field(
        description="The item that carries its votes, where you may see that.", examples=[None]
    )


class Earlier(BaseModel):
    """Words as they were before an edit."""

    field: str = Field(examples=["body"])
    words: str
    at: datetime


class Attachment(BaseModel):
    """A file that came with what was said: a picture, or plain text."""

    name: str = Field(examples=["crash.log"])
    kind: FileKind = Field(description="Whether it is a picture or text.")
    media_type: str = Field(examples=["text/plain; charset=utf-8"])
    size: int = Field(description="In bytes.", examples=[12345])
    sha256: str = Field(description="Of its content.")
    url: str = Field(description="Where it is; only for who may see what it came with.")


def attachments(files: Sequence[AttachedFile]) -> list[Attachment]:
    """What is attached and was not removed."""
    return [
        Attachment(**file.model_dump(include=set(Attachment.model_fields)), url=address(file.path))
        for file in files
        if not file.is_removed
    ]


def byline(person: Person) -> Byline:
    return Byline(name=person.shown_name, title=person.title)


def address(path: str) -> str:
    """The whole address of a page or of a part of the API."""
    return f"{settings().effective_base_url}{path}"


def items(session: Session, viewer: Person | None, rows: list[Row]) -> list[Item]:
    """The items of a list, in a number of queries that does not grow with them."""
    numbers = [row.number for row in rows]
    tagged, voted = tags.of_items(session, numbers), votes.of(session, viewer, numbers)
    return [Item(**fields(row, viewer, tagged, voted)) for row in rows]


def fields(
    row: Row,
    viewer: Person | None,
    tagged: Mapping[int, list[Label]],
    voted: Mapping[int, Weight | None],
) -> dict[str, object]:
    """What a list shows of an item, by the names of the API."""
    same = {name: getattr(row, name) for name in SAME}
    return same | {
        "url": address(row.path),
        "board": row.board_slug,
        "tags": [tag.slug for tag in tagged[row.number]],
        "votes": row.vote_count,
        "imported_votes": row.earlier_vote_count,
        "voted": None if viewer is None else row.number in voted,
        "comments": row.comment_count,
        "answer": _answer(row),
    }


SAME = [name for name in Item.model_fields if hasattr(Row, name) and name != "board"]


def _answer(row: Row) -> Answer | None:
    if row.answered_at is None:
        return None
    by = Byline(name=row.answered_by, title=row.answerer_title or "")
    return Answer(words=row.answer, by=by, at=row.answered_at)


def earlier(edits: list[Edit]) -> list[Earlier]:
    return [Earlier(field=edit.field, words=edit.earlier, at=edit.at) for edit in edits]
