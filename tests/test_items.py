"""Items: what a form may hold, public numbers without gaps, one post for one form, and edits that forget nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, func, select

from app import db, edits, events, items, sight, text
from app.boards import Access, Board
from app.db import Database
from app.edits import Edit, Subject
from app.events import Happened
from app.items import Draft, Item
from app.people import Person
from app.refusals import Invalid, NotFound
from app.statuses import Kind, Status
from tests import factories
from tests.fixtures.database import ONLY_POSTGRESQL
from tests.looking import counted
from tests.together import at_once

DEFECT = {"expected": "A calm list", "steps": "1. Open it", "version": "4.1"}


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Dark mode", body="My eyes hurt at *night*.")


def draft(**fields: str | dict[str, str]) -> Draft:
    return Draft(**{"kind": Kind.IDEA, "board": "general", "title": "Dark mode", "body": "Please.", **fields})


def problems(session: Session, person: Person, given: Draft) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        items.post(session, person, given)
    assert session.exec(select(func.count()).select_from(Item)).one() == 0
    return refusal.value.problems


def earlier_words(session: Session, item: Item) -> list[tuple[str, str, int]]:
    kept = edits.of(session, {Subject.ITEM: [item.number]})[Subject.ITEM].get(item.number, [])
    return [(edit.field, edit.earlier, edit.person_id) for edit in kept]


def test_an_item_is_new_waits_and_has_the_next_number(session: Session, member: Person) -> None:
    numbers = [factories.item(session, member).number for _each in range(3)]
    assert numbers == [1, 2, 3]
    item = session.get_one(Item, 3)
    assert (item.status, item.waiting_since, item.first_answered_at) == (Status.NEW, item.posted_at, None)


def test_the_words_become_html_once_when_they_are_written(item: Item) -> None:
    assert item.html == "<p>My eyes hurt at <em>night</em>.</p>\n"


def test_a_defect_shows_each_answer_below_its_question(session: Session, member: Person) -> None:
    item = factories.item(session, member, kind=Kind.DEFECT, body="It blinks.", **DEFECT)
    assert item.details == DEFECT
    assert item.html == (
        "<p>It blinks.</p>\n\n<h3>What did you expect?</h3>\n<p>A calm list</p>\n\n<h3>Steps to see it</h3>\n"
        "<ol>\n<li>Open it</li>\n</ol>\n\n<h3>Version</h3>\n<p>4.1</p>\n"
    )


def test_an_idea_keeps_no_answers_to_the_questions_of_a_defect(session: Session, member: Person) -> None:
    item = items.post(session, member, draft(details=DEFECT))
    assert item.details == {}


def test_a_defect_may_leave_questions_open(session: Session, member: Person) -> None:
    item = factories.item(session, member, kind=Kind.DEFECT, body="It blinks.", version="4.1", steps=" ")
    assert item.details == {"version": "4.1"}


@pytest.mark.parametrize(
    ("field", "given", "words"),
    [
        ("title", "", "Title: please write something here."),
        ("title", " \u200b\n", "Title: please write something here."),
        ("title", "x" * 201, "Title: 201 characters are too many; the limit is 200."),
        ("body", "x" * 20_001, "Description: 20,001 characters are too many; the limit is 20,000."),
        ("kind", "wish", "Kind: choose one of those offered."),
        ("board", "nowhere", "Board: choose one of those offered."),
    ],
)
def test_each_field_has_a_limit_and_names_it(
    session: Session, member: Person, field: str, given: str, words: str
) -> None:
    assert problems(session, member, draft(**{field: given})) == {field: words}


@pytest.mark.parametrize(
    ("field", "label"),
    [("expected", "What did you expect?"), ("steps", "Steps to see it"), ("version", "Version")],
)
def test_each_answer_of_a_defect_has_a_limit(session: Session, member: Person, field: str, label: str) -> None:
    given = draft(kind=Kind.DEFECT, details={field: "x" * 10_001})
    assert problems(session, member, given) == {field: f"{label}: 10,001 characters are too many; the limit is 10,000."}


def test_a_defect_must_say_what_happened(session: Session, member: Person) -> None:
    assert problems(session, member, draft(kind=Kind.DEFECT, body=" ")) == {
        "body": "What happened: please write something here."
    }


def test_an_idea_may_be_its_title_alone(session: Session, member: Person) -> None:
    assert items.post(session, member, draft(body="")).html == ""


def test_all_that_is_wrong_is_said_at_once(session: Session, member: Person) -> None:
    assert sorted(problems(session, member, draft(title="", body="x" * 20_001, board="nowhere"))) == [
        "board", "body", "title",
    ]  # fmt: skip


@pytest.mark.parametrize("title", ["x" * text.TITLE_MOST, "مرحبا", "👩‍👩‍👧‍👦 families", "<script>alert(1)</script>"])
def test_titles_at_the_limit_and_in_any_script_are_taken(session: Session, member: Person, title: str) -> None:
    assert items.post(session, member, draft(title=title)).title == title


def test_a_title_is_one_line(session: Session, member: Person) -> None:
    assert items.post(session, member, draft(title="  Dark\n\t mode ")).title == "Dark mode"


def test_an_edit_keeps_the_earlier_words_of_what_changed(session: Session, member: Person, item: Item) -> None:
    items.edit(session, item, member, "Night mode", "My eyes hurt at *night*.", {})
    assert (item.title, item.body) == ("Night mode", "My eyes hurt at *night*.")
    assert earlier_words(session, item) == [("title", "Dark mode", member.key)]
    assert item.edited_at is not None


def test_every_edit_is_kept(session: Session, member: Person, maintainer: Person, item: Item) -> None:
    items.edit(session, item, member, "Night mode", item.body, {})
    items.edit(session, item, maintainer, "Night mode", "Eyes.", {})
    assert item.html == "<p>Eyes.</p>\n"
    assert earlier_words(session, item) == [
        ("title", "Dark mode", member.key), ("body", "My eyes hurt at *night*.", maintainer.key),
    ]  # fmt: skip


def test_an_edit_of_a_defect_keeps_its_earlier_answers(session: Session, member: Person) -> None:
    item = factories.item(session, member, "Blinks", kind=Kind.DEFECT, body="It blinks.", **DEFECT)
    items.edit(session, item, member, "Blinks", "It blinks.", {**DEFECT, "version": ""})
    assert item.details == {"expected": "A calm list", "steps": "1. Open it"}
    assert earlier_words(session, item) == [("version", "4.1", member.key)]


def test_an_edit_that_changes_nothing_is_none(session: Session, member: Person, item: Item) -> None:
    items.edit(session, item, member, item.title, item.body, {})
    assert (item.edited_at, earlier_words(session, item)) == (None, [])


def test_a_refused_edit_changes_nothing(session: Session, member: Person, item: Item) -> None:
    with pytest.raises(Invalid) as refusal:
        items.edit(session, item, member, "", item.body, {})
    assert list(refusal.value.problems) == ["title"]
    assert (item.title, earlier_words(session, item)) == ("Dark mode", [])


@pytest.mark.parametrize("number", [0, 2, 999])
def test_an_absent_item_is_not_found(session: Session, item: Item, number: int) -> None:
    with pytest.raises(NotFound):
        sight.find(session, number, None)


@pytest.mark.parametrize(
    ("access", "readers"),
    [
        (Access.PUBLIC, ["visitor", "member", "other_member", "maintainer"]),
        (Access.MEMBERS, ["member", "other_member", "maintainer"]),
        (Access.OWN_CASES, ["member", "maintainer"]),
    ],
)
def test_a_board_that_a_person_may_not_see_hides_that_its_items_exist(
    session: Session, item: Item, *, member: Person, other_member: Person, maintainer: Person, access: Access,
    readers: list[str],
) -> None:  # fmt: skip
    session.execute(update(Board).values(access=access))
    people = {"visitor": None, "member": member, "other_member": other_member, "maintainer": maintainer}
    assert [name for name, person in people.items() if sees(session, item, person)] == readers


def sees(session: Session, item: Item, person: Person | None) -> bool:
    try:
        return sight.find(session, item.number, person) is item
    except NotFound:
        return False


def test_an_item_is_found_in_one_query(session: Session, item: Item, other_member: Person) -> None:
    with counted(session) as statements:
        sight.find(session, item.number, other_member)
    assert len(statements) == 1


def test_the_same_form_again_is_the_item_it_made(session: Session, member: Person, other_member: Person) -> None:
    made = items.post(session, member, draft(), form_key="a" * 64)
    assert items.posted_before(session, member, "a" * 64) is made
    assert items.posted_before(session, member, "b" * 64) is None
    assert items.posted_before(session, other_member, "a" * 64) is None


def test_a_form_sent_ten_times_at_once_makes_one_item(own_database: Database) -> None:
    with own_database.session() as session:
        key = factories.person(session, "Ada Lind").key

    def send(_turn: int) -> int:
        with own_database.session() as session:
            person = session.get_one(Person, key)
            earlier = items.posted_before(session, person, "f" * 64)
            return (earlier or items.post(session, person, draft(), form_key="f" * 64)).number

    with ThreadPoolExecutor(10) as threads:
        assert set(threads.map(send, range(10))) == {1}
    with own_database.session(writes=False) as session:
        assert session.exec(select(col(Item.number))).all() == [1]


def test_items_posted_at_once_have_numbers_without_gaps(own_database: Database) -> None:
    with own_database.session() as session:
        keys = [factories.person(session).key for _each in range(20)]

    def post(key: int) -> int:
        with own_database.session() as session:
            return items.post(session, session.get_one(Person, key), draft()).number

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(post, keys)) == list(range(1, 21))


def test_two_who_edit_at_the_same_moment_lose_no_words(own_database: Database) -> None:
    with own_database.session() as session:
        ada = factories.person(session, "Ada Lind")
        number, person_id = factories.item(session, ada, "Title 0").number, ada.id
    versions = iter([f"Title {version}" for version in range(1, 5)])

    def edit(session: Session) -> None:
        item, person = session.get_one(Item, number), session.get_one(Person, person_id)
        items.edit(session, item, person, next(versions), item.body, {})

    at_once(own_database, edit, 4)
    with own_database.session() as session:
        earlier = [each.earlier for each in session.exec(select(Edit)) if each.field == "title"]
        assert sorted([*earlier, session.get_one(Item, number).title]) == [f"Title {version}" for version in range(5)]


@ONLY_POSTGRESQL
def test_what_points_to_an_item_is_stored_while_somebody_holds_it(own_database: Database) -> None:
    """So who is told of many items and who moves one of them do not wait for each other."""
    with own_database.session() as session:
        person = factories.person(session)
        number = factories.item(session, person).number

    def note(session: Session) -> None:
        events.note(session, Happened.COMMENTED, number, person.id, db.now())

    with own_database.session() as session:
        items.lock(session, number)
        own_database.write(note).result()
