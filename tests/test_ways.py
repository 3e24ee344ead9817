"""How a view is found, and what that costs: as much as a page of all, whatever is chosen and however many share it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlmodel import Session, select

from app import db, embeds, listing, roadmap, search
from app.boards import Board
from app.embeds import Excerpt
from app.items import Item
from app.listing import Sort, View, pages, ways
from app.people import Person
from app.statuses import Kind, Status
from app.tags import ItemTag, Tag
from tests import factories
from tests.effort import steps
from tests.fixtures.database import ONLY_SQLITE

MANY = 4_000
PAGE_MOST = 22_000  # steps of SQLite, of which it takes nine to count one item, up to 600 or 1,500 for each choice
SEARCH_MOST = 100_000  # to look at the row of each match takes half as much again at least
BY_COLUMN = [sort for sort in Sort if sort is not Sort.BEST]
ON_SMALL = 800  # every so manieth item is on that board
TAGS: dict[str, Callable[[int, int], bool]] = {  # which items have each, by number and how many there are
    "rare": lambda number, _count: number % 500 == 0,
    "old": lambda number, count: number > count - 200,
    "common": lambda number, _count: number % 3 == 0,
}
CHOICES: list[dict[str, Any]] = [
    {"tag": "common"},
    {"tag": "rare"},
    {"tag": "old"},
    {"board": "small"},
    {"board": "general"},
    {"status": Status.PLANNED},
    {"status": Status.ACKNOWLEDGED},
    {"status": Status.DUPLICATE},
    {"board": "small", "tag": "common", "status": Status.ACKNOWLEDGED, "kind": Kind.DEFECT},
    {"board": "general", "tag": "rare", "status": Status.ACKNOWLEDGED},
    {"tag": "common", "status": Status.PLANNED},
]


def fill(session: Session, member: Person, count: int) -> None:
    """So many items, the older the higher their number: some are planned, half of the rest is new or acknowledged."""
    small = factories.board(session, "small")
    tags = [Tag(slug=name, name=name.capitalize()) for name in TAGS]
    session.add_all(tags)
    one = factories.item(session, member).model_dump()
    rows = [{**one, **_about(number, small)} for number in range(2, count + 1)]
    session.execute(insert(Item), rows)
    session.execute(
        insert(ItemTag),
        [
            {"item_number": row["number"], "tag_id": tag.id}
            for row in rows
            for tag in tags
            if TAGS[tag.slug](row["number"], count)
        ],
    )


def _about(number: int, small: Board) -> dict[str, Any]:
    at = db.now() - timedelta(minutes=number)
    status = [Status.ACKNOWLEDGED, Status.NEW][number % 2]
    answered = status is not Status.NEW
    return {
        "number": number, "root": number, "form_key": None, "kind": list(Kind)[number % 3 == 0],
        "status": Status.PLANNED if number % 800 == 30 else status,
        "support": number % 50, "trend": number * 7919 % 4001 / 10, "posted_at": at, "status_changed_at": at,
        "answered_at": at if answered else None, "waiting_since": None if answered else at,
        **({"board_id": small.id} if number % ON_SMALL == 0 else {}),
    }  # fmt: skip


@pytest.fixture
def board(session: Session, member: Person) -> Callable[[int], None]:
    return lambda count: fill(session, member, count)


@ONLY_SQLITE  # PostgreSQL chooses by the figures of a filled table
def test_a_page_costs_little_whatever_is_chosen(session: Session, board: Callable[[int], None]) -> None:
    board(MANY)
    views = [View(sort=sort, **chosen) for chosen in CHOICES for sort in BY_COLUMN]
    taken = {view.path: steps(session, lambda view=view: listing.page(session, None, view)) for view in views}
    assert {path: count for path, count in taken.items() if count > PAGE_MOST} == {}


@ONLY_SQLITE
@pytest.mark.parametrize("ask", [
    lambda session: roadmap.stations(session, None),
    lambda session: embeds.stations(session, Excerpt.asked({"board": "small", "limit": "20"})),
    lambda session: embeds.stations(session, Excerpt.asked({"tag": "rare", "sections": "acknowledged,shipped"})),
], ids=["roadmap", "widget of a board", "widget of a tag"])  # fmt: skip
def test_where_things_stand_costs_little_whoever_has_little(
    session: Session, board: Callable[[int], None], ask: Callable[[Session], object]
) -> None:
    board(MANY)
    assert steps(session, lambda: ask(session)) < 2 * PAGE_MOST


@ONLY_SQLITE
@pytest.mark.parametrize("chosen", [{"tag": "rare"}, {"board": "small"}, {"status": Status.PLANNED}])
def test_a_word_that_all_have_is_looked_for_only_where_few_are(
    session: Session, board: Callable[[int], None], chosen: dict[str, Any]
) -> None:
    board(MANY)
    search.index_all(session, [(number, "Dark mode", "") for number in range(1, MANY + 1)])
    view = View(sort=Sort.BEST, query="dark", **chosen)
    assert 5 <= len(listing.page(session, None, view).rows) <= 8
    assert steps(session, lambda: listing.page(session, None, view)) < SEARCH_MOST


@ONLY_SQLITE
def test_what_is_chosen_is_found_by_itself_where_few_share_it(session: Session, board: Callable[[int], None]) -> None:
    board(MANY)

    def way(**chosen: Any) -> str:
        view = View(**chosen)
        return ways.shared_by_few(session, view.narrowed_by, listing.values_of(None, view))

    assert way() == way(kind=Kind.IDEA) == way(tag="common") == way(status=Status.NEW) == way(board="general") == ""
    assert way(tag="rare", board="general") == way(tag="old") == "tag"
    assert way(board="small", tag="common") == "board"
    assert way(status=Status.PLANNED) == way(status=Status.PLANNED, tag="common") == "status"
    assert way(board="nowhere") == "board"


@pytest.mark.parametrize("sort", BY_COLUMN)
def test_every_way_finds_the_same(
    session: Session, board: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, sort: Sort
) -> None:
    board(200)

    def found(view: View, way: str) -> list[int]:
        """All pages of it, whatever would be sooner."""
        monkeypatch.setattr(pages, "shared_by_few", lambda _session, choices, _values: way if way in choices else "")
        numbers: list[int] = []
        later: View | None = view
        while later is not None:
            page = listing.page(session, None, later)
            numbers += [row.number for row in page.rows]
            later = page.next
        return numbers

    for chosen in CHOICES:
        view = View(sort=sort, **chosen)
        ones = {way: found(view, way) for way in ("", *ways.SHARING)}
        assert len({tuple(numbers) for numbers in ones.values()}) == 1, (chosen, ones)
    everything = found(View(sort=sort), "")
    tagged = set(session.exec(select(ItemTag.item_number).join(Tag).where(Tag.slug == "common")))
    assert found(View(sort=sort, tag="common"), "tag") == [number for number in everything if number in tagged]
