"""Comments under an item."""

from datetime import datetime

from pydantic import BaseModel, Field

from app import policy, timeline
from app.comments import Comment as Row
from app.people import Person
from app.timeline import Entry, Happening
from app.web.api import items, route, shapes
from app.web.kit import Db, ItemInPath, Viewer

areas = route.areas("Comments")


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


@areas.reading.get("/items/{number:int}/comments")
def list_comments(session: Db, viewer: Viewer, item: ItemInPath) -> list[Comment]:
    """Read what was said under an item, the oldest first."""
    items.need_readable(viewer, item)
    story = timeline.of(session, item, viewer)
    return [told(entry, viewer) for entry in story if entry.happening is Happening.COMMENT]


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
        hidden_because=row.hidden_because,
    )  # fmt: skip
