"""Items: lists with the board's filters, one with all that its page says, and those like a title."""

from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from app import attachments, boards, items, listing, policy, tags, taking_part, text
from app.items import Draft, Item
from app.listing import Sort, View
from app.people import Person
from app.statuses import Kind, Status
from app.tokens import Scope
from app.votes import Weight
from app.web import item_page, kit
from app.web.api import bearer, route, shapes
from app.web.kit import Db, ItemInPath, Member, Viewer
from app.words import _

areas = route.areas("Items")


class Items(BaseModel):
    """A page of a list."""

    items: list[shapes.Item]
    next: str | None = Field(description="The address of the next page; null on the last.", examples=[None])


class NewItem(shapes.Asked):
    """What a person asks for. The last three are answers to the questions that a defect brings."""

    kind: Kind = Kind.IDEA
    board: Annotated[shapes.Text, Field(description="The short name of a board.", examples=["general"])]
    title: Annotated[shapes.Text, shapes.words("What it is about, in one line.", text.TITLE_MOST, "Dark mode")]
    body: Annotated[shapes.Text, shapes.words("CommonMark. A defect says here what happened.", text.BODY_MOST)] = ""
    expected: Annotated[shapes.Text, shapes.words("What was expected.", text.WORDS_MOST)] = ""
    steps: Annotated[shapes.Text, shapes.words("Steps to see it.", text.WORDS_MOST)] = ""
    version: Annotated[shapes.Text, shapes.words("Version.", text.WORDS_MOST)] = ""


class Edit(shapes.Asked):
    """What changes; what is left out stays."""

    title: Annotated[shapes.Text | None, shapes.words("What it is about.", text.TITLE_MOST, "Dark mode")] = None
    body: Annotated[shapes.Text | None, shapes.words("CommonMark.", text.BODY_MOST)] = None
    expected: Annotated[shapes.Text | None, shapes.words("What was expected.", text.WORDS_MOST)] = None
    steps: Annotated[shapes.Text | None, shapes.words("Steps to see it.", text.WORDS_MOST)] = None
    version: Annotated[shapes.Text | None, shapes.words("Version.", text.WORDS_MOST)] = None


class Detail(shapes.Item):
    """An item, with all that its page says of it."""

    body: str = Field(description="CommonMark. For a defect, what happened.")
    expected: str = Field(description="What was expected of a defect's place.")
    steps: str
    version: str
    html: str = Field(description="The text of the item as safe HTML.")
    reporter: shapes.Byline
    edited_at: datetime | None
    workaround: str = Field(description="What can be done today, in CommonMark.")
    due_on: date | None = Field(description="Until when the reporter owes an answer.", examples=[None])
    merged: list[int] = Field(description="The items that were merged into this one.")
    weights: dict[Weight, int] = Field(description="How much it matters to how many.", examples=[{"important": 9}])
    following: bool
    hidden_because: str = Field(description="Why it was put out of sight; empty for what is in sight.")
    attachments: list[shapes.Attachment] = Field(description="Of the item itself; comments and moves have theirs.")


async def _view(
    *,
    sort: Annotated[Sort | None, Query(description="Trending without one; for words, the best match.")] = None,
    board: Annotated[shapes.Text, Query(description="The short name of a board.", examples=["general"])] = "",
    kind: Kind | None = None,
    status: Annotated[Status | None, Query(description="Without one, all but duplicates are listed.")] = None,
    tag: Annotated[shapes.Text, Query(description="The short name of a tag.", examples=["speed"])] = "",
    q: Annotated[shapes.Text, Query(description="Words to search for, or a number.", examples=["dark"])] = "",
    after: Annotated[shapes.Text, Query(description="Where the page before ended; taken from its `next`.")] = "",
) -> View:
    asked = {"sort": sort, "board": board, "kind": kind, "status": status, "tag": tag, "q": q, "after": after}
    return View.asked({name: str(value) for name, value in asked.items() if value})


AskedView = Annotated[View, Depends(_view)]


@areas.reading.get("/items")
def list_items(session: Db, viewer: Viewer, view: AskedView) -> Items:
    """List or search items, twenty at a time, with the filters and orders of the board."""
    _need_known(session, viewer, view)
    page = listing.page(session, viewer, view)
    text.need_begin(view.after, is_first=page.is_first)
    following = f"{route.PREFIX}/items?{urlencode(page.next.parameters)}" if page.next else None
    return Items(items=shapes.items(session, viewer, page.rows), next=following and shapes.address(following))


def _need_known(session: Session, viewer: Person | None, view: View) -> None:
    """Raise Invalid for a board or a tag that is absent, or that this person may not know of."""
    check = text.Checks()
    if view.board:
        offered = {board.slug for board in boards.offered_to(session, viewer)}
        check.choice("board", view.board, offered, label=_("Board"))
    if view.tag:
        in_use = {tag.slug for tag in listing.tags_in_use(session, viewer)}
        check.choice("tag", view.tag, in_use, label=_("Tag"))
    check.done()


@areas.reading.get("/items/similar")
def list_similar_items(
    session: Db, viewer: Viewer,
    title: Annotated[shapes.Text, Query(description="Three characters or more.", examples=["dark mode"])],
) -> Items:  # fmt: skip
    """Find the five items most like a title, declined and shipped ones too, to ask before one is posted."""
    return Items(items=shapes.items(session, viewer, listing.similar(session, viewer, title)), next=None)


@areas.reading.get("/items/{number:int}")
def read_item(session: Db, viewer: Viewer, item: ItemInPath) -> Detail:
    """Read one item."""
    item_page.need_readable(viewer, item)
    return detail(session, viewer, item)


@areas.writing.post("/items", status_code=201)
def post_item(session: Db, person: Member, asked: NewItem, response: Response) -> Detail:
    """Post an item. It carries your vote. Ask for similar ones first."""
    details = {name: getattr(asked, name) for name in items.DETAILS}
    item = taking_part.post(session, person, Draft(asked.kind, asked.board, asked.title, asked.body, details))
    response.headers["Location"] = shapes.address(f"{route.PREFIX}{item.path}")
    return detail(session, person, item)


@areas.writing.patch("/items/{number:int}")
def edit_item(request: Request, session: Db, person: Member, item: ItemInPath, asked: Edit) -> Detail:
    """Change your own words; the earlier ones stay readable. Maintainers change those of others."""
    policy.need(policy.may_edit(person, item))
    if not kit.is_own(person, item.reporter_id):
        bearer.require(request, Scope.MODERATE)
    now = {"title": item.title, "body": item.body} | item.details
    words = now | asked.model_dump(exclude_none=True)
    details = {name: words.get(name, "") for name in items.DETAILS}
    taking_part.edit(session, item, person, words["title"], words["body"], details)
    session.flush()
    return detail(session, person, item)


def detail(session: Session, viewer: Person | None, item: Item) -> Detail:
    row = listing.row(session, viewer, item.number)
    case = item_page.case_of(session, viewer, item)
    tagged = tags.of_items(session, [item.number])
    voted = {item.number: None} if case["voted"] else {}
    files = [file for file in attachments.of_item(session, item.number) if file.came_with(item)]
    return Detail(
        **shapes.fields(row, viewer, tagged, voted),
        **{name: getattr(item, name) for name in ("body", "html", "edited_at", "workaround", "due_on")},
        **{name: item.details.get(name, "") for name in items.DETAILS},
        reporter=shapes.byline(session.get_one(Person, item.reporter_id)),
        merged=[other.number for other in case["merged"]],
        weights=case["weights"],
        following=case["is_following"],
        hidden_because=item.hidden_because,
        attachments=shapes.attachments(files),
    )
