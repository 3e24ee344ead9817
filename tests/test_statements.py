"""Statements that are put into words once say, store and bring what they would if SQLAlchemy did it each time."""

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from sqlalchemy import bindparam, event, func, text
from sqlalchemy.exc import IntegrityError, InvalidRequestError, OperationalError
from sqlalchemy.orm.exc import UnmappedInstanceError
from sqlmodel import Session, SQLModel, col, select
from sqlmodel.sql.sqltypes import UTCDateTime

from app import comments, db, limits
from app.boards import Board
from app.comments import Comment
from app.db.prepared import prepared
from app.db.statements import ROWS_TOGETHER
from app.edits import Edit
from app.events import Event, Happened
from app.items import Item
from app.people import Person
from app.status_changes import StatusChange, TargetMove
from app.statuses import Status
from app.subscriptions import Because, Subscription
from app.votes import Vote
from tests import factories
from tests.fixtures.database import ONLY_SQLITE

AT = datetime(2026, 5, 3, 14, 2, 7, 120, UTC)
OF_THESE = (
    select(Item.number, Item.status, Item.posted_at, Item.answered_at, Item.html, Item.details, Item.trend, Item.due_on)
    .where(col(Item.number).in_(bindparam("numbers", expanding=True)), Item.status != Status.DUPLICATE)
    .order_by(col(Item.number))
)


@pytest.fixture
def three(session: Session, member: Person) -> list[Item]:
    made = [factories.item(session, member, title) for title in ("Dark mode", "Export", "Search")]
    made[1].details = {"steps": "Öffnen", "version": "1.2"}
    made[1].answered_at = AT
    session.add(made[1])
    return made


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_what_comes_out_is_what_the_library_brings(session: Session, three: list[Item], count: int) -> None:
    asked = {"numbers": [item.number for item in three[:count]]}
    found = db.run(session, OF_THESE, asked)
    assert found == [tuple(row) for row in session.execute(OF_THESE, asked)]
    assert [[type(value) for value in row] for row in found] == [
        [type(value) for value in row] for row in session.execute(OF_THESE, asked)
    ]
    assert len(found) == count


def test_a_row_that_comes_again_is_the_same_object_whichever_statement_brings_it(
    session: Session, three: list[Item]
) -> None:
    numbered = select(Item.number, Item.status, Item.posted_at).where(Item.number == bindparam("number"))
    asked = {"number": three[0].number}
    [before], [again] = (db.run(session, statement, asked, list) for statement in (numbered, numbered.limit(1)))
    assert before is again
    three[0].posted_at = AT
    [after] = db.run(session, numbered, asked, list)
    assert after == [three[0].number, Status.NEW, AT]


def test_what_can_be_changed_is_made_for_each_who_asks(session: Session, three: list[Item]) -> None:
    [before], [again] = (db.run(session, OF_THESE, {"numbers": [three[1].number]}) for _ in range(2))
    before[5]["version"] = "1.3"
    assert again[5] == {"steps": "Öffnen", "version": "1.2"}


@pytest.mark.parametrize("table", [Item, Person, Vote, Event, Board, StatusChange, TargetMove, Comment, Edit])
def test_a_row_to_be_read_is_as_the_library_brings_it(
    session: Session, three: list[Item], member: Person, maintainer: Person, table: type[SQLModel]
) -> None:
    comment = factories.comment(session, three[0], member)
    comments.edit(session, comment, member, "Other *words*")
    factories.move(session, three[0], maintainer, Status.NEEDS_INFO, checklist="The version\nThe system")
    factories.move(session, three[1], maintainer, Status.PLANNED, target="2031-01")
    session.flush()
    session.expunge_all()

    def known(row: SQLModel) -> dict[str, tuple[object, type]]:
        return {name: (value, type(value)) for name in table.model_fields for value in [getattr(row, name)]}

    every = select(table)
    brought, read = session.exec(every).all(), db.read(session, every)
    assert [known(row) for row in read] == [known(row) for row in brought] != []
    assert {type(row) for row in read} == {table}


