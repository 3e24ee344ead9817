"""Imports at work: what comes in, twice without doubling, by steps, and out again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from app import db, items, search, sessions, votes
from app.boards import Board
from app.comments import Comment
from app.db import Database
from app.imports import batches, removal, running, undoing
from app.imports.batches import Import, State
from app.imports.csv_files.preparing import stored_file
from app.items import Item
from app.people import Person
from app.refusals import Invalid, Refused
from app.search import Scope
from app.status_changes import StatusChange, TargetMove
from app.statuses import Reason, Status
from app.subscriptions import Subscription
from app.tags import Tag
from app.votes import Vote
from tests import factories
from tests.csv_imports import begun, brought_in, found, prepared, row_counts
from tests.looking import numbers_visible_to

ROWS = (
    "id,title,description,status,resolution,created,resolved,votes\n"
    "1,Dark mode,My eyes hurt,Open,,2021-09-30,,12\n"
    "2,Search is slow,Ten seconds,Resolved,Fixed,2021-09-01,2021-10-02,3\n"
    "3,Offer hotels,Please,Resolved,Won't Fix,2020-01-01,2020-02-01,\n"
    "4,Export,CSV,In Progress,,2022-01-01,,1\n"
)


def of(session: Session, source_id: str) -> Item:
    return session.exec(select(Item).where(Item.source_id == source_id)).one()


def story(session: Session, item: Item) -> list[StatusChange]:
    return list(session.exec(select(StatusChange).where(StatusChange.item_number == item.number)))


def test_items_come_in_where_they_stood_with_their_dates(database: Database, session: Session) -> None:
    batch = brought_in(database, ROWS, source="Old board")
    assert (batch.state, batch.done, batch.total) == (State.DONE, 4, 4)
    shipped = of(session, "2")
    assert (shipped.status, shipped.source, shipped.import_id) == (Status.SHIPPED, "old-board", batch.id)
    assert shipped.posted_at == datetime(2021, 9, 1, tzinfo=UTC)
    assert shipped.status_changed_at == shipped.changed_at == datetime(2021, 10, 2, tzinfo=UTC)
    declined = of(session, "3")
    assert (declined.status, declined.reason) == (Status.DECLINED, Reason.OUT_OF_SCOPE)
    assert declined.review_on == (batch.started_at + timedelta(days=365)).date()


def test_a_move_says_that_it_was_imported_and_as_what(database: Database, session: Session) -> None:
    brought_in(database, ROWS, source="Old board")
    (row,) = story(session, of(session, "3"))
    assert (row.person_id, row.is_automatic, row.is_import) == (None, True, True)
    assert row.explanation == "Imported from Old board as Resolved / Won't Fix."
    assert story(session, of(session, "1")) == []


def test_an_import_is_never_an_answer(database: Database, session: Session) -> None:
    brought_in(database, ROWS)
    every = session.exec(select(Item)).all()
    assert {(item.first_answered_at, item.answered_at, item.answerer_id) for item in every} == {(None, None, None)}
    assert {item.source_id: item.waiting_since for item in every} == {
        "1": datetime(2021, 9, 30, tzinfo=UTC), "2": None, "3": None, "4": datetime(2022, 1, 1, tzinfo=UTC),
    }  # fmt: skip


def test_counts_without_voters_are_no_votes(database: Database, session: Session, member: Person) -> None:
    brought_in(database, ROWS)
    item = of(session, "1")
    assert (item.vote_count, item.imported_vote_count, item.support) == (0, 12, 12)
    assert session.exec(select(Vote)).all() == []
    votes.cast(session, item, member)
    assert (item.vote_count, item.imported_vote_count, item.support) == (1, 12, 13)


def test_what_came_in_is_found(database: Database, session: Session) -> None:
    brought_in(database, ROWS)
    item = of(session, "2")
    assert search.find(session, "slow", Scope(numbers_visible_to(None))) == [item.number]
    assert search.find(session, "seconds", Scope(numbers_visible_to(None))) == [item.number]


def test_reporters_are_people_each_only_once(database: Database, session: Session, member: Person) -> None:
    rows = f"title,author,email\nA,Ada,{member.email}\nB,Bo,bo@example.org\nC,Bo,bo@example.org\nD,Cy,\nE,Cy,\nF,,\n"
    batch = brought_in(database, rows, source="Old board")
    reporters = [session.get_one(Person, item.reporter_id) for item in session.exec(select(Item).order_by(Item.number))]
    assert [(person.name, person.email) for person in reporters] == [
        ("Ada Lind", member.email), ("Bo", "bo@example.org"), ("Bo", "bo@example.org"), ("Cy", None), ("Cy", None),
        ("Somebody on Old board", None),
    ]  # fmt: skip
    assert {person.import_id for person in reporters} == {None, batch.id}
    brought_in(database, "title,author\nG,Cy\nH,\n", source="Old board")
    assert of_title(session, "G").reporter_id == of_title(session, "E").reporter_id
    assert of_title(session, "H").reporter_id == of_title(session, "F").reporter_id


def of_title(session: Session, title: str) -> Item:
    return session.exec(select(Item).where(Item.title == title)).one()


def test_an_item_is_a_case_of_its_reporter_and_only_who_came_here_follows_it(
    database: Database, session: Session, member: Person
) -> None:
    brought_in(database, f"title,author,email\nA,Ada,{member.email}\nB,Bo,bo@example.org\nC,Cy,\n")
    rows = session.exec(select(Subscription).order_by(Subscription.item_number)).all()
    assert [(row.person_id == member.id, row.is_following) for row in rows] == [(True, True), (False, False)]


def test_tags_and_boards_are_those_here_or_new_ones(database: Database, session: Session) -> None:
    factories.board(session, "phone", name="Phone")
    session.add(Tag(slug="night", name="Night"))
    batch = brought_in(database, 'title,tags,board\nA,"night, Ünïcode",Phone\nB,ünïcode,Web\n')
    made = session.exec(select(Tag).where(Tag.import_id == batch.id)).all()
    assert [(tag.name, tag.slug) for tag in made] == [("Ünïcode", "unicode")]
    assert [board.slug for board in session.exec(select(Board).where(Board.import_id == batch.id))] == ["web"]
    assert session.get_one(Board, of_title(session, "A").board_id).slug == "phone"


def test_a_long_description_goes_on_in_comments_and_nothing_is_lost(database: Database, session: Session) -> None:
    words = "\n\n".join(f"Paragraph {number} of a very long story." for number in range(2_000))
    brought_in(database, f'title,description\nLong,"{words}"\n', markup="markdown")
    item = of_title(session, "Long")
    said = session.exec(select(Comment).where(Comment.item_number == item.number).order_by(Comment.id)).all()
    assert "\n\n".join([item.body, *(comment.body for comment in said)]) == words
    assert (item.comment_count, len(item.body) <= 20_000) == (len(said), True)
    assert all(len(comment.body) <= 10_000 and comment.person_id == item.reporter_id for comment in said)


def test_a_description_without_end_is_cut_and_says_so(database: Database, session: Session) -> None:
    batch = brought_in(database, f'title,description\nEndless,"{"words " * 50_000}"\n')
    item = of_title(session, "Endless")
    said = session.exec(select(Comment).where(Comment.item_number == item.number).order_by(Comment.id)).all()
    assert said[-1].body.endswith("(Cut here: the first 200,000 of 299,999 characters came in.)")
    assert len(batch.report["survey"]["odd"]) == 1


def test_code_that_is_cut_stays_code(database: Database, session: Session) -> None:
    words = "```\n" + "line of code\n" * 3_000 + "```\nThe end."
    brought_in(database, f'title,description\nLong,"{words}"\n', markup="markdown")
    item = of_title(session, "Long")
    said = session.exec(select(Comment).where(Comment.item_number == item.number).order_by(Comment.id)).all()
    assert item.body.endswith("line of code\n```")
    assert all(comment.body.startswith("```\nline") for comment in said)
    assert said[-1].html.endswith("</code></pre>\n<p>The end.</p>\n")


def test_what_has_no_place_of_its_own_stands_in_the_description(database: Database, session: Session) -> None:
    title = "word " * 50
    rows = f"title,description,version,url,answer,status\n{title},Body,3.4,https://example.com/1,We think so.,Open\n"
    brought_in(database, rows, source="Old board", markup="markdown")
    item = session.exec(select(Item)).one()
    assert len(item.title) == 200
    assert item.body == (
        f"**{title.strip()}**\n\nBody\n\n**Version**\n\n3.4\n\nAnswered on Old board:\n\n> We think so.\n\n"
        "On Old board: <https://example.com/1>"
    )


def test_an_answer_given_there_is_quoted_with_the_move(database: Database, session: Session) -> None:
    brought_in(database, 'title,status,answer\nA,planned,"Soon.\n\nReally."\n', source="*Old*", markup="markdown")
    (row,) = story(session, session.exec(select(Item)).one())
    assert row.explanation == "Imported from \\*Old\\* as planned.\n\n> Soon.\n>\n> Really."


def test_a_duplicate_is_merged_with_its_original_wherever_that_stands(database: Database, session: Session) -> None:
    rows = "id,title,status,duplicate of\n1,Same again,duplicate,2\n2,Dark mode,Open,\n3,And again,duplicate,1\n"
    assert brought_in(database, rows).state is State.DONE
    first, original, again = (of(session, id_) for id_ in "123")
    assert (first.status, first.merged_into, first.root) == (Status.DUPLICATE, original.number, original.number)
    assert (again.status, again.root, again.waiting_since) == (Status.DUPLICATE, original.number, None)
    (row,) = story(session, first)
    assert (row.duplicate_of, row.is_import) == (original.number, True)


@pytest.mark.parametrize("originals", [("", ""), ("77", "88"), ("2", "1"), ("1", "2")])
def test_a_duplicate_of_nothing_here_is_declined_and_says_so(
    database: Database, session: Session, originals: tuple[str, str]
) -> None:
    first, second = originals
    brought_in(database, f"id,title,status,duplicate of\n1,A,duplicate,{first}\n2,B,duplicate,{second}\n", source="Old")
    declined = session.exec(select(Item).where(Item.status == Status.DECLINED)).all()
    assert len(declined) == (1 if originals == ("2", "1") else 2)
    assert {item.reason for item in declined} == {Reason.OBSOLETE}
    words = "Imported from Old as duplicate. The export does not say which item it is the same as."
    assert {row.explanation for item in declined for row in story(session, item)} == {words}


def test_a_second_import_adds_nothing_and_changes_nothing(database: Database, session: Session) -> None:
    brought_in(database, ROWS)
    before = row_counts(session)
    changed = ROWS.replace("Dark mode", "Darker mode")
    again = prepared(database, changed)
    assert (found(again, "items"), found(again, "here")) == (0, 4)
    brought_in(database, changed)
    assert of(session, "1").title == "Dark mode"
    assert row_counts(session) == before | {"import": 3}


def test_the_same_id_in_another_source_is_another_item(database: Database, session: Session) -> None:
    brought_in(database, ROWS, source="One")
    brought_in(database, ROWS, source="Two")
    assert len(session.exec(select(Item)).all()) == 8


def many(count: int) -> str:
    return "id,title,description\n" + "".join(f'{number},Item {number},"Some\nwords"\n' for number in range(count))


def test_an_import_goes_on_where_it_was_stopped(database: Database, session: Session) -> None:
    batch = begun(database, many(350))
    for _round in range(2):
        batch = running.step(database, batch)
    assert (batch.done, batch.at_line) == (200, 402)
    with database.session(writes=False) as own:
        found_again = batches.find(own, batch.key)
    ended = running.run(database, found_again, lambda _batch: None)
    assert (ended.state, ended.done) == (State.DONE, 350)
    assert len(session.exec(select(Item)).all()) == 350
    assert not stored_file(ended.mapping["file"]).exists()


def test_a_step_that_another_process_did_is_not_done_again(database: Database, session: Session) -> None:
    batch = begun(database, many(350))
    running.step(database, batch)
    assert running.step(database, batch).done == 100
    assert len(session.exec(select(Item)).all()) == 100


def test_numbers_follow_the_file_without_gaps(database: Database, session: Session, member: Person) -> None:
    factories.item(session, member)
    brought_in(database, many(250))
    assert [item.source_id for item in session.exec(select(Item).order_by(Item.number))][1:] == [
        str(number) for number in range(250)
    ]
    assert factories.item(session, member).number == 252


def test_background_work_takes_what_has_begun(database: Database) -> None:
    batch = begun(database, many(150))
    running.work(database)
    with database.session(writes=False) as own:
        assert batches.find(own, batch.key).state is State.DONE


def test_background_work_leaves_what_another_process_holds(database: Database) -> None:
    batch = prepared(database, many(10))
    with database.session() as own:
        running.begin(own, batch, here=True)
    running.work(database)
    with database.session() as own:
        held = batches.find(own, batch.key)
        assert (held.state, held.done) == (State.RUNNING, 0)
        held.leased_until = db.now() - timedelta(seconds=1)
    running.work(database)
    with database.session(writes=False) as own:
        assert batches.find(own, batch.key).state is State.DONE


def test_trouble_is_shown_and_tried_again_later(database: Database) -> None:
    batch = begun(database, many(10))
    stored_file(batch.mapping["file"]).unlink()
    with pytest.raises(FileNotFoundError):
        running.work(database)
    with database.session(writes=False) as own:
        held = batches.find(own, batch.key)
    assert held.state is State.RUNNING
    assert "No such file" in held.trouble
    assert held.leased_until is not None
    assert held.leased_until > db.now()


def test_words_without_a_meaning_keep_an_import_from_beginning(database: Database, session: Session) -> None:
    rows = "title,status\nA,Closed\nB,Open\n"
    batch = prepared(database, rows)
    with pytest.raises(Refused) as refused, database.session() as own:
        running.begin(own, batch)
    assert "“Closed”" in refused.value.words
    brought_in(database, rows, outcomes={"Closed": "declined:as_designed"})
    assert of_title(session, "A").status is Status.DECLINED


def test_an_import_begins_once(database: Database) -> None:
    batch = brought_in(database, many(3))
    with pytest.raises(Refused), database.session() as own:
        running.begin(own, batch)


def undone(database: Database, batch: Import, *, keep_touched: bool = False) -> Import:
    with database.session() as own:
        batch = undoing.begin(own, batch, keep_touched=keep_touched)
    return running.run(database, batch, lambda _batch: None)


def test_undoing_takes_out_everything_that_came(database: Database, session: Session, member: Person) -> None:
    factories.item(session, member)
    before = row_counts(session)
    rows = "id,title,status,duplicate of,tags,board,author,email\n" + "".join(
        f'{number},Item {number},{"duplicate" if number % 7 == 3 else "Done"},{number + 1},"a, b{number % 3}",'
        f"Area {number % 2},Person {number % 5},p{number % 9}@example.org\n"
        for number in range(250)
    )
    batch = brought_in(database, rows)
    assert row_counts(session) != before
    batch = undone(database, batch)
    assert (batch.state, batch.done, batch.total) == (State.UNDONE, 250, 250)
    assert row_counts(session) == before | {"import": 1}
    assert search.find(session, "item", Scope(numbers_visible_to(None))) == []


ACTS: dict[str, Callable[[Session, Item, Person, Person], object]] = {
    "vote": lambda session, item, member, _maintainer: votes.cast(session, item, member),
    "comment": lambda session, item, member, _maintainer: factories.comment(session, item, member),
    "answer": lambda session, item, _member, maintainer: factories.move(session, item, maintainer, Status.PLANNED),
    "edit": lambda session, item, _member, maintainer: items.edit(
        session, item, maintainer, "Another title", "Body", {}
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
def test_undoing_may_keep_what_people_have_touched(
    database: Database,
    session: Session,
    member: Person,
    maintainer: Person,
    act: Callable[[Session, Item, Person, Person], object],
) -> None:
    batch = brought_in(database, ROWS)
    assert undoing.touched_count(session, batch) == 0
    item = of(session, "1")
    act(session, item, member, maintainer)
    assert undoing.touched_count(session, batch) == 1
    undone(database, batch, keep_touched=True)
    assert [item.source_id for item in session.exec(select(Item))] == ["1"]
    assert session.get_one(Person, item.reporter_id).import_id == batch.id
    again = prepared(database, ROWS)
    assert (found(again, "items"), found(again, "here")) == (3, 1)


def test_undoing_all_takes_votes_and_words_with_it(
    database: Database, session: Session, member: Person, maintainer: Person
) -> None:
    mine = factories.item(session, member)
    before = row_counts(session)
    batch = brought_in(database, ROWS)
    votes.cast(session, of(session, "1"), maintainer)
    factories.comment(session, of(session, "1"), member)
    factories.move(session, of(session, "1"), maintainer, Status.DUPLICATE, duplicate_of=str(mine.number))
    assert (mine.vote_count, mine.earlier_vote_count) == (2, 12)
    undone(database, batch)
    session.refresh(mine)
    assert (mine.vote_count, mine.earlier_vote_count, row_counts(session)) == (1, 0, before | {"import": 1})


def test_what_was_merged_is_promised_again_as_it_was(session: Session, member: Person, maintainer: Person) -> None:
    item, into = factories.item(session, member), factories.item(session, maintainer)
    factories.move(session, item, maintainer, Status.PLANNED, target="2031-03")
    factories.move(session, item, maintainer, Status.DUPLICATE, duplicate_of=str(into.number))
    removal.remove_items(session, [into.number])
    session.refresh(item)
    targets = session.exec(select(TargetMove.from_target, TargetMove.to_target)).all()
    assert (item.status, item.target, targets) == (Status.PLANNED, "2031-03", [(None, "2031-03")])


@pytest.mark.parametrize(
    ("said_since", "owes", "waits"),
    [("", True, False), ("reporter", False, True), ("reporter, team", False, False), ("team, reporter", False, True),
     ("reporter, team, reporter", False, True)],
)  # fmt: skip
def test_a_question_stands_again_as_it_was_answered_before_a_merge(
    session: Session, member: Person, maintainer: Person, said_since: str, owes: bool, waits: bool
) -> None:
    asked_at = db.now() - timedelta(days=3)
    item, into = factories.item(session, member, at=asked_at - timedelta(days=1)), factories.item(session, maintainer)
    factories.move(session, item, maintainer, Status.NEEDS_INFO, at=asked_at)
    for hours, by in enumerate(said_since.split(", ") if said_since else [], 1):
        words = {"person": maintainer, "official": True} if by == "team" else {"person": member}
        factories.comment(session, item, at=asked_at + timedelta(hours=hours), **words)
    stood = (item.status, item.due_on, item.waiting_since)
    assert (item.due_on is not None, item.waiting_since is not None) == (owes, waits)
    factories.move(session, item, maintainer, Status.DUPLICATE, duplicate_of=str(into.number))
    removal.remove_items(session, [into.number])
    session.refresh(item)
    assert (item.status, item.due_on, item.waiting_since) == stood


def test_people_who_have_come_here_since_stay(database: Database, session: Session) -> None:
    batch = brought_in(database, "title,author,email\nA,Bo,bo@example.org\nB,Cy,cy@example.org\n")
    bo = session.exec(select(Person).where(Person.name == "Bo")).one()
    sessions.start(session, bo.key)
    undone(database, batch)
    assert [person.name for person in session.exec(select(Person))] == ["Bo"]


def test_an_import_that_comes_in_can_be_undone_meanwhile(database: Database, session: Session) -> None:
    batch = running.step(database, begun(database, many(350)))
    assert undone(database, batch).state is State.UNDONE
    assert session.exec(select(Item)).all() == []
    with pytest.raises(Refused):
        undone(database, batch)


def test_imported_items_may_not_be_moved_silently_later(
    database: Database, session: Session, maintainer: Person
) -> None:
    brought_in(database, ROWS)
    with pytest.raises(Invalid):
        factories.move(session, of(session, "4"), maintainer, Status.SHIPPED, " ")
    factories.move(session, of(session, "4"), maintainer, Status.SHIPPED, "It is out.")
    assert of(session, "4").first_answered_at is not None
