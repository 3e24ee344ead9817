"""Boards and tags: what an item can be put on."""

from pydantic import BaseModel, Field

from app import boards, listing, policy, tags
from app.boards import Access
from app.web.api import route
from app.web.kit import Db, Viewer

areas = route.areas("Boards and tags")


class Board(BaseModel):
    """An area of the product."""

    slug: str = Field(description="Its short name, by which items name it.", examples=["general"])
    name: str = Field(examples=["General"])
    description: str
    access: Access = Field(description="Who sees what is on it.")


class Tag(BaseModel):
    slug: str = Field(description="Its short name, by which items name it.", examples=["speed"])
    name: str = Field(examples=["Speed"])


@areas.reading.get("/boards")
def list_boards(session: Db, viewer: Viewer) -> list[Board]:
    """Read the boards that you may know of, in their order."""
    return [Board.model_validate(board, from_attributes=True) for board in boards.offered_to(session, viewer)]


@areas.reading.get("/tags")
def list_tags(session: Db, viewer: Viewer) -> list[Tag]:
    """Read the tags of the items that you may see; who may tag reads all there are."""
    found = tags.every(session) if policy.may_tag(viewer) else listing.tags_in_use(session, viewer)
    return [Tag.model_validate(tag, from_attributes=True) for tag in found]
