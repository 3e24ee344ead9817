"""My cases: what I owe first, then what others did since I looked, in words, and only what I may see."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from app import cases, comments, db, hiding, notifications, status_changes, subscriptions, taking_part, votes
from app.boards import Access
from app.cases import Show, Turn
from app.items import Item
from app.people import Person
from app.statuses import Kind, Status
from app.subscriptions import Subscription
from tests import factories
from tests.fixtures.content import tell

LONG_AGO = db.now() - timedelta(days=30)


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    """Posted by the member, who looked at it then."""
    return factories.item(session, member, at=LONG_AGO)


def shown(session: Session, person: Person, show: Show = Show.ALL, page: int = 1) -> list[tuple[Turn, int, list[str]]]:
    session.flush()
    return [(case.turn, case.item.number, case.news) for case in cases.page(session, person, show, page).cases]


def test_a_case_in_which_nothing_happened_is_seen(session: Session, member: Person, item: Item) -> None:
    assert shown(session, member) == [(Turn.SEEN, item.number, [])]


def test_moves_promises_and_comments_of_others_are_told_in_words(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    factories.move(session, item, maintainer, Status.PLANNED, target="2027-Q1")
    factories.comment(session, item, other_member, "Hurrah")
    factories.comment(session, item, other_member, "When?")
    status_changes.move_target(session, item, maintainer, "2027-Q2", "It is harder than we thought.")
    news = ["Planned by Mira Okafor, CTO", "Promised for Q2 2027", "2 new comments"]
    assert shown(session, member) == [(Turn.CHANGED, item.number, news)]


@pytest.mark.parametrize(
    ("to", "kind", "words"),
    [
        (Status.ACKNOWLEDGED, Kind.IDEA, "Acknowledged by Mira Okafor, CTO"),
        (Status.IN_PROGRESS, Kind.IDEA, "Begun by Mira Okafor, CTO"),
        (Status.SHIPPED, Kind.IDEA, "Shipped by Mira Okafor, CTO"),
        (Status.SHIPPED, Kind.DEFECT, "Fixed by Mira Okafor, CTO"),
        (Status.DECLINED, Kind.IDEA, "Declined by Mira Okafor, CTO"),
    ],
)
def test_each_move_has_its_word(
    session: Session, member: Person, maintainer: Person, to: Status, kind: Kind, words: str
) -> None:
    item = factories.item(session, member, kind=kind, at=LONG_AGO)
    factories.move(session, item, maintainer, to)
    assert shown(session, member) == [(Turn.CHANGED, item.number, [words])]


def test_what_i_owe_comes_first_then_changes_then_the_rest(
    session: Session, member: Person, other_member: Person, maintainer: Person
) -> None:
    owed, changed, quiet = (factories.item(session, member, at=LONG_AGO) for _ in range(3))
    factories.move(session, owed, maintainer, Status.NEEDS_INFO)
    factories.comment(session, changed, other_member)
    subscriptions.look(session, owed, member)
    turns = [(turn, number) for turn, number, _news in shown(session, member)]
    assert turns == [(Turn.OWED, owed.number), (Turn.CHANGED, changed.number), (Turn.SEEN, quiet.number)]
    (first, *_rest) = cases.page(session, member).cases
    assert first.due_on == owed.due_on


def test_only_the_reporter_owes_and_only_until_they_answer(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    votes.cast(session, item, other_member, at=LONG_AGO)
    factories.move(session, item, maintainer, Status.NEEDS_INFO)
    assert [turn for turn, _number, _news in shown(session, other_member)] == [Turn.CHANGED]
    factories.comment(session, item, member, "Version 3")
    subscriptions.look(session, item, member)
    assert [turn for turn, _number, _news in shown(session, member)] == [Turn.SEEN]


def test_my_own_acts_are_no_news(session: Session, member: Person, item: Item) -> None:
    factories.comment(session, item, member)
    assert shown(session, member) == [(Turn.SEEN, item.number, [])]


def test_a_hidden_comment_is_no_news(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    comment = factories.comment(session, item, other_member, "Buy this")
    comments.hide(session, comment, maintainer, "Advertising")
    assert shown(session, member) == [(Turn.SEEN, item.number, [])]


def test_news_stay_when_an_older_comment_becomes_the_answer(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    older = factories.comment(session, item, maintainer, "We see it.", at=LONG_AGO + timedelta(days=1))
    subscriptions.look(session, item, member, at=LONG_AGO + timedelta(days=2))
    factories.comment(session, item, other_member, at=LONG_AGO + timedelta(days=3))
    comments.mark_official(session, older, maintainer)
    assert shown(session, member) == [(Turn.CHANGED, item.number, ["1 new comment"])]


def test_looking_makes_it_seen_and_all_at_once_up_to_a_moment(
    session: Session, member: Person, other_member: Person
) -> None:
    first, second = (factories.item(session, member, at=LONG_AGO) for _ in range(2))
    for item in (first, second):
        factories.comment(session, item, other_member)
    subscriptions.look(session, first, member)
    assert [turn for turn, _number, _news in shown(session, member)] == [Turn.CHANGED, Turn.SEEN]
    moment = db.now()
    factories.comment(session, second, other_member, "One more", at=moment + timedelta(seconds=1))
    subscriptions.look_at_all(session, member, moment)
    assert shown(session, member)[0] == (Turn.CHANGED, second.number, ["1 new comment"])
    subscriptions.look_at_all(session, member, LONG_AGO)
    assert shown(session, member)[0][2] == ["1 new comment"]


def test_a_vote_makes_a_case_that_outlasts_it_also_where_it_was_for_a_duplicate(
    session: Session, member: Person, other_member: Person, maintainer: Person
) -> None:
    stays, duplicate = (factories.item(session, member, at=LONG_AGO) for _ in range(2))
    votes.cast(session, duplicate, other_member, at=LONG_AGO)
    assert session.get(Subscription, (other_member.id, duplicate.number)) is None
    factories.move(session, duplicate, maintainer, Status.DUPLICATE, duplicate_of=str(stays.number))
    taking_part.withdraw_vote(session, stays, other_member)
    assert (stays.vote_count, subscriptions.follows(session, stays, other_member)) == (1, True)
    assert {number for _turn, number, _news in shown(session, other_member)} == {stays.number, duplicate.number}


def test_cases_are_chosen_by_what_tied_them(session: Session, member: Person, other_member: Person) -> None:
    posted = factories.item(session, member)
    voted, followed, commented = (factories.item(session, other_member) for _ in range(3))
    votes.cast(session, voted, member)
    subscriptions.follow(session, followed, member)
    factories.comment(session, commented, member)
    subscriptions.unfollow(session, voted, member)
    numbers = {show: {number for _turn, number, _news in shown(session, member, show)} for show in Show}
    assert numbers == {
        Show.ALL: {posted.number, voted.number, followed.number, commented.number},
        Show.POSTED: {posted.number},
        Show.VOTED: {posted.number, voted.number},
        Show.FOLLOWING: {posted.number, followed.number, commented.number},
    }


def test_what_one_may_no_longer_see_is_no_case(
    session: Session, member: Person, other_member: Person, maintainer: Person
) -> None:
    private = factories.board(session, "private")
    there, hidden = factories.item(session, other_member, board="private"), factories.item(session, other_member)
    for item in (there, hidden):
        votes.cast(session, item, member)
    private.access = Access.OWN_CASES
    hiding.hide(session, hidden, maintainer, "Advertising")
    assert shown(session, member) == []
    assert len(shown(session, other_member)) == 2


def test_fifty_fit_on_a_page(session: Session, member: Person) -> None:
    for _ in range(52):
        factories.item(session, member)
    first, second = cases.page(session, member), cases.page(session, member, Show.ALL, 2)
    assert (len(first.cases), first.has_more, len(second.cases), second.has_more) == (50, True, 2, False)
    assert len({case.item.number for case in [*first.cases, *second.cases]}) == 52


# What was merged


@pytest.fixture
def twin(session: Session, other_member: Person, maintainer: Person, item: Item) -> Item:
    """Posted by Ben, and merged into what Ada posted."""
    made = factories.item(session, other_member, "The same again", at=LONG_AGO)
    merge(session, made, item, maintainer)
    subscriptions.look(session, made, other_member)
    return made


def merge(session: Session, item: Item, into: Item, by: Person) -> None:
    factories.move(session, item, by, Status.DUPLICATE, duplicate_of=str(into.number))
    tell(session)
    session.expire_all()


def part(session: Session, item: Item, by: Person) -> None:
    factories.move(session, item, by, Status.ACKNOWLEDGED)
    session.expire_all()


def numbers(session: Session, person: Person, show: Show = Show.ALL) -> set[int]:
    return {number for _turn, number, _news in shown(session, person, show)}


def test_what_an_item_was_merged_into_is_a_case_for_as_long_as_it_is_merged(
    session: Session, other_member: Person, maintainer: Person, item: Item, twin: Item
) -> None:
    both = {item.number, twin.number}
    found = {show: numbers(session, other_member, show) for show in Show}
    assert found == {Show.ALL: both, Show.POSTED: {twin.number}, Show.VOTED: both, Show.FOLLOWING: both}
    part(session, twin, maintainer)
    assert {show: numbers(session, other_member, show) for show in Show} == {show: {twin.number} for show in Show}


def test_a_case_at_the_end_of_a_chain_is_there_once_and_not_its_middle(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item, twin: Item
) -> None:
    last, again = factories.item(session, maintainer), factories.item(session, other_member)
    merge(session, item, last, maintainer)
    merge(session, again, last, maintainer)
    assert sorted(number for _turn, number, _news in shown(session, other_member)) == [
        twin.number, last.number, again.number,
    ]  # fmt: skip
    assert numbers(session, member) == {item.number, last.number}
    part(session, item, maintainer)
    assert numbers(session, member) == {item.number}
    assert numbers(session, other_member) == {item.number, twin.number, last.number, again.number}


def test_what_is_new_there_is_told_once_and_until_it_was_looked_at(
    session: Session, other_member: Person, maintainer: Person, item: Item, twin: Item
) -> None:
    factories.move(session, item, maintainer, Status.SHIPPED)
    tell(session)
    news = (Turn.CHANGED, item.number, ["Mira Okafor, CTO, shipped “Search finds nothing”"])
    assert shown(session, other_member) == [news, (Turn.SEEN, twin.number, [])]
    assert notifications.elsewhere(session, other_member) == []
    notifications.look(session, twin, other_member, db.now())
    assert shown(session, other_member)[0] == news
    notifications.look(session, item, other_member, db.now())
    assert {turn for turn, _number, _news in shown(session, other_member)} == {Turn.SEEN}


def test_who_has_the_item_as_a_case_anyway_has_it_once_as_before(
    session: Session, other_member: Person, maintainer: Person, item: Item, twin: Item
) -> None:
    votes.cast(session, item, other_member, at=LONG_AGO)
    factories.move(session, item, maintainer, Status.SHIPPED)
    tell(session)
    assert shown(session, other_member) == [
        (Turn.CHANGED, item.number, ["Shipped by Mira Okafor, CTO"]), (Turn.SEEN, twin.number, []),
    ]  # fmt: skip
    part(session, twin, maintainer)
    assert numbers(session, other_member) == {item.number, twin.number}


def test_what_the_person_may_not_see_is_no_case_however_it_was_merged(
    session: Session, other_member: Person, maintainer: Person, item: Item, twin: Item
) -> None:
    factories.move(session, item, maintainer, Status.SHIPPED)
    tell(session)
    hiding.hide(session, item, maintainer, "Advertising")
    assert numbers(session, other_member) == {twin.number}


def test_it_is_followed_as_chosen_there_or_else_as_what_was_merged(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item, twin: Item
) -> None:
    def follows(each: Item) -> bool:
        return subscriptions.follows(session, each, other_member)

    subscriptions.unfollow(session, twin, maintainer)
    assert numbers(session, maintainer) == set()
    assert (follows(item), subscriptions.follows(session, twin, member)) == (True, False)
    subscriptions.unfollow(session, item, other_member)
    assert (follows(item), follows(twin)) == (False, True)
    assert numbers(session, other_member, Show.FOLLOWING) == {twin.number}
    subscriptions.follow(session, item, other_member)
    subscriptions.unfollow(session, twin, other_member)
    assert (follows(item), follows(twin)) == (True, False)
    assert numbers(session, other_member, Show.FOLLOWING) == {item.number}
    assert numbers(session, other_member) == {item.number, twin.number}
