"""Votes: one per person and item whatever happens, counted from the rows."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import Session, col, func, select

from app import db, hiding, status_changes, subscriptions, votes
from app.db import Database
from app.items import Item
from app.people import Person
from app.refusals import Invalid, NotAllowed
from app.status_changes import Move
from app.statuses import Status
from app.subscriptions import Because
from app.votes import Vote, Weight
from tests import factories
from tests.looking import counted

WAITS_BY_THEN = 0.3  # seconds; whoever does not wait yet sees what was merged


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Dark mode")


@pytest.fixture
def other(session: Session, member: Person) -> Item:
    return factories.item(session, member, "A theme for the night")


def voters(session: Session, item: Item) -> list[int]:
    return list(session.exec(select(Vote.person_id).where(Vote.item_number == item.number).order_by(Vote.person_id)))


def merge(session: Session, item: Item, into: Item, maintainer: Person) -> None:
    factories.move(session, item, maintainer, Status.DUPLICATE, duplicate_of=str(into.number))
    session.refresh(into)


def test_the_author_supports_what_they_post(session: Session, member: Person, item: Item) -> None:
    assert (voters(session, item), item.vote_count) == ([member.key], 1)


def test_voting_twice_is_one_vote(session: Session, member: Person, other_member: Person, item: Item) -> None:
    votes.cast(session, item, other_member)
    trend = item.trend
    votes.cast(session, item, other_member)
    assert (voters(session, item), item.vote_count, item.support) == ([member.key, other_member.key], 2, 2)
    assert item.trend == trend


def test_withdrawing_twice_is_no_vote(session: Session, member: Person, other_member: Person, item: Item) -> None:
    votes.cast(session, item, other_member)
    votes.withdraw(session, item, other_member)
    votes.withdraw(session, item, other_member)
    assert (voters(session, item), item.vote_count, item.support) == ([member.key], 1, 1)


def test_withdrawing_without_a_vote_changes_nothing(session: Session, other_member: Person, item: Item) -> None:
    before = (item.vote_count, item.trend)
    votes.withdraw(session, item, other_member)
    assert (item.vote_count, item.trend) == before


def test_a_declined_item_is_open_to_votes(
    session: Session, maintainer: Person, other_member: Person, item: Item
) -> None:
    factories.move(session, item, maintainer, Status.DECLINED)
    votes.cast(session, item, other_member)
    assert item.vote_count == 2


def test_voting_follows_the_item(session: Session, other_member: Person, item: Item) -> None:
    votes.cast(session, item, other_member)
    case = subscriptions.tie(session, item, other_member)
    assert case is not None
    assert (case.because, case.is_following) == (Because.VOTED, True)


def test_who_chose_not_to_follow_is_not_made_to_by_voting(session: Session, other_member: Person, item: Item) -> None:
    subscriptions.follow(session, item, other_member)
    subscriptions.unfollow(session, item, other_member)
    votes.cast(session, item, other_member)
    assert not subscriptions.follows(session, item, other_member)


def test_a_vote_for_a_duplicate_goes_to_the_item_that_stays(
    session: Session, maintainer: Person, member: Person, other_member: Person, item: Item, other: Item
) -> None:
    merge(session, other, item, maintainer)
    assert votes.cast(session, other, other_member) is item
    assert (voters(session, item), item.vote_count) == ([member.key, other_member.key], 2)
    assert (voters(session, other), other.vote_count) == ([member.key], 1)


def test_merged_voters_count_as_a_union_and_come_back_when_it_is_undone(
    session: Session, maintainer: Person, member: Person, other_member: Person, item: Item, other: Item
) -> None:
    votes.cast(session, other, other_member)
    merge(session, other, item, maintainer)
    assert (item.vote_count, other.vote_count) == (2, 2)
    factories.move(session, other, maintainer, Status.ACKNOWLEDGED)
    session.refresh(item)
    assert (voters(session, item), item.vote_count) == ([member.key], 1)
    assert (voters(session, other), other.vote_count) == ([member.key, other_member.key], 2)


def test_a_vote_that_came_with_a_merged_item_is_withdrawn_with_it(
    session: Session, maintainer: Person, member: Person, item: Item, other: Item
) -> None:
    merge(session, other, item, maintainer)
    votes.withdraw(session, item, member)
    assert (voters(session, item), voters(session, other)) == ([], [])
    assert (item.vote_count, other.vote_count) == (0, 0)


def test_a_chain_of_duplicates_counts_at_its_end(
    session: Session, maintainer: Person, member: Person, other_member: Person, item: Item, other: Item
) -> None:
    third = factories.item(session, other_member, "Black on white hurts")
    merge(session, third, other, maintainer)
    merge(session, other, item, maintainer)
    assert item.vote_count == 2
    assert votes.cast(session, third, maintainer) is item
    assert item.vote_count == 3


def test_counts_without_voters_are_kept_apart(session: Session, other_member: Person, item: Item) -> None:
    factories.imported(session, item, 120)
    votes.cast(session, item, other_member)
    assert (item.vote_count, item.imported_vote_count, item.support) == (2, 120, 122)


def test_a_hidden_item_takes_votes_from_maintainers_only(
    session: Session, maintainer: Person, member: Person, other_member: Person, item: Item
) -> None:
    hiding.hide(session, item, maintainer, "It names a customer.")
    for person in (member, other_member):
        with pytest.raises(NotAllowed):
            votes.cast(session, item, person)
        with pytest.raises(NotAllowed):
            votes.withdraw(session, item, person)
    votes.cast(session, item, maintainer)
    assert item.vote_count == 2


def test_a_vote_warms_the_item_and_its_withdrawal_cools_it(session: Session, other_member: Person, item: Item) -> None:
    before = item.trend
    votes.cast(session, item, other_member)
    assert item.trend > before
    votes.withdraw(session, item, other_member)
    assert item.trend == pytest.approx(before)


def test_a_voter_of_two_merged_items_warms_once(
    session: Session, maintainer: Person, member: Person, other_member: Person, item: Item, other: Item
) -> None:
    votes.cast(session, other, other_member)
    votes.cast(session, item, other_member)
    before = item.trend
    merge(session, other, item, maintainer)
    assert (item.vote_count, item.trend) == (2, pytest.approx(before))


def test_a_voter_of_two_merged_items_takes_back_what_they_warmed(
    session: Session, maintainer: Person, other_member: Person, item: Item, other: Item
) -> None:
    for voted_for, days_ago in ((item, 1), (other, 20)):
        votes.cast(session, voted_for, other_member, at=db.now() - timedelta(days=days_ago))
    merge(session, other, item, maintainer)
    votes.withdraw(session, item, other_member)
    stands = [(each.vote_count, each.trend) for each in (item, other)]
    for each in (item, other):
        votes.recount(session, each)
    assert stands == [(each.vote_count, pytest.approx(each.trend, abs=1e-9)) for each in (item, other)]
    assert item.vote_count == 1


def test_a_voter_of_what_was_merged_who_votes_again_is_no_other_voter(
    session: Session, maintainer: Person, other_member: Person, item: Item, other: Item
) -> None:
    votes.cast(session, other, other_member)
    merge(session, other, item, maintainer)
    before = item.trend
    votes.cast(session, item, other_member)
    assert (item.vote_count, item.trend) == (2, before)


@pytest.mark.parametrize("weight", list(Weight))
def test_a_voter_says_how_much_it_matters_and_takes_it_back(
    session: Session, member: Person, item: Item, weight: Weight
) -> None:
    votes.weigh(session, item, member, weight)
    assert votes.of(session, member, [item.number]) == {item.number: weight}
    assert votes.weights(session, item) == {weight: 1}
    votes.weigh(session, item, member, "")
    assert votes.of(session, member, [item.number]) == {item.number: None}
    assert votes.weights(session, item) == {}


def test_how_much_it_matters_comes_along_with_a_merge(
    session: Session, maintainer: Person, other_member: Person, item: Item, other: Item
) -> None:
    votes.cast(session, other, other_member)
    votes.weigh(session, other, other_member, Weight.BLOCKS_ME)
    merge(session, other, item, maintainer)
    assert votes.weights(session, item) == {Weight.BLOCKS_ME: 1}
    votes.weigh(session, item, other_member, Weight.IMPORTANT)
    assert votes.of(session, other_member, [item.number])[item.number] is Weight.IMPORTANT
    assert votes.weights(session, item) == {Weight.IMPORTANT: 1}
    votes.weigh(session, other, other_member, "")
    assert votes.of(session, other_member, [item.number])[item.number] is None
    assert votes.weights(session, item) == {}


@pytest.mark.parametrize(
    ("there", "here"), [("", "nice_to_have"), ("nice_to_have", "important"), ("important", "blocks_me")]
)
@pytest.mark.parametrize("turned_round", [False, True])
def test_of_what_one_voter_said_of_merged_items_what_matters_most_counts(
    session: Session, maintainer: Person, member: Person, item: Item, other: Item, there: str, here: str,
    turned_round: bool,
) -> None:  # fmt: skip
    for each, weight in zip((item, other), (here, there) if turned_round else (there, here), strict=True):
        votes.weigh(session, each, member, weight)
    merge(session, other, item, maintainer)
    assert votes.of(session, member, [item.number])[item.number] == here
    assert votes.weights(session, item) == {Weight(here): 1}


@pytest.mark.parametrize("weight", ["very", "IMPORTANT", "important "])
def test_how_much_it_matters_is_one_of_three(session: Session, member: Person, item: Item, weight: str) -> None:
    with pytest.raises(Invalid) as refusal:
        votes.weigh(session, item, member, weight)
    assert list(refusal.value.problems) == ["weight"]
    assert votes.of(session, member, [item.number]) == {item.number: None}


def test_who_has_not_voted_cannot_say_how_much_it_matters(session: Session, other_member: Person, item: Item) -> None:
    votes.weigh(session, item, other_member, Weight.BLOCKS_ME)
    assert votes.of(session, other_member, [item.number]) == {}
    assert votes.weights(session, item) == {}


def test_one_query_tells_the_votes_of_a_whole_page(session: Session, member: Person, other_member: Person) -> None:
    numbers = [factories.item(session, member).number for _each in range(3)]
    votes.cast(session, session.get_one(Item, numbers[1]), other_member)
    for asked, expected in ((numbers[1:2], {numbers[1]: None}), (numbers, {numbers[1]: None}), (numbers[2:], {})):
        with counted(session) as statements:
            assert votes.of(session, other_member, asked) == expected
        assert len(statements) == 1


def test_a_visitor_has_no_votes_and_costs_no_query(session: Session, item: Item) -> None:
    with counted(session) as statements:
        assert votes.of(session, None, [item.number]) == {}
    assert statements == []


def test_a_voter_for_a_duplicate_is_a_voter_for_the_item_that_stays(
    session: Session, maintainer: Person, other_member: Person, item: Item, other: Item
) -> None:
    votes.cast(session, other, other_member)
    merge(session, other, item, maintainer)
    assert item.number in votes.of(session, other_member, [item.number])


# Many at once, with real threads and real commits


def prepare(database: Database, voters: int = 1) -> tuple[int, list[int]]:
    with database.session() as session:
        author = factories.person(session, "Ada Lind")
        item = factories.item(session, author)
        people = [Person(name=f"Voter {place}") for place in range(voters)]
        session.add_all(people)
        session.flush()
        return item.number, [person.key for person in people]


def vote(session: Session, number: int, key: int) -> None:
    votes.cast(session, session.get_one(Item, number), session.get_one(Person, key))


def counts(database: Database, number: int) -> tuple[int, int]:
    """The stored count, and the rows."""
    with database.session(writes=False) as session:
        rows = session.exec(select(func.count()).where(col(Vote.item_number) == number)).one()
        return session.get_one(Item, number).vote_count, rows


def test_a_hundred_votes_of_one_person_at_once_leave_one_row(own_database: Database) -> None:
    number, (key,) = prepare(own_database)

    def once(_turn: int) -> None:
        with own_database.session() as session:
            vote(session, number, key)

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(once, range(100)))
    assert counts(own_database, number) == (2, 2)


def test_the_votes_of_three_hundred_people_at_once_are_three_hundred(own_database: Database) -> None:
    number, keys = prepare(own_database, 300)

    async def all_at_once() -> None:
        one = [own_database.run(lambda session, key=key: vote(session, number, key), writes=True) for key in keys]
        await asyncio.gather(*one)

    asyncio.run(all_at_once())
    assert counts(own_database, number) == (301, 301)


def test_votes_and_withdrawals_at_once_leave_a_count_that_equals_the_rows(own_database: Database) -> None:
    number, keys = prepare(own_database, 20)

    def back_and_forth(key: int) -> None:
        for _turn in range(3):
            with own_database.session() as session:
                vote(session, number, key)
            with own_database.session() as session:
                votes.withdraw(session, session.get_one(Item, number), session.get_one(Person, key))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(back_and_forth, keys))
    assert counts(own_database, number) == (1, 1)


def test_votes_during_a_merge_and_its_undoing_are_neither_lost_nor_doubled(own_database: Database) -> None:
    number, keys = prepare(own_database, 12)
    with own_database.session() as session:
        mover = factories.person(session, "Mira Okafor", role=factories.Role.MAINTAINER).key
        other = factories.item(session, session.get_one(Person, mover), "The same again").number

    def merge_and_part(_turn: int) -> None:
        for move in (
            Move("duplicate", explanation="The same.", duplicate_of=str(number)),
            Move("acknowledged", explanation="No."),
        ):
            with own_database.session() as session:
                status_changes.change(session, session.get_one(Item, other), session.get_one(Person, mover), move)

    def vote_for_the_other(key: int) -> None:
        with own_database.session() as session:
            vote(session, other, key)

    with ThreadPoolExecutor(6) as threads:
        merging = threads.submit(lambda: [merge_and_part(turn) for turn in range(3)])
        list(threads.map(vote_for_the_other, keys))
        merging.result()
    (at_one, rows_one), (at_other, rows_other) = counts(own_database, number), counts(own_database, other)
    assert (at_one, at_other) == (rows_one, rows_other)
    assert rows_one + rows_other == 2 + len(keys)


@pytest.mark.parametrize("act", [votes.cast, votes.withdraw])
def test_who_votes_while_what_they_voted_for_is_merged_counts_once(
    own_database: Database, act: Callable[[Session, Item, Person], Item]
) -> None:
    """PostgreSQL brings them the item that they wait for, without what was merged into it meanwhile."""
    number, (key,) = prepare(own_database)
    with own_database.session() as session:
        mover = factories.person(session, "Mira Okafor", role=factories.Role.MAINTAINER)
        other, mover_key = factories.item(session, mover, "The same again").number, mover.key
        for voted_for in (other, number) if act is votes.withdraw else (other,):
            vote(session, voted_for, key)

    def act_at_the_item() -> None:
        with own_database.session() as session:
            act(session, session.get_one(Item, number), session.get_one(Person, key))

    with ThreadPoolExecutor(1) as threads:
        with own_database.session() as session:
            move = Move("duplicate", explanation="The same.", duplicate_of=str(number))
            status_changes.change(session, session.get_one(Item, other), session.get_one(Person, mover_key), move)
            session.flush()
            acting = threads.submit(act_at_the_item)
            time.sleep(WAITS_BY_THEN)
        acting.result()
    expected = {number: 2, other: 1} if act is votes.withdraw else {number: 3, other: 2}
    with own_database.session() as session:
        stored = {each: session.get_one(Item, each).vote_count for each in expected}
        for each in expected:
            votes.recount(session, session.get_one(Item, each))
        assert stored == expected == {each: session.get_one(Item, each).vote_count for each in expected}
