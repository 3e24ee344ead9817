"""What the board's list shows, in which order, and how one page follows the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from app import db, hiding, listing, search, votes
from app.boards import Access
from app.items import Item
from app.listing import Sort, View, pages
from app.people import Person
from app.statuses import Kind, Status
from app.tags import ItemTag, Tag
from tests import factories
from tests.fixtures.database import ONLY_POSTGRESQL, ONLY_SQLITE

BY_COLUMN = [sort for sort in Sort if sort is not Sort.BEST]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def titles(session: Session, viewer: Person | None = None, **chosen: object) -> list[str]:
    view = View.asked({name: str(value) for name, value in chosen.items()})
    return [row.title for row in listing.page(session, viewer, view).rows]


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    session.flush()
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


# --- Views -----------------------------------------------------------------------------------------------------------


def test_the_usual_view_is_the_bare_address() -> None:
    assert View().path == "/"
    assert View.asked({"sort": "trending", "board": "", "q": " "}) == View()


def test_a_view_and_its_address_are_the_same_thing() -> None:
    path = "/?sort=votes&board=planner&kind=defect&status=in_progress&tag=offline&q=last+train"
    view = View(Sort.VOTES, "planner", Kind.DEFECT, Status.IN_PROGRESS, "offline", "last train")
    assert view.path == path
    asked = {"q": "last  train ", "tag": "offline", "status": "in_progress", "kind": "defect", "board": "planner"}
    assert View.asked(asked | {"sort": "votes"}) == view


@pytest.mark.parametrize(
    "asked", [{"sort": "shape"}, {"kind": "wish"}, {"status": "Planned"}, {"colour": "red"}, {"sort": "best"}]
)
def test_words_that_mean_nothing_are_passed_over(asked: dict[str, str]) -> None:
    assert View.asked(asked) == View()


def test_a_search_is_ordered_by_the_best_match_unless_asked_otherwise() -> None:
    assert View.asked({"q": "train"}).sort is Sort.BEST
    assert View.asked({"q": "train"}).path == "/?q=train"
    assert View.asked({"q": "train", "sort": "trending"}).path == "/?sort=trending&q=train"


def test_a_changed_view_begins_at_its_start() -> None:
    assert View(after="5_1.0").but(kind=Kind.IDEA) == View(kind=Kind.IDEA)


# --- What is shown ---------------------------------------------------------------------------------------------------


def test_a_row_says_who_answered_last_and_in_which_words(session: Session, member: Person, maintainer: Person) -> None:
    item = factories.item(session, member, "Last train", kind=Kind.DEFECT)
    factories.move(session, item, maintainer, Status.PLANNED, "We do it **this winter**.", target="2026-12")
    (row,) = listing.page(session, None, View()).rows
    assert (row.answered_by, row.answerer_title, row.answer) == ("Mira Okafor", "CTO", "We do it this winter.")
    assert (row.status, row.target, row.board, row.waiting_since) == (Status.PLANNED, "2026-12", "General", None)
    assert (row.number, row.vote_count, row.comment_count, row.path) == (item.number, 1, 0, item.path)


def test_a_row_that_nobody_answered_says_since_when_it_waits(session: Session, member: Person) -> None:
    factories.item(session, member, at=NOON)
    (row,) = listing.page(session, None, View()).rows
    assert (row.answered_at, row.answer, row.answerer, row.waiting_since) == (None, "", None, NOON)


def test_the_words_of_somebody_who_left_stay_without_the_name(
    session: Session, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED)
    maintainer.name = maintainer.title = ""
    session.flush()
    (row,) = listing.page(session, None, View()).rows
    assert row.answered_by == "A former member"


def test_duplicates_are_shown_only_when_asked_for(session: Session, member: Person, maintainer: Person) -> None:
    first, second = factories.item(session, member, "First"), factories.item(session, member, "Second")
    factories.move(session, second, maintainer, Status.DUPLICATE, duplicate_of=str(first.number))
    assert titles(session) == ["First"]
    assert titles(session, status="duplicate") == ["Second"]


def test_declined_and_shipped_items_are_shown(session: Session, member: Person, maintainer: Person) -> None:
    for status in (Status.DECLINED, Status.SHIPPED):
        factories.move(session, factories.item(session, member, status), maintainer, status)
    assert sorted(titles(session)) == ["declined", "shipped"]


def test_what_a_person_may_not_see_is_not_there(
    session: Session, member: Person, other_member: Person, maintainer: Person
) -> None:
    factories.board(session, "inside", access=Access.MEMBERS)
    factories.board(session, "desk", access=Access.OWN_CASES)
    factories.item(session, member, "Open", at=NOON)
    factories.item(session, member, "Inside", board="inside", at=NOON - timedelta(days=1))
    factories.item(session, member, "Own", board="desk", at=NOON - timedelta(days=2))
    hidden = factories.item(session, member, "Hidden", at=NOON - timedelta(days=3))
    hiding.hide(session, hidden, maintainer, "It names a customer.")
    assert titles(session) == ["Open"]
    assert titles(session, other_member) == ["Open", "Inside"]
    assert titles(session, member) == ["Open", "Inside", "Own", "Hidden"]
    assert titles(session, maintainer) == ["Open", "Inside", "Own", "Hidden"]


def tag(session: Session, item: Item, slug: str) -> None:
    made = Tag(slug=slug, name=slug.capitalize())
    session.add(made)
    session.flush()
    session.add(ItemTag(item_number=item.number, tag_id=made.id or 0))
    session.flush()


def test_filters_go_together(session: Session, member: Person, maintainer: Person) -> None:
    factories.board(session, "app")
    wanted = factories.item(session, member, "Wanted", board="app", kind=Kind.DEFECT)
    factories.move(session, wanted, maintainer, Status.PLANNED)
    tag(session, wanted, "offline")
    factories.item(session, member, "Other")
    assert (
        titles(session, board="app") == titles(session, kind="defect") == titles(session, tag="offline") == ["Wanted"]
    )
    assert titles(session, board="app", kind="defect", status="planned", tag="offline", q="wanted") == ["Wanted"]
    assert titles(session, board="app", kind="idea") == []


def test_only_tags_of_items_that_one_may_see_are_offered(session: Session, member: Person) -> None:
    factories.board(session, "inside", access=Access.MEMBERS)
    tag(session, factories.item(session, member, board="inside"), "secret")
    tag(session, factories.item(session, member), "bicycles")
    session.add(Tag(slug="unused", name="Unused"))
    assert [tag.slug for tag in listing.tags_in_use(session, None)] == ["bicycles"]
    assert [tag.slug for tag in listing.tags_in_use(session, member)] == ["bicycles", "secret"]


# --- Orders ----------------------------------------------------------------------------------------------------------


def test_orders(session: Session, member: Person, other_member: Person, maintainer: Person) -> None:
    old = factories.item(session, member, "Old", at=NOON)
    factories.item(session, member, "New", at=NOON + timedelta(days=40))
    loved = factories.item(session, member, "Loved", at=NOON + timedelta(days=1))
    votes.cast(session, loved, other_member, at=NOON + timedelta(days=2))
    factories.move(session, loved, maintainer, Status.PLANNED, at=NOON + timedelta(days=3))
    factories.move(session, old, maintainer, Status.ACKNOWLEDGED, at=NOON + timedelta(days=4))
    factories.item(session, member, "Older", at=NOON - timedelta(days=1))
    assert titles(session) == ["New", "Loved", "Old", "Older"]
    assert titles(session, sort="new") == ["New", "Loved", "Old", "Older"]
    assert titles(session, sort="votes") == ["Loved", "Older", "New", "Old"]
    assert titles(session, sort="answered") == ["Old", "Loved"]
    assert titles(session, sort="waiting") == ["Older", "New"]


def test_the_best_match_comes_first(session: Session, member: Person) -> None:
    factories.item(session, member, "Tickets by post", body="The train waits for nobody.")
    factories.item(session, member, "Train times by post")
    assert titles(session, q="train") == ["Train times by post", "Tickets by post"]
    assert titles(session, q="train", sort="new") == ["Train times by post", "Tickets by post"]
    assert titles(session, q="nothing-of-this") == []


def test_rows_come_in_the_order_of_the_numbers_that_were_asked_for(
    session: Session, member: Person, maintainer: Person
) -> None:
    numbers = [factories.item(session, member, f"Item {n}").number for n in range(3)]
    hiding.hide(session, session.get_one(Item, numbers[1]), maintainer, "It names a customer.")
    wanted = [numbers[2], numbers[1], 99_999, numbers[0]]
    assert [row.title for row in listing.with_numbers(session, None, wanted)] == ["Item 2", "Item 0"]
    assert listing.with_numbers(session, None, []) == []


# --- Pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(session: Session, member: Person, maintainer: Person) -> Callable[[Sort], None]:
    """More than two pages of items that every order has; half of them share their values with another."""

    def make(sort: Sort) -> None:
        for n in range(2 * listing.PAGE + 5):
            at = NOON + timedelta(minutes=n // 2)
            item = factories.item(session, member, f"Train {n}", at=at)
            if sort is Sort.ANSWERED:
                factories.move(session, item, maintainer, Status.ACKNOWLEDGED, at=at)

    return make


@pytest.mark.parametrize(("sort", "query"), [*((sort, "") for sort in BY_COLUMN), *((sort, "train") for sort in Sort)])
def test_pages_show_everything_once_and_in_order(
    session: Session, many: Callable[[Sort], None], sort: Sort, query: str
) -> None:
    many(sort)
    view: View | None = View(sort=sort, query=query)
    seen: list[list[int]] = []
    while view is not None:
        page = listing.page(session, None, View.asked(view.parameters))
        seen.append([row.number for row in page.rows])
        view = page.next
    shown = [number for numbers in seen for number in numbers]
    assert [len(numbers) for numbers in seen] == [20, 20, 5]
    assert len(set(shown)) == 45
    if sort is not Sort.BEST:
        assert shown == sorted(shown, reverse=sort is not Sort.WAITING)


def test_a_page_begins_where_the_last_one_ended_whatever_was_posted_meanwhile(
    session: Session, member: Person, many: Callable[[Sort], None]
) -> None:
    many(Sort.NEW)
    first = listing.page(session, None, View(sort=Sort.NEW))
    factories.item(session, member, "Brand new", at=db.now())
    assert first.next is not None
    second = listing.page(session, None, first.next)
    assert second.rows[0].number == first.rows[-1].number - 1


MEANINGLESS = ["x", "1", "1_", "_1", "1_x", "1_nan", "1_inf", "1_1e99", "9e99_1", "1_2026-01-01",
               "1_0001-01-01T00:00+23:59", "1_\0", "9" * 5000, "1_" + "9" * 5000, "-1_-1", "²_1"]  # fmt: skip


@pytest.mark.parametrize("sort", Sort)
def test_a_token_that_means_nothing_is_passed_over(session: Session, member: Person, sort: Sort) -> None:
    factories.item(session, member, "Train")
    for after in MEANINGLESS:
        listing.page(session, None, View(sort=sort, after=after, query="train" if sort is Sort.BEST else ""))


# --- Cost ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("sort", BY_COLUMN)
def test_a_page_is_two_queries_and_counts_no_votes(
    session: Session, member: Person, maintainer: Person, sort: Sort, rows: int
) -> None:
    for _ in range(rows):
        factories.move(session, factories.item(session, member), maintainer, Status.ACKNOWLEDGED)
    with counted(session) as statements:
        listing.page(session, member, View(sort=sort, board="general", kind=Kind.IDEA, status=Status.ACKNOWLEDGED))
    how_many_share, of_page = statements  # the first says by which way the page is found
    assert "item.title" not in how_many_share
    assert "vote." not in how_many_share + of_page
    assert "count(" not in of_page
    assert f"LIMIT {listing.PAGE + 1}" in of_page  # no parameter, for which SQLite would plan it each time


def explained(session: Session, way: str, statement: str) -> list[Any]:
    """What SQLite says of how it will go."""
    return list(session.connection().exec_driver_sql(f"{way} {statement.replace('?', '1')}"))


@ONLY_SQLITE  # PostgreSQL chooses by the figures of a filled table
@pytest.mark.parametrize("chosen", [{}, {"board": "general", "kind": Kind.IDEA, "status": Status.PLANNED}])
@pytest.mark.parametrize("sort", BY_COLUMN)
def test_sqlite_walks_an_index_and_reads_one_page(
    session: Session, monkeypatch: pytest.MonkeyPatch, sort: Sort, chosen: dict[str, Any]
) -> None:
    monkeypatch.setattr(pages, "shared_by_few", lambda *_: "")
    is_walked_by_status = chosen and sort in {Sort.ANSWERED, Sort.WAITING}
    walked = f"{'status' if is_walked_by_status else 'by'}_{sort.column.key}"
    with counted(session) as statements:
        listing.page(session, None, View(sort=sort, **chosen))
    plan = [step[3] for step in explained(session, "EXPLAIN QUERY PLAN", statements[0])]
    (of_item,) = (step for step in plan if " item " in step)
    assert f"item USING INDEX ix_item_{walked}" in of_item
    assert not any("TEMP B-TREE" in step for step in plan)
    operations = [
        (name, cursor, row) for _at, name, cursor, _to, row, *_about in explained(session, "EXPLAIN", statements[0])
    ]
    (item,) = (row for name, _cursor, row in operations if name == "DeferredSeek")
    of_conditions = operations[: [name for name, *_about in operations].index("SeekRowid")]  # of the board and person
    assert ("Column", item) not in [(name, cursor) for name, cursor, _row in of_conditions]


@ONLY_SQLITE
@pytest.mark.parametrize("sort", BY_COLUMN)
def test_sqlite_finds_where_a_page_begins_also_among_many_of_the_same_value(
    session: Session, many: Callable[[Sort], None], sort: Sort
) -> None:
    many(sort)
    later = listing.page(session, None, View(sort=sort)).next
    assert later is not None
    with counted(session) as statements:
        listing.page(session, None, later)
    plan = [step[3] for step in explained(session, "EXPLAIN QUERY PLAN", statements[0])]
    same, others = (step for step in plan if " item " in step)
    column, beyond = sort.column.key, ">" if sort.rises else "<"
    assert same.endswith(f"({column}=? AND number{beyond}?)")
    assert others.endswith(f"{column}{beyond}?)")
    assert not any("TEMP B-TREE" in step for step in plan)


@ONLY_POSTGRESQL
def test_postgresql_walks_once_for_a_page_that_begins_somewhere(session: Session, many: Callable[[Sort], None]) -> None:
    """It finds pairs in an index, and of two walks in turn it would read both to their ends."""
    many(Sort.VOTES)
    later = listing.page(session, None, View(sort=Sort.VOTES)).next
    assert later is not None
    with counted(session) as statements:
        listing.page(session, None, later)
    assert "(item.support, item.number) <" in statements[0]
    assert "UNION" not in statements[0]


def test_a_query_may_be_longer_than_it_is_read(session: Session) -> None:
    assert View.asked({"q": "x" * 5000}).query == "x" * search.QUERY_MOST
