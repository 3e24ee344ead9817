"""However much one person does, and however many want the same: what either asks for costs what it costs others."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session

from app import db, departure, subscriptions, trend, votes
from app.items import Item
from app.people import Person
from app.votes import Vote
from tests import factories
from tests.effort import steps
from tests.fixtures.database import ONLY_SQLITE

MUCH, NOISE = 200, 20


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Dark mode")


def vote_for(session: Session, person: Person, count: int, member: Person) -> None:
    for number in range(count):
        votes.cast(session, factories.item(session, member, f"Wish {number}"), person)


def wanted_by(session: Session, member: Person, count: int) -> Item:
    item = factories.item(session, member, f"Wanted by {count}")
    for _ in range(count):
        votes.cast(session, item, factories.person(session))
    return item


@ONLY_SQLITE
@pytest.mark.parametrize(
    "ask",
    [
        lambda session, person, item: votes.of(session, person, [item.number]),
        lambda session, person, item: subscriptions.tie(session, item, person),
    ],
    ids=["own votes", "tie"],
)
def test_who_votes_for_much_waits_no_longer_than_who_votes_for_little(
    session: Session, member: Person, other_member: Person, item: Item,
    ask: Callable[[Session, Person, Item], object],
) -> None:  # fmt: skip
    votes.cast(session, item, other_member)
    ask(session, other_member, item)
    before = steps(session, lambda: ask(session, other_member, item))
    vote_for(session, other_member, MUCH, member)
    assert steps(session, lambda: ask(session, other_member, item)) == pytest.approx(before, abs=NOISE)


@ONLY_SQLITE
@pytest.mark.parametrize("act", [votes.cast, votes.withdraw])
def test_a_vote_for_what_many_want_costs_what_one_for_a_new_wish_costs(
    session: Session, member: Person, other_member: Person, act: Callable[[Session, Item, Person], Item]
) -> None:
    def cost(item: Item) -> int:
        votes.cast(session, item, other_member)
        if act is votes.cast:
            votes.withdraw(session, item, other_member)
        return steps(session, lambda: act(session, item, other_member))

    little, much = wanted_by(session, member, 3), wanted_by(session, member, MUCH)
    assert cost(much) == pytest.approx(cost(little), abs=NOISE)


def test_what_is_taken_back_leaves_the_warmth_of_the_others(
    session: Session, member: Person, other_member: Person
) -> None:
    item = wanted_by(session, member, 5)
    votes.cast(session, item, other_member)
    votes.withdraw(session, item, other_member)
    counted = item.vote_count, item.support, item.trend
    votes.recount(session, item)
    assert (item.vote_count, item.support, pytest.approx(item.trend, abs=1e-9)) == counted


def leave(session: Session, _item: Item, person: Person) -> None:
    departure.leave(session, person, person.email or "")


@pytest.mark.parametrize("take_back", [votes.withdraw, leave])
def test_one_new_vote_for_what_was_forgotten_can_be_taken_back(
    session: Session, member: Person, other_member: Person, take_back: Callable[[Session, Item, Person], None]
) -> None:
    """All that it was wanted before is less than the last digit of the sum."""
    item = factories.item(session, member, "Fax", at=db.now() - timedelta(days=3_000))
    before = item.trend
    votes.cast(session, item, other_member)
    assert item.trend == pytest.approx(trend.heat(session.get_one(Vote, (item.number, other_member.key)).at))
    take_back(session, item, other_member)
    assert item.trend == pytest.approx(before, abs=1e-9)
