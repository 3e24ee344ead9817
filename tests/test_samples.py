from collections import Counter

import pytest
from sqlmodel import Session, select

from app import boards, db, first_run, items, people, samples, site, status_changes, votes
from app.boards import Board
from app.imports.batches import Import
from app.items import Item
from app.people import Person, Role
from app.refusals import Refused
from app.status_changes import StatusChange
from app.statuses import Reason, Status
from tests import factories
from tests.csv_imports import row_counts


def sample_item(session: Session, status: Status = Status.NEW) -> Item:
    return session.exec(select(Item).where(Item.status == status).order_by(Item.number).limit(1)).one()


@pytest.mark.samples
def test_samples_show_every_status_and_every_reason_for_a_refusal(session: Session) -> None:
    assert set(session.exec(select(Item.status))) == set(Status)
    assert set(session.exec(select(StatusChange.reason))) == {None, *Reason}


@pytest.mark.samples
def test_samples_happened_within_the_last_year_and_belong_to_one_batch(session: Session) -> None:
    batch = session.exec(select(Import)).one()
    every = session.exec(select(Item)).all()
    assert {item.import_id for item in every} == {batch.id}
    assert len(every) == batch.total == batch.done == 44
    assert all(0 < (db.now() - item.posted_at).days < 365 for item in every if item.status != Status.NEW)


@pytest.mark.samples
def test_why_a_sample_question_is_asked_is_said_without_markdown(session: Session) -> None:
    assert [why for why in session.exec(select(StatusChange.why)) if set("*_`") & set(why)] == []


@pytest.mark.samples
def test_counts_of_samples_equal_their_rows(session: Session) -> None:
    for item in session.exec(select(Item)).all():
        shown = item.vote_count, item.support, round(item.trend, 6)
        votes.recount(session, item)
        assert (item.vote_count, item.support, round(item.trend, 6)) == shown


@pytest.mark.samples
def test_nobody_can_be_signed_in_as_a_sample_person_and_the_first_owner_is_still_asked_for(session: Session) -> None:
    assert set(session.exec(select(Person.email))) == {None}
    assert Role.OWNER not in set(session.exec(select(Person.role)))
    assert first_run.owner_link(session, "http://localhost") is not None


def test_samples_are_only_for_an_empty_board(session: Session, member: Person) -> None:
    assert samples.may_fill(session)
    factories.item(session, member)
    assert not samples.may_fill(session)
    with pytest.raises(Refused):
        samples.fill(session)


@pytest.mark.samples
def test_filling_twice_is_refused(session: Session, owner: Person) -> None:
    with pytest.raises(Refused):
        samples.fill(session, owner)


def test_removing_samples_leaves_no_trace_of_them_nor_of_what_people_did_to_them(
    session: Session, member: Person, advocate: Person, maintainer: Person, owner: Person
) -> None:
    before, counter, description = (
        row_counts(session),
        site.the(session).last_item_number,
        site.the(session).description,
    )
    assert samples.fill(session, owner).by_id == owner.id
    assert samples.are_here(session)
    item, other = sample_item(session), sample_item(session, Status.PLANNED)
    votes.cast(session, item, member)
    said = factories.comment(session, item, maintainer)
    status_changes.proposals.propose(session, item, advocate, str(other.number), "Both are about the map.")
    row = factories.move(session, item, maintainer, Status.ACKNOWLEDGED)
    status_changes.correct(session, row, maintainer, "Better words.")
    items.edit(session, item, maintainer, "Another title", "Another body", {})
    assert said.id
    samples.remove(session)
    assert not samples.are_here(session)
    assert row_counts(session) == before
    assert site.the(session).last_item_number == counter
    assert site.the(session).description == description


@pytest.mark.samples
def test_what_sample_people_did_to_other_items_is_taken_back(session: Session, member: Person) -> None:
    mine = factories.item(session, member)
    voter = session.exec(select(Person).where(Person.name == "Ilse Brandt")).one()
    votes.cast(session, mine, voter)
    factories.comment(session, mine, voter)
    assert (mine.vote_count, mine.comment_count) == (2, 1)
    samples.remove(session)
    session.refresh(mine)
    assert (mine.vote_count, mine.support, mine.comment_count) == (1, 1, 0)


@pytest.mark.samples
def test_an_item_merged_into_a_sample_stands_by_itself_again(
    session: Session, member: Person, other_member: Person, maintainer: Person
) -> None:
    mine = factories.item(session, member)
    votes.cast(session, mine, other_member)
    into = sample_item(session, Status.PLANNED)
    factories.move(session, mine, maintainer, Status.DUPLICATE, duplicate_of=str(into.number))
    samples.remove(session)
    session.refresh(mine)
    assert (mine.status, mine.merged_into, mine.root) == (Status.NEW, None, mine.number)
    assert (mine.vote_count, mine.answer, mine.first_answered_at) == (2, "", None)
    assert mine.waiting_since == mine.posted_at
    assert session.exec(select(StatusChange)).all() == []


@pytest.mark.samples
def test_answers_given_before_such_a_merge_are_told_again(session: Session, member: Person, maintainer: Person) -> None:
    mine = factories.item(session, member)
    factories.move(session, mine, maintainer, Status.PLANNED, "In spring.")
    into = sample_item(session, Status.SHIPPED)
    factories.move(session, mine, maintainer, Status.DUPLICATE, duplicate_of=str(into.number))
    factories.move(session, mine, maintainer, Status.ACKNOWLEDGED, "It is not the same.")
    samples.remove(session)
    session.refresh(mine)
    story = session.exec(select(StatusChange).order_by(StatusChange.id)).all()
    assert [(row.from_status, row.to_status) for row in story] == [
        (Status.NEW, Status.PLANNED),
        (Status.PLANNED, Status.ACKNOWLEDGED),
    ]
    assert (mine.status, mine.answer) == (Status.ACKNOWLEDGED, "It is not the same.")


@pytest.mark.samples
def test_items_of_others_on_a_sample_board_move_to_a_board_of_your_own(session: Session, member: Person) -> None:
    mine = factories.item(session, member, board="planner")
    samples.remove(session)
    session.refresh(mine)
    assert session.get_one(Board, mine.board_id).slug == "general"
    assert mine.number == 45 == site.the(session).last_item_number


def test_a_board_of_yours_with_the_same_name_is_used_and_stays(session: Session) -> None:
    factories.board(session, "planner", name="Our planner")
    samples.fill(session)
    used = Counter(session.exec(select(Item.board_id)))
    mine = boards.with_slug(session, "planner")
    assert mine is not None
    assert used[mine.id or 0] > 20
    samples.remove(session)
    assert boards.with_slug(session, "planner") is not None
    assert people.with_email(session, "nobody@example.org") is None