def test_a_row_to_be_read_cannot_be_changed_nor_stored(session: Session, three: list[Item]) -> None:
    named = select(Item).where(Item.title == bindparam("title"))
    [item] = db.read(session, named, {"title": "Search"})
    assert (item.number, item.path, item.is_open) == (three[2].number, three[2].path, True)
    with pytest.raises(AttributeError):
        item.title = "Find"
    with pytest.raises(UnmappedInstanceError):
        session.add(item)


def test_what_a_statement_was_given_before_stays_with_it(session: Session, three: list[Item]) -> None:
    named = select(Item.title).where(Item.number == bindparam("number"))
    for item in three:
        assert db.run(session, named.params(number=item.number)) == [(item.title,)]


def test_what_stands_in_a_statement_is_made_once_and_what_is_asked_each_time(
    session: Session, three: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(db.Word, "process_bind_param", lambda _type, value, _dialect: made.append(value) or str(value))
    standing = (
        select(Item.number)
        .where(Item.status != Status.DUPLICATE, Item.kind == bindparam("kind"))
        .order_by(col(Item.number))
    )
    for kind in ("idea", "defect", "idea"):
        expected = [(item.number,) for item in three if item.kind == kind]
        assert db.run(session, standing, {"kind": kind}) == expected
    assert made == ["duplicate", "idea", "defect", "idea"]


def test_a_moment_that_many_rows_share_is_put_into_words_once(
    session: Session, three: list[Item], other_member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared.cache_clear()
    made: list[datetime] = []
    put = UTCDateTime.process_bind_param
    monkeypatch.setattr(
        UTCDateTime, "process_bind_param", lambda kind, at, dialect: made.append(at) or put(kind, at, dialect)
    )
    at = datetime(2026, 11, 30, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    rows = [{"item_number": item.number, "person_id": other_member.id, "at": at} for item in three]
    assert len(db.insert_each_new(session, Vote, rows)) == len(three)
    assert made == [at]
    assert {vote.at for vote in session.exec(select(Vote).where(Vote.person_id == other_member.id))} == {at}


def test_there_are_few_wordings_however_long_the_lists_are(session: Session, three: list[Item]) -> None:
    numbered = select(Item.number).where(col(Item.number).in_(bindparam("numbers", expanding=True)))
    for length in range(1, 65):
        asked = [three[0].number, *range(1_000, 999 + length)]
        assert db.run(session, numbered, {"numbers": asked}) == [(three[0].number,)]
    assert len(prepared(numbered, session.connection().dialect, None).wordings) == 7


def test_a_value_that_is_missing_is_not_taken_for_none(session: Session, three: list[Item]) -> None:
    named = select(Item.title).where(Item.number == bindparam("number"))
    with pytest.raises(InvalidRequestError, match="number"):
        db.run(session, named, {"numbers": [1]})
    assert db.run(session, named, {"number": three[0].number}) == [(three[0].title,)]
    with pytest.raises(KeyError, match="number"):
        db.run(session, named, {"numbers": [1]})


def test_the_driver_says_once_of_which_kind_the_columns_are(session: Session, three: list[Item]) -> None:
    """It makes that up anew for whoever asks, which takes longer than a short list."""
    numbered = select(Item.number, Item.title, Item.kind).order_by(col(Item.number))
    assert db.run(session, numbered) == [(item.number, item.title, item.kind) for item in three]
    says_nothing = SimpleNamespace(fetchall=lambda: [(7, "Dark mode", "idea")])
    assert prepared(numbered, session.connection().dialect, None)._taken(says_nothing) == [(7, "Dark mode", "idea")]


def test_each_of_several_rows_is_stored_as_a_single_one_is(session: Session, three: list[Item]) -> None:
    people = [factories.person(session) for _ in range(4)]
    session.flush()
    votes = [{"item_number": three[0].number, "person_id": person.key, "at": AT} for person in people]
    one, *several = votes
    assert db.insert_new(session, Vote, one)
    assert db.insert_each_new(session, Vote, several) == {(three[0].number, person.key) for person in people[1:]}
    cases = [{"person_id": person.key, "item_number": three[0].number, "because": Because.VOTED, "is_following": True,
              "since": AT, "seen_at": AT} for person in people]  # fmt: skip
    for some in (cases[:1], cases[1:]):
        db.insert_each_new(session, Subscription, some)
    said = text("select cast(at as text) from vote where person_id <> :other"), {"other": three[0].reporter_id}
    assert len({at for (at,) in session.execute(*said)}) == 1
    kept = session.exec(select(Subscription.because, Subscription.since).where(col(Subscription.since) == AT)).all()
    assert kept == [(Because.VOTED, AT)] * 4


def test_only_what_was_new_is_told_and_what_was_there_stays(session: Session, three: list[Item]) -> None:
    voter = factories.person(session).key
    rows = [{"item_number": item.number, "person_id": voter, "at": AT} for item in three]
    assert db.insert_each_new(session, Vote, rows[:1]) == {(three[0].number, voter)}
    later = [row | {"at": AT.replace(year=2027)} for row in rows]
    assert db.insert_each_new(session, Vote, later) == {(item.number, voter) for item in three[1:]}
    assert session.get_one(Vote, (three[0].number, voter)).at == AT
    assert db.insert_each_new(session, Vote, []) == set()


@pytest.mark.parametrize(("count", "statements"), [(1, 1), (7, 1), (15, 1), (17, 2), (64, 1), (65, 2)])
def test_rows_of_the_same_moment_go_into_few_statements(session: Session, count: int, statements: int) -> None:
    done: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda _c, _cursor, words, *_: done.append(words))
    limits.spend_each(session, {f"key {number}": 1 for number in range(count)}, most=9, per=timedelta(days=14))
    assert len(done) == statements


def test_more_rows_than_go_into_one_statement_are_all_stored(session: Session) -> None:
    used = {f"key {number}": number + 1 for number in range(ROWS_TOGETHER[-1] * 2 + 7)}
    for _ in range(2):
        left = limits.spend_each(session, used, most=200, per=timedelta(days=14))
    assert left == {key: max(0, min(count, 200 - count)) for key, count in used.items()}


def test_what_a_row_does_not_say_is_the_default_of_its_column(session: Session, three: list[Item]) -> None:
    about = {
        "happened": Happened.MILESTONE,
        "item_number": three[0].number,
        "person_id": three[0].reporter_id,
        "at": AT,
    }
    for count in (10, 25):
        db.insert_new(session, Event, about | {"count": count})
    told = session.exec(select(Event.told_to, Event.told_at).where(Event.happened == Happened.MILESTONE)).all()
    assert told == [(0, None), (0, None)]


def test_several_rows_are_changed_at_once(session: Session, three: list[Item]) -> None:
    session.flush()
    db.store_each(session, Item, {item.number: {"trend": item.number * 1.5, "answered_at": AT} for item in three})
    session.expire_all()
    assert [(item.trend, item.answered_at) for item in three] == [(item.number * 1.5, AT) for item in three]


@ONLY_SQLITE
def test_trouble_on_the_way_through_the_rows_is_told_as_ever(session: Session, three: list[Item]) -> None:
    """The first row is found when the statement is run, the next ones as they are asked for."""
    answers = iter([1])
    session.connection().connection.dbapi_connection.create_function("once", 0, lambda: next(answers))  # type: ignore[union-attr]
    with pytest.raises(OperationalError):
        db.run(session, select(Item.title, func.once()))
    assert db.run(session, select(Item.title).order_by(col(Item.number))) == [(item.title,) for item in three]


def test_what_the_database_refuses_is_told_as_ever(session: Session, three: list[Item]) -> None:
    nobody = {"item_number": three[0].number, "person_id": 999_999, "at": AT}
    with pytest.raises(IntegrityError), session.begin_nested():
        db.insert_new(session, Vote, nobody)
    assert db.run(session, OF_THESE, {"numbers": [three[0].number]})
