"""The pipeline: what each status asks for, what may follow what, and that the tables refuse what the verbs refuse."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, text

from app import db, people, status_changes
from app.db import Database
from app.edits import Edit
from app.items import Item
from app.people import Person, Role
from app.refusals import Invalid, NotAllowed, Refused
from app.status_changes import Move, StatusChange, TargetMove
from app.statuses import CLOSED, Reason, Status, may_follow
from app.words import day
from tests import factories

WORDS = "We looked into it, and this is what we think."
TODAY = db.now().date()


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Export to a spreadsheet")


@pytest.fixture
def other(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Export to a table")


def moves(session: Session, item: Item) -> list[StatusChange]:
    found = select(StatusChange).where(StatusChange.item_number == item.number).order_by(col(StatusChange.id))
    return list(session.exec(found))


def bring(session: Session, item: Item, person: Person, to: Status, other: Item) -> None:
    """Bring a new item to a status by one move, or leave it new."""
    if to is not Status.NEW:
        factories.move(session, item, person, to, **asked_for(to, other))


def asked_for(to: Status, other: Item) -> dict[str, str]:
    return {"duplicate_of": str(other.number)} if to is Status.DUPLICATE else {}


def problems(session: Session, item: Item, person: Person, **move: str) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        status_changes.change(session, item, person, Move(**move))
    assert moves(session, item) == []
    return refusal.value.problems


# Rule 1: no silent move


@pytest.mark.parametrize("to", [status for status in Status if status is not Status.NEW])
@pytest.mark.parametrize("words", ["", " \n\t", "\u200b\u2060", "\u3164 \u115f\u1160\uffa0\u2800"])
def test_no_move_is_silent(
    session: Session, maintainer: Person, item: Item, other: Item, *, to: Status, words: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        factories.move(session, item, maintainer, to, words, **asked_for(to, other))
    assert list(refusal.value.problems) == ["explanation"]
    assert (item.status, item.answer, moves(session, item)) == (Status.NEW, "", [])


def test_a_move_is_a_row_that_says_who_when_from_to_and_why(session: Session, maintainer: Person, item: Item) -> None:
    at = db.now() + timedelta(hours=1)
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED, "We see it *too*.", at=at)
    (row,) = moves(session, item)
    assert (row.person_id, row.at, row.from_status, row.to_status, row.explanation, row.html, row.is_automatic) == (
        maintainer.id, at, Status.NEW, Status.ACKNOWLEDGED, "We see it *too*.", "<p>We see it <em>too</em>.</p>\n",
        False,
    )  # fmt: skip
    assert (item.status, item.status_changed_at, item.changed_at) == (Status.ACKNOWLEDGED, at, at)
    assert (item.answer, item.answerer_id, item.answered_at) == ("We see it too.", maintainer.id, at)
    assert (item.first_answered_at, item.waiting_since) == (at, None)


def test_a_move_needs_words_of_at_most_ten_thousand_characters(
    session: Session, maintainer: Person, item: Item
) -> None:
    assert problems(session, item, maintainer, to="acknowledged", explanation="a" * 10_001) == {
        "explanation": "Explanation: 10,001 characters are too many; the limit is 10,000."
    }


def test_only_maintainers_move_but_an_advocate_may_ask(
    session: Session, member: Person, advocate: Person, item: Item
) -> None:
    for person in (member, advocate):
        with pytest.raises(NotAllowed):
            factories.move(session, item, person, Status.ACKNOWLEDGED)
    with pytest.raises(NotAllowed):
        factories.move(session, item, member, Status.NEEDS_INFO)
    assert factories.move(session, item, advocate, Status.NEEDS_INFO).person_id == advocate.id


def test_whoever_has_chosen_no_name_moves_and_promises_nothing(
    session: Session, maintainer: Person, owner: Person, item: Item
) -> None:
    factories.move(session, item, maintainer, Status.PLANNED)
    owner.name = people.provisional_name(owner)
    for act in (
        lambda: factories.move(session, item, owner, Status.DECLINED),
        lambda: status_changes.move_target(session, item, owner, "2031-05", WORDS),
    ):
        with pytest.raises(Refused):
            act()
    assert (item.target, item.answerer_id, len(moves(session, item))) == (None, maintainer.id, 1)
    people.introduce(session, owner, "Noor Haddad", "")
    factories.move(session, item, owner, Status.DECLINED)
    assert item.answerer_id == owner.id


def test_a_word_that_is_no_status_is_not_taken(session: Session, maintainer: Person, item: Item) -> None:
    assert problems(session, item, maintainer, to="done", explanation=WORDS) == {
        "to": "Status: choose one of those offered."
    }


# Rule 2: a refusal says why


def test_declining_needs_a_reason_of_the_list(session: Session, maintainer: Person, item: Item) -> None:
    for reason in ("", "because"):
        found = problems(session, item, maintainer, to="declined", explanation=WORDS, reason=reason)
        assert found == {"reason": "Reason: choose one of those offered."}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_declines(session: Session, maintainer: Person, item: Item, reason: Reason) -> None:
    row = factories.move(session, item, maintainer, Status.DECLINED, reason=reason)
    assert (row.reason, item.reason, item.status) == (reason, reason, Status.DECLINED)


def test_a_declined_item_is_looked_at_again_in_a_year_unless_said_otherwise(
    session: Session, maintainer: Person, item: Item, other: Item
) -> None:
    at = db.now()
    soon = (at + timedelta(days=30)).date()
    factories.move(session, item, maintainer, Status.DECLINED, at=at)
    factories.move(session, other, maintainer, Status.DECLINED, at=at, review_on=soon.isoformat())
    assert (item.review_on, other.review_on) == ((at + timedelta(days=365)).date(), soon)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("soon", "Look again on: write a date like 2027-01-31."),
        ("2027-02-30", "Look again on: write a date like 2027-01-31."),
        (TODAY.isoformat(), "Look again on: choose a day after today and within ten years."),
        ((TODAY + timedelta(days=3_700)).isoformat(), "Look again on: choose a day after today and within ten years."),
    ],
)
def test_a_review_date_is_a_day_to_come(
    session: Session, maintainer: Person, item: Item, typed: str, words: str
) -> None:
    found = problems(session, item, maintainer, to="declined", explanation=WORDS, reason="obsolete", review_on=typed)
    assert found == {"review_on": words}


def test_a_workaround_holds_until_the_item_is_out(session: Session, maintainer: Person, item: Item) -> None:
    factories.move(session, item, maintainer, Status.DECLINED, workaround="Copy the *rows*.")
    assert (item.workaround, item.workaround_html) == ("Copy the *rows*.", "<p>Copy the <em>rows</em>.</p>\n")
    for to in (Status.ACKNOWLEDGED, Status.DECLINED, Status.ACKNOWLEDGED, Status.PLANNED):
        factories.move(session, item, maintainer, to)
        assert item.workaround == "Copy the *rows*."
    factories.move(session, item, maintainer, Status.SHIPPED)
    assert (item.workaround, item.workaround_html) == ("", "")


def test_an_emptied_workaround_is_gone(session: Session, maintainer: Person, item: Item) -> None:
    factories.move(session, item, maintainer, Status.DECLINED, workaround="Copy the rows.")
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED)
    factories.move(session, item, maintainer, Status.DECLINED, workaround="")
    assert (item.workaround, item.workaround_html) == ("", "")


# Rule 5: which may follow which


@pytest.mark.parametrize("to", Status)
@pytest.mark.parametrize("earlier", Status)
def test_any_open_status_may_follow_another_and_a_closed_item_opens_first(
    session: Session, maintainer: Person, item: Item, other: Item, *, earlier: Status, to: Status
) -> None:
    bring(session, item, maintainer, earlier, other)
    allowed = to is Status.ACKNOWLEDGED if earlier in CLOSED else to not in (Status.NEW, earlier)
    assert (to in may_follow(earlier)) is allowed
    if allowed:
        factories.move(session, item, maintainer, to, **asked_for(to, other))
        assert (item.status, len(moves(session, item))) == (to, 1 if earlier is Status.NEW else 2)
    else:
        with pytest.raises(Refused):
            factories.move(session, item, maintainer, to, **asked_for(to, other))
        assert item.status is earlier


def test_the_same_status_again_is_refused_with_what_happened_meanwhile(
    session: Session, maintainer: Person, owner: Person, item: Item
) -> None:
    factories.move(session, item, owner, Status.PLANNED, "It comes with the new tables.")
    with pytest.raises(Refused) as refusal:
        factories.move(session, item, maintainer, Status.PLANNED, seen=Status.NEW)
    assert refusal.value.words == (
        f"Somebody was faster: Noor Haddad, Founder moved #{item.number} to “Planned” on {day(TODAY)}: "
        "It comes with the new tables."
    )


def test_a_move_of_what_others_moved_meanwhile_is_refused(
    session: Session, maintainer: Person, owner: Person, item: Item
) -> None:
    factories.move(session, item, owner, Status.PLANNED)
    with pytest.raises(Refused):
        factories.move(session, item, maintainer, Status.DECLINED, seen=Status.NEW)
    assert item.status is Status.PLANNED
    factories.move(session, item, maintainer, Status.DECLINED, seen=Status.PLANNED)


def test_a_double_click_moves_once_and_says_so(session: Session, maintainer: Person, item: Item) -> None:
    factories.move(session, item, maintainer, Status.PLANNED, WORDS, seen=Status.NEW)
    with pytest.raises(Refused) as refusal:
        factories.move(session, item, maintainer, Status.PLANNED, WORDS, seen=Status.NEW)
    assert refusal.value.words == f"You have moved #{item.number} to “Planned” already: {WORDS}"
    assert len(moves(session, item)) == 1


def test_a_move_that_cannot_be_says_where_the_item_stands(session: Session, maintainer: Person, item: Item) -> None:
    factories.move(session, item, maintainer, Status.SHIPPED)
    with pytest.raises(Refused) as refusal:
        factories.move(session, item, maintainer, Status.PLANNED, seen=Status.SHIPPED)
    assert refusal.value.words == f"#{item.number} is “Shipped” and cannot go to “Planned” from there."


def test_of_two_maintainers_at_once_one_wins_and_the_other_is_told(own_database: Database) -> None:
    with own_database.session() as session:
        people = [factories.person(session, name, role=Role.MAINTAINER) for name in ("Mira Okafor", "Tomasz Nowak")]
        number = factories.item(session, people[0]).number
    together, outcomes = Barrier(2), []

    def move(person: Person, to: Status) -> None:
        together.wait(timeout=60)
        try:
            with own_database.session() as session:
                factories.move(session, session.get_one(Item, number), person, to, seen=Status.NEW)
            outcomes.append("moved")
        except Refused as refusal:
            outcomes.append(refusal.words.partition(" moved ")[0])

    chosen = zip(people, (Status.PLANNED, Status.SHIPPED), strict=True)
    threads = [Thread(target=move, args=each) for each in chosen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    with own_database.session(writes=False) as session:
        (row,) = moves(session, session.get_one(Item, number))
        winner = session.get_one(Person, row.person_id)
        assert session.get_one(Item, number).status is row.to_status
    assert sorted(outcomes) == sorted(["moved", f"Somebody was faster: {winner.name}"])


# Rule 7: a history once public stays


def test_a_correction_keeps_the_earlier_words(session: Session, maintainer: Person, item: Item) -> None:
    row = factories.move(session, item, maintainer, Status.PLANNED, "It comes in Mai.", target="2027-05")
    for words in ("It comes in *May*.", "It comes in June."):
        status_changes.correct(session, row, maintainer, words)
    session.flush()
    assert session.exec(select(Edit.earlier).order_by(col(Edit.id))).all() == ["It comes in Mai.", "It comes in *May*."]
    assert (row.explanation, row.html, item.answer) == (
        "It comes in June.", "<p>It comes in June.</p>\n", "It comes in June.",
    )  # fmt: skip
    (promise,) = session.exec(select(TargetMove)).all()
    session.refresh(promise)
    assert (promise.cause, promise.html) == (row.explanation, row.html)


def test_a_correction_of_older_words_leaves_the_latest_answer(session: Session, maintainer: Person, item: Item) -> None:
    older = factories.move(session, item, maintainer, Status.ACKNOWLEDGED, at=db.now() - timedelta(days=1))
    factories.move(session, item, maintainer, Status.PLANNED, "It is planned.")
    status_changes.correct(session, older, maintainer, "We see it.")
    assert item.answer == "It is planned."


def test_a_correction_needs_words_and_a_maintainer(
    session: Session, maintainer: Person, advocate: Person, item: Item
) -> None:
    row = factories.move(session, item, maintainer, Status.ACKNOWLEDGED)
    with pytest.raises(Invalid):
        status_changes.correct(session, row, maintainer, " ")
    with pytest.raises(NotAllowed):
        status_changes.correct(session, row, advocate, "Other words.")
    status_changes.correct(session, row, maintainer, f" {row.explanation} ")
    assert session.exec(select(Edit)).all() == []


# Targets


def targets_of(session: Session, item: Item) -> list[tuple[str | None, str | None, str]]:
    found = select(TargetMove).where(TargetMove.item_number == item.number).order_by(col(TargetMove.id))
    return [(move.from_target, move.to_target, move.cause) for move in session.exec(found)]


def test_each_move_of_the_target_is_recorded_with_its_cause(session: Session, maintainer: Person, item: Item) -> None:
    factories.move(session, item, maintainer, Status.PLANNED, "We plan it.", target="2027-q1")
    factories.move(session, item, maintainer, Status.IN_PROGRESS, "We began.")
    status_changes.move_target(session, item, maintainer, "2027-05", "The tables took longer.")
    status_changes.move_target(session, item, maintainer, "", "We cannot say when.")
    assert item.target is None
    assert targets_of(session, item) == [
        (None, "2027-Q1", "We plan it."),
        ("2027-Q1", "2027-05", "The tables took longer."),
        ("2027-05", None, "We cannot say when."),
    ]
    assert item.answer == "We cannot say when."


@pytest.mark.parametrize("to", [Status.ACKNOWLEDGED, Status.DECLINED, Status.DUPLICATE])
def test_what_promises_nothing_ends_the_target(
    session: Session, maintainer: Person, item: Item, other: Item, to: Status
) -> None:
    factories.move(session, item, maintainer, Status.PLANNED, target="2027-03")
    factories.move(session, item, maintainer, to, "Not after all.", **asked_for(to, other))
    assert (item.target, targets_of(session, item)[-1]) == (None, ("2027-03", None, "Not after all."))


@pytest.mark.parametrize("to", [Status.IN_PROGRESS, Status.NEEDS_INFO, Status.SHIPPED])
def test_a_target_stays_while_the_promise_stands(session: Session, maintainer: Person, item: Item, to: Status) -> None:
    factories.move(session, item, maintainer, Status.PLANNED, target="2027-03")
    factories.move(session, item, maintainer, to)
    assert (item.target, len(targets_of(session, item))) == ("2027-03", 1)


def test_the_target_of_what_is_asked_about_moves_too(session: Session, maintainer: Person, item: Item) -> None:
    factories.move(session, item, maintainer, Status.PLANNED, target="2027-03")
    factories.move(session, item, maintainer, Status.NEEDS_INFO)
    status_changes.move_target(session, item, maintainer, "2027-05", "We wait for the log.")
    assert targets_of(session, item)[1:] == [("2027-03", "2027-05", "We wait for the log.")]


@pytest.mark.parametrize("typed", ["soon", "2027-13", "2027-Q5", "1999-01", "2027-1"])
def test_a_target_is_a_month_or_a_quarter(session: Session, maintainer: Person, item: Item, typed: str) -> None:
    words = {"target": "Target: write a month like 2026-12 or a quarter like 2027-Q1."}
    assert problems(session, item, maintainer, to="planned", explanation=WORDS, target=typed) == words
    factories.move(session, item, maintainer, Status.PLANNED)
    with pytest.raises(Invalid) as refusal:
        status_changes.move_target(session, item, maintainer, typed, WORDS)
    assert refusal.value.problems == words


def test_a_target_moves_by_a_maintainer_with_a_cause_and_only_where_something_is_promised(
    session: Session, maintainer: Person, advocate: Person, item: Item
) -> None:
    with pytest.raises(Refused):
        status_changes.move_target(session, item, maintainer, "2027-05", WORDS)
    factories.move(session, item, maintainer, Status.PLANNED, target="2027-05")
    with pytest.raises(NotAllowed):
        status_changes.move_target(session, item, advocate, "2027-06", WORDS)
    with pytest.raises(Invalid) as refusal:
        status_changes.move_target(session, item, maintainer, "2027-05", " ")
    assert refusal.value.problems == {
        "target": "Target: this is the target it already has.",
        "cause": "Why the target moves: please write something here.",
    }


# Shipped


def test_shipped_says_where(session: Session, maintainer: Person, item: Item) -> None:
    row = factories.move(
        session, item, maintainer, Status.SHIPPED, shipped_in="4.2", shipped_link="https://example.org/4.2"
    )
    assert (row.shipped_in, row.shipped_link) == ("4.2", "https://example.org/4.2")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "example.org", "https://"])
def test_a_link_is_an_address_of_the_web(session: Session, maintainer: Person, item: Item, link: str) -> None:
    assert problems(session, item, maintainer, to="shipped", explanation=WORDS, shipped_link=link) == {
        "shipped_link": "Link: give an address that begins with https:// or http://."
    }


def test_what_another_status_asks_for_is_left_aside(session: Session, maintainer: Person, item: Item) -> None:
    row = factories.move(
        session, item, maintainer, Status.ACKNOWLEDGED, reason="nonsense", review_on="never", why="x", due_on="never",
        duplicate_of="99", target="soon", shipped_in="x" * 99, shipped_link="x", workaround="Copy.",
    )  # fmt: skip
    assert (row.reason, row.review_on, row.why, row.due_on, row.duplicate_of, row.target, row.workaround) == (
        None, None, "", None, None, None, "",
    )  # fmt: skip
    assert item.workaround == ""


# Many at once


def test_many_move_with_the_words_written_once(session: Session, maintainer: Person, member: Person) -> None:
    some = [factories.item(session, member, f"Item {number}") for number in range(3)]
    move = Move(to="declined", explanation="None of these fits.", reason="out_of_scope")
    rows = status_changes.change_many(session, some[::-1], maintainer, move)
    assert [(row.item_number, row.explanation) for row in rows] == [
        (item.number, "None of these fits.") for item in some
    ]
    assert {(item.status, item.answer, item.answerer_id) for item in some} == {
        (Status.DECLINED, "None of these fits.", maintainer.id)
    }


def test_all_of_many_move_or_none(session: Session, maintainer: Person, owner: Person, member: Person) -> None:
    some = [factories.item(session, member, f"Item {number}") for number in range(4)]
    seen = {item.number: item.status for item in some}
    for late in (some[1], some[3]):
        factories.move(session, late, owner, Status.PLANNED, f"About {late.title}.")
    with pytest.raises(Refused) as refusal:
        status_changes.change_many(session, some, maintainer, Move(to="acknowledged", explanation=WORDS), seen=seen)
    assert refusal.value.words.splitlines() == [
        f"Somebody was faster: Noor Haddad, Founder moved #{late.number} to “Planned” on {day(TODAY)}: "
        f"About {late.title}."
        for late in (some[1], some[3])
    ]
    assert [len(moves(session, item)) for item in some] == [0, 1, 0, 1]


def test_at_least_one_and_at_most_a_hundred_move_at_once(session: Session, maintainer: Person, item: Item) -> None:
    for chosen, words in (
        ([], "Choose at least one item."),
        ([item] * 101, "101 items are too many; the limit is 100 at once."),
    ):
        with pytest.raises(Invalid) as refusal:
            status_changes.change_many(session, chosen, maintainer, Move(to="acknowledged", explanation=WORDS))
        assert refusal.value.problems == {"chosen": words}


# The tables refuse what the verbs refuse

ROW = {
    "person_id": None, "is_automatic": False, "from_status": "new", "to_status": "acknowledged", "explanation": "Seen.",
    "reason": None, "review_on": None, "why": "", "due_on": None, "duplicate_of": None,
}  # fmt: skip
LATER = date(2030, 1, 1)


@pytest.mark.parametrize(
    "broken",
    [
        {"explanation": ""},
        {"explanation": "   "},
        {"explanation": None},
        {"person_id": None},
        {"to_status": "new", "from_status": "planned"},
        {"from_status": "acknowledged"},
        {"from_status": "shipped", "to_status": "planned"},
        {"from_status": "declined", "to_status": "in_progress"},
        {"from_status": "duplicate", "to_status": "shipped"},
        {"to_status": "declined", "review_on": LATER},
        {"to_status": "declined", "reason": "obsolete"},
        {"to_status": "declined", "reason": "because", "review_on": LATER},
        {"to_status": "needs_info", "due_on": LATER},
        {"to_status": "needs_info", "why": "  ", "due_on": LATER},
        {"to_status": "needs_info", "why": "To see it."},
        {"to_status": "duplicate"},
        {"to_status": "duplicate", "duplicate_of": "itself"},
        {"to_status": "duplicate", "duplicate_of": 4711},
    ],
    ids=str,
)
def test_no_row_breaks_a_rule_by_way_of_sql(
    session: Session, maintainer: Person, item: Item, broken: dict[str, object]
) -> None:
    row = ROW | {"person_id": maintainer.id} | broken
    row["duplicate_of"] = item.number if row["duplicate_of"] == "itself" else row["duplicate_of"]
    assert not insert(session, item, row)
    assert insert(session, item, ROW | {"person_id": maintainer.id})


def insert(session: Session, item: Item, row: dict[str, object]) -> bool:
    """Write a status change past the verbs; say whether the database took it."""
    row = row | {"item_number": item.number, "at": db.now(), "html": "", "workaround": "", "shipped_in": "",
                 "shipped_link": ""}  # fmt: skip
    names = ", ".join(row)
    statement = text(f"INSERT INTO status_change ({names}) VALUES ({', '.join(f':{name}' for name in row)})")  # noqa: S608
    try:
        with session.begin_nested():
            session.execute(statement, row)
    except IntegrityError:
        return False
    return True


def update(session: Session, table: str, key: str, value: object, **columns: object) -> bool:
    """Change a row past the verbs; say whether the database took it."""
    changes = ", ".join(f"{name} = :{name}" for name in columns)
    try:
        with session.begin_nested():
            session.execute(text(f"UPDATE {table} SET {changes} WHERE {key} = :key"), columns | {"key": value})  # noqa: S608
    except IntegrityError:
        return False
    return True


@pytest.mark.parametrize("to", [status for status in Status if status is not Status.ACKNOWLEDGED])
def test_an_item_goes_only_where_its_last_row_says(
    session: Session, maintainer: Person, item: Item, other: Item, to: Status
) -> None:
    columns: dict[str, object] = {"status": to.value, "reason": "obsolete", "review_on": LATER}
    columns |= {"merged_into": other.number, "root": other.number} if to is Status.DUPLICATE else {}
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED)
    assert not update(session, "item", "number", item.number, **columns)
    assert update(session, "item", "number", item.number, status="acknowledged")


def test_an_item_without_a_story_is_new(session: Session, item: Item) -> None:
    assert not update(session, "item", "number", item.number, status="acknowledged")


@pytest.mark.parametrize(
    "columns",
    [
        {"status": "declined", "reason": "obsolete", "review_on": None},
        {"status": "declined", "reason": None, "review_on": LATER},
        {"status": "duplicate"},
        {"merged_into": "itself", "root": "itself"},
        {"merged_into": "other"},
        {"root": "other"},
        {"due_on": LATER},
    ],
    ids=str,
)
def test_an_item_never_stands_where_a_rule_forbids(
    session: Session, maintainer: Person, item: Item, other: Item, columns: dict[str, object]
) -> None:
    named = {"itself": item.number, "other": other.number}
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED)
    assert not update(
        session, "item", "number", item.number, **{name: named.get(str(to), to) for name, to in columns.items()}
    )


def test_words_once_public_change_only_when_they_are_kept(session: Session, maintainer: Person, item: Item) -> None:
    row = factories.move(session, item, maintainer, Status.ACKNOWLEDGED)
    assert not update(session, "status_change", "id", row.id, explanation="We never said that.")


def test_a_target_never_moves_without_a_cause(session: Session, maintainer: Person, item: Item) -> None:
    factories.move(session, item, maintainer, Status.PLANNED, target="2027-05")
    (promise,) = session.exec(select(TargetMove)).all()
    for columns in ({"cause": " "}, {"from_target": "2027-05"}):
        assert not update(session, "target_move", "id", promise.id, **columns)
