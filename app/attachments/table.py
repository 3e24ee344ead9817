"""The table of attachments."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Column, Field, SQLModel

from app import db, policy
from app.comments import Comment
from app.items import Item
from app.people import Person
from app.status_changes import StatusChange

NAME_MOST = 120
SHOWN_HEIGHT_MOST = 192  # pixels of a style sheet


class Kind(StrEnum):
    PICTURE = "picture"
    TEXT = "text"


class Attachment(SQLModel, table=True):
    """A file in the store. Without an item it waits for the post that it was sent with.

    Of what was said it belongs to a comment or a status change, or else to the item itself. `person_id` is missing
    while somebody who sent it has not signed in yet. `leaks` are lines in which a secret may stand, with its kind.
    The row of a file that was removed stays, and says by whom.
    """

    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint(
            "(item_number IS NOT NULL AND person_id IS NOT NULL) OR (comment_id IS NULL AND status_change_id IS NULL)",
            name="waits_or_belongs",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=32)
    kind: Kind = Field(sa_type=db.Word(Kind))
    media_type: str = Field(max_length=40)
    name: str = Field(max_length=NAME_MOST)
    size: int
    sha256: str = Field(max_length=64)
    width: int | None = None
    height: int | None = None
    leaks: list[tuple[int, str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    at: datetime
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    item_number: int | None = Field(default=None, foreign_key="item.number", index=True)
    comment_id: int | None = Field(default=None, foreign_key="comment.id", index=True)
    status_change_id: int | None = Field(default=None, foreign_key="status_change.id", index=True)
    removed_at: datetime | None = None
    removed_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)

    @property
    def path(self) -> str:
        return f"/attachments/{self.key}"

    @property
    def is_picture(self) -> bool:
        return self.kind is Kind.PICTURE

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height at which a page shows a picture, so that its place is there before it comes."""
        width, height = self.width or 0, self.height or 0
        scale = min(1, SHOWN_HEIGHT_MOST / height) if height else 1
        return round(width * scale), round(height * scale)

    @property
    def is_removed(self) -> bool:
        return self.removed_at is not None

    def came_with(self, said: SQLModel | None) -> bool:
        """Whether it came with this comment or this status change, or with this item itself."""
        match said:
            case Comment():
                return self.comment_id == said.id
            case StatusChange():
                return self.status_change_id == said.id
            case Item():
                return (self.item_number, self.comment_id, self.status_change_id) == (said.number, None, None)
        return False

    def may_be_removed_by(self, person: Person | None) -> bool:
        """Whoever sent it, and maintainers: a secret that slipped in must not stay."""
        is_theirs = person is not None and person.id == self.person_id
        return not self.is_removed and (is_theirs or policy.is_maintainer(person))
