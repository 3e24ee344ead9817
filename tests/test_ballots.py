"""Ballots: votes of the same moment are counted as each of them would be alone, or given back."""

import pytest
from sqlmodel import Session, col, func, select

from app import ballots, boards, hiding, sight, sign_in, subscriptions, taking_part, votes
from app.ballots import Ballot
from app.events import Event, Happened
from app.items import Item
from app.people import Person
from app.statuses import Status
from app.subscriptions import Because
from app.votes import Vote
from tests import factories


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Dark mode")


def opened(session: Session, person: Person) -> str:
    """The secret of a new session."""
    key = sign_in.open_session(session, person)
    session.flush()
    return key


def count(session: Session, *cast: tuple[str, Item | int]) -> list[int | None]:
    """What each vote button shows afterwards; None for a ballot that was given back."""
    given = [Ballot(key, item if isinstance(item, int) else item.number) for key, item in cast]
    counted = ballots.count(session, given)
    session.expire_all()
    return [each.vote_count if each else None for each in counted]


def test_votes_of_one_moment_are_all_counted(session: Session, member: Person, item: Item) -> None:
    other = factories.item(session, member, "Export as CSV")
    keys = [opened(session, factories.person(session)) for _ in range(3)]
    cast = [(keys[0], item), (keys[1], other), (keys[1], item), (keys[2], item), (keys[2], item)]
    assert count(session, *cast) == [4, 2, 4, 4, 4]
    assert [(each.vote_count, each.support) for each in (item, other)] == [(4, 4), (2, 2)]
    rows = session.exec(select(Vote.item_number, func.count()).group_by(col(Vote.item_number)))
    assert set(rows) == {(item.number, 4), (other.number, 2)}


def test_a_vote_counts_once_and_makes_a_case(session: Session, other_member: Person, item: Item) -> None:
    key = opened(session, other_member)
    assert count(session, (key, item)) == [2]
    trend = item.trend
    assert count(session, (key, item)) == [2]
    assert (item.trend, item.vote_count) == (trend, 2)
    case = subscriptions.tie(session, item, other_member)
    assert case is not None
    assert (case.because, case.is_following) == (Because.VOTED, True)


def test_who_chose_not_to_follow_is_not_made_to(session: Session, other_member: Person, item: Item) -> None:
    subscriptions.mute(session, item, other_member)
    assert count(session, (opened(session, other_member), item)) == [2]
    assert not subscriptions.follows(session, item, other_member)


def test_it_warms_as_votes_that_come_alone_do(session: Session, member: Person, item: Item) -> None:
    alone = factories.item(session, member, "Export as CSV")
    alone.trend = item.trend
    people = [factories.person(session) for _ in range(3)]
    for person in people:
        votes.cast(session, alone, person)
    count(session, *((opened(session, person), item) for person in people))
    assert item.trend == pytest.approx(alone.trend, abs=1e-6)


def test_counts_without_voters_are_kept_apart(session: Session, other_member: Person, item: Item) -> None:
    factories.imported(session, item, 120)
    assert count(session, (opened(session, other_member), item)) == [2]
    assert item.support == 122


def test_a_milestone_that_is_passed_on_the_way_is_noted(session: Session, item: Item) -> None:
    count(session, *((opened(session, factories.person(session)), item) for _ in range(11)))
    (milestone,) = session.exec(select(Event).where(Event.happened == Happened.MILESTONE))
    assert (milestone.count, item.vote_count) == (10, 12)


def test_what_is_not_like_most_is_given_back_and_changes_nothing(
    session: Session, maintainer: Person, member: Person, other_member: Person, item: Item
) -> None:
    """A hidden item, a duplicate and where it went, a board of own cases, no item, nobody."""
    factories.board(session, "private", access=boards.Access.OWN_CASES)
    hidden, duplicate, into = (factories.item(session, member, title) for title in ("One", "Two", "Three"))
    own = factories.item(session, member, "Four", board="private")
    hiding.hide(session, hidden, maintainer, "It names a customer.")
    factories.move(session, duplicate, maintainer, Status.DUPLICATE, duplicate_of=str(into.number))
    session.flush()
    before = session.exec(select(func.count()).select_from(Vote)).one()
    key = opened(session, other_member)
    odd: list[tuple[str, Item | int]] = [(key, each) for each in (hidden, duplicate, into, own, 10**9, 0)]
    assert count(session, *odd, ("nobody’s", item), ("", item)) == [None] * 8
    assert session.exec(select(func.count()).select_from(Vote)).one() == before
    assert count(session, (key, hidden), (key, item)) == [None, 2]


def test_who_has_left_or_signed_out_does_not_vote(session: Session, other_member: Person, item: Item) -> None:
    key = opened(session, other_member)
    other_member.deleted_at = item.posted_at
    session.flush()
    assert count(session, (key, item)) == [None]
    other_member.deleted_at = None
    session.flush()
    assert count(session, (key, item)) == [2]


def test_nobody_votes_more_often_than_they_may(
    session: Session, member: Person, other_member: Person, item: Item, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those within the limit count, in the order in which they came; others are not held up."""
    monkeypatch.setattr(taking_part, "VOTES_MOST", 2)
    third = opened(session, factories.person(session))
    more = [item, *(factories.item(session, member, title) for title in ("One", "Two"))]
    key = opened(session, other_member)
    assert count(session, *((key, each) for each in more), (third, item)) == [3, 2, None, 3]
    assert count(session, (key, item)) == [None]


def test_an_item_of_a_board_for_members_takes_votes(session: Session, member: Person, other_member: Person) -> None:
    factories.board(session, "insiders", access=boards.Access.MEMBERS)
    inside = factories.item(session, member, board="insiders")
    assert count(session, (opened(session, other_member), inside)) == [2]
    assert sight.find(session, inside.number, other_member).vote_count == 2
