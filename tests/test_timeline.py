"""The story of an item: everything that happened, in order, for this reader, in a fixed number of queries."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from app import comments, db, hiding, items, status_changes, timeline
from app.boards import Access
from app.edits import Edit
from app.items import Item
from app.people import Person
from app.statuses import Reason, Status
from app.timeline import Entry, Happening
from tests import factories
from tests.looking import counted

START = db.now() - timedelta(days=30)
COST = 7


def day(count: float) -> datetime:
    return START + timedelta(days=count)


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Dark mode", at=day(0))


@pytest.fixture
def other(session: Session, other_member: Person) -> Item:
    return factories.item(session, other_member, "A theme for the night", at=day(0))


def story(session: Session, item: Item, viewer: Person | None = None) -> list[Entry]:
    session.flush()
    return timeline.of(session, item, viewer)


def told(session: Session, item: Item, viewer: Person | None = None) -> list[tuple[str, str]]:
    """What happened, and by whom."""
    return [
        (entry.happening.value, entry.person.name if entry.person else "") for entry in story(session, item, viewer)
    ]


def only(session: Session, item: Item, happening: Happening, viewer: Person | None = None) -> Entry:
    (entry,) = (entry for entry in story(session, item, viewer) if entry.happening is happening)
    return entry


def edit(session: Session, item: Item, person: Person, title: str, body: str, at: datetime) -> None:
    """Edit an item as if it had been then."""
    items.edit(session, item, person, title, body, {})
    session.flush()
    for row in session.exec(select(Edit).where(Edit.at == item.edited_at)):
        row.at = at
    session.flush()


def test_a_new_item_has_been_posted(session: Session, item: Item, member: Person) -> None:
    (entry,) = story(session, item)
    assert (entry.happening, entry.person, entry.at, entry.row) == (Happening.POSTED, member, day(0), item)


def test_the_story_is_told_in_order(
    session: Session, item: Item, other: Item, member: Person, other_member: Person, maintainer: Person
) -> None:
    factories.comment(session, item, other_member, at=day(5))
    factories.move(session, item, maintainer, Status.PLANNED, target="2030-10", at=day(3))
    factories.comment(session, item, member, at=day(1))
    status_changes.move_target(session, item, maintainer, "2030-12", "It takes longer.", at=day(4))
    edit(session, item, member, "Night mode", item.body, day(2))
    factories.move(session, other, maintainer, Status.DUPLICATE, duplicate_of=str(item.number), at=day(6))
    factories.move(session, other, maintainer, Status.ACKNOWLEDGED, at=day(7))
    factories.move(session, item, maintainer, Status.SHIPPED, at=day(8))
    assert told(session, item) == [
        ("posted", "Ada Lind"),
        ("comment", "Ada Lind"),
        ("edited", "Ada Lind"),
        ("moved", "Mira Okafor"),
        ("target", "Mira Okafor"),
        ("comment", "Ben Osei"),
        ("merged_in", "Mira Okafor"),
        ("parted", "Mira Okafor"),
        ("moved", "Mira Okafor"),
    ]


def test_a_move_brings_its_words_and_facts(session: Session, item: Item, maintainer: Person) -> None:
    factories.move(session, item, maintainer, Status.DECLINED, "No.", reason=Reason.NOT_FEASIBLE, at=day(1))
    change = only(session, item, Happening.MOVED).row
    assert isinstance(change, status_changes.StatusChange)
    assert (change.to_status, change.html, change.reason) == (Status.DECLINED, "<p>No.</p>\n", Reason.NOT_FEASIBLE)


def test_a_promise_made_with_a_move_is_told_once(session: Session, item: Item, maintainer: Person) -> None:
    factories.move(session, item, maintainer, Status.PLANNED, target="2030-10", at=day(1))
    factories.move(session, item, maintainer, Status.IN_PROGRESS, target="2030-12", at=day(2))
    moves = [entry.target_move for entry in story(session, item) if entry.happening is Happening.MOVED]
    assert [(move.from_target, move.to_target) for move in moves if move] == [(None, "2030-10"), ("2030-10", "2030-12")]
    assert [happening for happening, _who in told(session, item)] == ["posted", "moved", "moved"]


def test_what_the_calendar_did_has_no_person(session: Session, item: Item, member: Person, maintainer: Person) -> None:
    factories.move(session, item, maintainer, Status.DECLINED, reason=Reason.UNANSWERED_QUESTION, at=day(1))
    factories.comment(session, item, member, "Here it is.", at=day(2))
    assert told(session, item) == [
        ("posted", "Ada Lind"),
        ("moved", "Mira Okafor"),
        ("comment", "Ada Lind"),
        ("moved", ""),
    ]


def test_a_hidden_comment_stays_in_its_place_with_who_hid_it(
    session: Session, item: Item, other_member: Person, maintainer: Person
) -> None:
    comment = factories.comment(session, item, other_member, "Fools!", at=day(1))
    comments.hide(session, comment, maintainer, "Rude.")
    entry = only(session, item, Happening.COMMENT)
    assert (entry.row, entry.person, entry.hider, entry.at) == (comment, other_member, maintainer, day(1))


def test_the_earlier_words_of_a_comment_come_with_it(session: Session, item: Item, other_member: Person) -> None:
    comment = factories.comment(session, item, other_member, "First", at=day(1))
    for words in ("Second", "Third"):
        comments.edit(session, comment, other_member, words)
    assert [kept.earlier for kept in only(session, item, Happening.COMMENT).edits] == ["First", "Second"]


def test_the_earlier_words_of_an_explanation_come_with_the_move(
    session: Session, item: Item, maintainer: Person
) -> None:
    change = factories.move(session, item, maintainer, Status.PLANNED, "In May.", at=day(1))
    status_changes.correct(session, change, maintainer, "In June.")
    entry = only(session, item, Happening.MOVED)
    assert [(kept.field, kept.earlier) for kept in entry.edits] == [("explanation", "In May.")]


def test_each_edit_of_the_item_is_one_entry(session: Session, item: Item, member: Person, maintainer: Person) -> None:
    edit(session, item, member, "Night mode", "My eyes.", day(1))
    edit(session, item, maintainer, "Night mode", "Eyes.", day(2))
    entries = [entry for entry in story(session, item) if entry.happening is Happening.EDITED]
    assert [(entry.person, entry.at, [(kept.field, kept.earlier) for kept in entry.edits]) for entry in entries] == [
        (member, day(1), [("title", "Dark mode"), ("body", "It would help us every day.")]),
        (maintainer, day(2), [("body", "My eyes.")]),
    ]


def named(entry: Entry) -> int | None:
    return entry.other.number if entry.other else None


def test_a_duplicate_names_the_item_that_stays(session: Session, item: Item, other: Item, maintainer: Person) -> None:
    factories.move(session, other, maintainer, Status.DUPLICATE, duplicate_of=str(item.number), at=day(1))
    assert named(only(session, other, Happening.MOVED)) == item.number
    assert named(only(session, item, Happening.MERGED_IN)) == other.number


def test_a_second_merge_after_an_undoing_is_told_again(
    session: Session, item: Item, other: Item, maintainer: Person
) -> None:
    for count in (1, 3):
        factories.move(session, other, maintainer, Status.DUPLICATE, duplicate_of=str(item.number), at=day(count))
        factories.move(session, other, maintainer, Status.ACKNOWLEDGED, at=day(count + 1))
    assert [happening for happening, _who in told(session, item)] == [
        "posted", "merged_in", "parted", "merged_in", "parted",
    ]  # fmt: skip


def test_the_moves_of_a_merged_item_stay_in_its_own_story(
    session: Session, item: Item, other: Item, maintainer: Person
) -> None:
    third = factories.item(session, maintainer, "Black on white", at=day(0))
    factories.move(session, other, maintainer, Status.PLANNED, at=day(1))
    factories.move(session, other, maintainer, Status.DUPLICATE, duplicate_of=str(item.number), at=day(2))
    factories.move(session, other, maintainer, Status.ACKNOWLEDGED, at=day(3))
    factories.move(session, other, maintainer, Status.DUPLICATE, duplicate_of=str(third.number), at=day(4))
    factories.move(session, other, maintainer, Status.ACKNOWLEDGED, at=day(5))
    assert [happening for happening, _who in told(session, item)] == ["posted", "merged_in", "parted"]
    assert [happening for happening, _who in told(session, third)] == ["posted", "merged_in", "parted"]


def put_out_of_sight(session: Session, other: Item, maintainer: Person) -> None:
    hiding.hide(session, other, maintainer, "It names a customer.")


def put_on_a_private_board(session: Session, other: Item, maintainer: Person) -> None:
    other.board_id = factories.board(session, "private", access=Access.OWN_CASES).id or 0
    session.flush()


@pytest.mark.parametrize("away", [put_out_of_sight, put_on_a_private_board])
def test_an_item_that_the_reader_may_not_see_is_not_named(
    session: Session, item: Item, other: Item, *, other_member: Person, member: Person, maintainer: Person,
    away: Callable[[Session, Item, Person], None],
) -> None:  # fmt: skip
    factories.move(session, other, maintainer, Status.DUPLICATE, duplicate_of=str(item.number), at=day(1))
    away(session, other, maintainer)
    for viewer in (None, member):
        assert [happening for happening, _who in told(session, item, viewer)] == ["posted"]
    for viewer in (other_member, maintainer):
        assert [happening for happening, _who in told(session, item, viewer)] == ["posted", "merged_in"]


def test_a_duplicate_of_an_item_that_the_reader_may_not_see_does_not_name_it(
    session: Session, item: Item, other: Item, maintainer: Person
) -> None:
    factories.move(session, other, maintainer, Status.DUPLICATE, duplicate_of=str(item.number), at=day(1))
    put_out_of_sight(session, item, maintainer)
    assert only(session, other, Happening.MOVED).other is None
    assert named(only(session, other, Happening.MOVED, maintainer)) == item.number


def test_new_is_what_others_did_since_one_looked(
    session: Session, item: Item, member: Person, maintainer: Person
) -> None:
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED, at=day(1))
    factories.comment(session, item, member, at=day(3))
    factories.move(session, item, maintainer, Status.PLANNED, at=day(4))
    assert [entry.is_new(member, day(2)) for entry in story(session, item)] == [False, False, False, True]
    assert [entry.is_new(member, None) for entry in story(session, item)] == [False] * 4


def test_every_entry_has_its_own_address(
    session: Session, item: Item, other: Item, member: Person, maintainer: Person
) -> None:
    edit(session, item, member, "Night mode", item.body, day(1))
    edit(session, item, member, "Night", item.body, day(2))
    factories.comment(session, item, member, at=day(3))
    factories.move(session, item, maintainer, Status.PLANNED, at=day(4))
    factories.move(session, other, maintainer, Status.DUPLICATE, duplicate_of=str(item.number), at=day(5))
    anchors = [entry.anchor for entry in story(session, item)]
    assert len(set(anchors)) == len(anchors) == 6


def fill(session: Session, item: Item, member: Person, maintainer: Person, times: int) -> None:
    """So many of everything that a story can hold."""
    for count in range(times):
        comment = factories.comment(session, item, member, f"Comment {count}", at=day(count + 0.1))
        comments.edit(session, comment, member, f"Comment {count}, corrected")
        comments.hide(session, factories.comment(session, item, member, f"Rude {count}"), maintainer, "Rude.")
        to = (Status.PLANNED, Status.IN_PROGRESS)[count % 2]
        change = factories.move(session, item, maintainer, to, at=day(count + 0.2))
        status_changes.correct(session, change, maintainer, f"Corrected {count}")
        status_changes.move_target(session, item, maintainer, f"2031-0{count + 1}", "Later.", at=day(count + 0.3))
        edit(session, item, member, f"Title {count}", item.body, day(count + 0.4))
        duplicate = factories.item(session, factories.person(session), f"The same {count}", at=day(0))
        factories.move(session, duplicate, maintainer, Status.DUPLICATE, duplicate_of=str(item.number))


@pytest.mark.parametrize("times", [1, 3])
def test_a_long_story_costs_the_queries_of_a_short_one(
    session: Session, item: Item, member: Person, maintainer: Person, times: int
) -> None:
    fill(session, item, member, maintainer, times)
    session.expunge_all()
    item = session.get_one(Item, item.number)
    with counted(session) as statements:
        entries = timeline.of(session, item, None)
        assert [entry.person.name for entry in entries if entry.person] != []
    assert len(entries) == 1 + 6 * times
    assert len(statements) == COST


def test_a_story_without_events_costs_the_same_but_for_the_items_it_would_name(session: Session, item: Item) -> None:
    with counted(session) as statements:
        timeline.of(session, item, None)
    assert len(statements) == COST - 1
