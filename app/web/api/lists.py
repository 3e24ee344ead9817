"""Boards and tags: what an item can be put on."""

from pydantic import BaseModel, Field

from app import boards, defect_questions, listing, policy, tags
from app.boards import Access
from app.web.api import route
from app.web.kit import Db, Viewer

areas = route.areas("Boards and tags")


class DefectQuestion(BaseModel):
    question: str = Field(examples=["Which train was it?"])
    why: str = Field(description="What the answer is good for.", examples=["Each railway sends its own times."])


class Board(BaseModel):
    """An area of the product."""

    slug: str = Field(description="Its short name, by which items name it.", examples=["general"])
    name: str = Field(examples=["General"])
    description: str
    access: Access = Field(description="Who sees what is on it.")
    defect_questions: list[DefectQuestion] = Field(
        description="What its form asks about a defect. In the body of what you post, answer what you can."
    )


class Tag(BaseModel):
    slug: str = Field(description="Its short name, by which items name it.", examples=["speed"])
    name: str = Field(examples=["Speed"])


@areas.reading.get("/boards")
def list_boards(session: Db, viewer: Viewer) -> list[Board]:
    """Read the boards that you may know of, in their order."""
    offered = boards.offered_to(session, viewer)
    asked = defect_questions.of_all(session, offered)
    return [
        Board(**board.model_dump(), defect_questions=[each.model_dump() for each in asked.get(board.id or 0, [])])
        for board in offered
    ]


@areas.reading.get("/tags")
def list_tags(session: Db, viewer: Viewer) -> list[Tag]:
    """Read the tags of the items that you may see; who may tag reads all there are."""
    found = tags.every(session) if policy.may_tag(viewer) else listing.tags_in_use(session, viewer)
    return [Tag.model_validate(tag, from_attributes=True) for tag in found]
