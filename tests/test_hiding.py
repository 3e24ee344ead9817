"""Hiding: by maintainers, with a public reason, and never for good."""

import pytest
from sqlmodel import Session

from app import comments, hiding
from app.comments import Comment
from app.items import Item
from app.people import Person
from app.refusals import Invalid, NotAllowed, Refused
from app.statuses import Status
from tests import factories
from tests.looking import numbers_visible_to

LIMITS = [
    ("", "Why it is hidden: please write something here."),
    (" \u200b", "Why it is hidden: please write something here."),
    ("x" * 1001, "Why it is hidden: 1,001 characters are too many; the limit is 1,000."),
]


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Dark mode")


@pytest.fixture
def comment(session: Session, item: Item, other_member: Person) -> Comment:
    return factories.comment(session, item, other_member)


def listed(session: Session, viewer: Person | None) -> list[int]:
    return list(session.exec(numbers_visible_to(viewer)))


def test_a_hidden_item_says_who_when_and_why(session: Session, item: Item, maintainer: Person) -> None:
    hiding.hide(session, item, maintainer, "  It names\na customer. ")
    assert (item.is_hidden, item.hidden_by_id, item.hidden_because) == (True, maintainer.id, "It names a customer.")


def test_a_hidden_item_is_listed_for_its_reporter_and_for_maintainers_only(
    session: Session, item: Item, member: Person, other_member: Person, advocate: Person, maintainer: Person
) -> None:
    hiding.hide(session, item, maintainer, "It names a customer.")
    assert [listed(session, person) for person in (None, other_member, advocate)] == [[], [], []]
    assert [listed(session, person) for person in (member, maintainer)] == [[item.number], [item.number]]


def test_a_hidden_item_comes_back_as_it_was(session: Session, item: Item, maintainer: Person) -> None:
    hiding.hide(session, item, maintainer, "It names a customer.")
    hiding.show(session, item, maintainer)
    assert (item.is_hidden, item.hidden_by_id, item.hidden_because) == (False, None, "")
    assert listed(session, None) == [item.number]


@pytest.mark.parametrize(("because", "problem"), LIMITS)
def test_nothing_is_hidden_without_a_reason(
    session: Session, item: Item, comment: Comment, maintainer: Person, because: str, problem: str
) -> None:
    for hide in (
        lambda: hiding.hide(session, item, maintainer, because),
        lambda: comments.hide(session, comment, maintainer, because),
    ):
        with pytest.raises(Invalid) as refusal:
            hide()
        assert refusal.value.problems == {"because": problem}
    assert (item.is_hidden, comment.is_hidden) == (False, False)


def test_only_maintainers_hide_and_show(
    session: Session, item: Item, comment: Comment, member: Person, advocate: Person
) -> None:
    for person in (member, advocate):
        for act in (
            lambda person=person: hiding.hide(session, item, person, "No."),
            lambda person=person: hiding.show(session, item, person),
            lambda person=person: comments.hide(session, comment, person, "No."),
            lambda person=person: comments.show(session, comment, person),
        ):
            with pytest.raises(NotAllowed):
                act()
    assert (item.is_hidden, comment.is_hidden) == (False, False)


def test_a_hidden_comment_is_not_counted_and_comes_back(
    session: Session, item: Item, comment: Comment, maintainer: Person
) -> None:
    comments.hide(session, comment, maintainer, "Rude.")
    assert (comment.hidden_by_id, comment.hidden_because, item.comment_count) == (maintainer.id, "Rude.", 0)
    comments.show(session, comment, maintainer)
    assert (comment.is_hidden, comment.hidden_because, item.comment_count) == (False, "", 1)


def test_an_official_answer_cannot_be_hidden(session: Session, item: Item, maintainer: Person) -> None:
    answer = factories.comment(session, item, maintainer, "We do it.", official=True)
    with pytest.raises(Refused, match="only corrected"):
        comments.hide(session, answer, maintainer, "Wrong.")
    assert (answer.is_hidden, item.answer) == (False, "We do it.")


def test_a_hidden_item_can_still_be_answered(session: Session, item: Item, maintainer: Person) -> None:
    hiding.hide(session, item, maintainer, "It names a customer.")
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED)
    assert (item.status, item.waiting_since) == (Status.ACKNOWLEDGED, None)
