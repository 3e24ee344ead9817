"""Comments: what may be said, what becomes the official answer, and that nothing said in public is lost."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app import comments, db, edits, hiding, people, subscriptions
from app.comments import Comment
from app.db import Database
from app.edits import Edit, Subject
from app.items import Item
from app.people import Person
from app.refusals import Invalid, NotAllowed, Refused
from app.status_changes import StatusChange
from app.statuses import Reason, Status
from app.subscriptions import Because, Subscription
from tests import factories
from tests.together import at_once


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Dark mode")


@pytest.fixture
def comment(session: Session, item: Item, other_member: Person) -> Comment:
    return factories.comment(session, item, other_member, "We need *this* too.")


def said(session: Session, item: Item) -> list[str]:
    rows = select(Comment.body).where(Comment.item_number == item.number).order_by(col(Comment.id))
    return list(session.exec(rows))


def test_a_comment_becomes_html_once_and_is_counted(item: Item, comment: Comment) -> None:
    assert comment.html == "<p>We need <em>this</em> too.</p>\n"
    assert item.comment_count == 1


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("", "Comment: please write something here."),
        (" \n\u2060", "Comment: please write something here."),
        ("x" * 10_001, "Comment: 10,001 characters are too many; the limit is 10,000."),
    ],
)
def test_a_comment_has_words_of_at_most_ten_thousand_characters(
    session: Session, item: Item, other_member: Person, words: str, problem: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        comments.post(session, item, other_member, words)
    assert refusal.value.problems == {"body": problem}
    assert said(session, item) == []


def test_commenting_follows_the_item(session: Session, item: Item, comment: Comment, other_member: Person) -> None:
    case = session.get_one(Subscription, (other_member.id, item.number))
    assert (case.because, case.is_following) == (Because.COMMENTED, True)


def test_who_chose_not_to_follow_is_not_made_to_by_commenting(
    session: Session, item: Item, other_member: Person
) -> None:
    subscriptions.follow(session, item, other_member)
    subscriptions.unfollow(session, item, other_member)
    factories.comment(session, item, other_member)
    assert not subscriptions.follows(session, item, other_member)


def test_a_comment_sent_twice_is_one(session: Session, item: Item, other_member: Person) -> None:
    first = factories.comment(session, item, other_member, "Yes")
    assert factories.comment(session, item, other_member, "Yes") is first
    assert (said(session, item), item.comment_count) == (["Yes"], 1)


def test_the_same_words_later_or_by_somebody_else_are_another_comment(
    session: Session, item: Item, member: Person, other_member: Person
) -> None:
    at = db.now()
    factories.comment(session, item, other_member, "Yes", at=at - timedelta(minutes=6))
    factories.comment(session, item, other_member, "Yes", at=at)
    factories.comment(session, item, member, "Yes", at=at)
    assert item.comment_count == 3


def test_a_comment_sent_again_as_the_official_answer_becomes_it(
    session: Session, item: Item, maintainer: Person
) -> None:
    first = factories.comment(session, item, maintainer, "We do it in May.")
    assert factories.comment(session, item, maintainer, "We do it in May.", official=True) is first
    assert (said(session, item), item.answer, item.waiting_since) == (["We do it in May."], "We do it in May.", None)


def test_the_same_words_after_a_question_are_its_answer(
    session: Session, item: Item, member: Person, maintainer: Person
) -> None:
    factories.comment(session, item, member, "Version 4.1.")
    factories.move(session, item, maintainer, Status.NEEDS_INFO)
    answer = factories.comment(session, item, member, "Version 4.1.")
    assert said(session, item) == ["Version 4.1.", "Version 4.1."]
    assert (item.waiting_since, item.due_on) == (answer.at, None)


def test_a_comment_is_no_answer(session: Session, item: Item, comment: Comment, maintainer: Person) -> None:
    factories.comment(session, item, maintainer, "I have the same at home.")
    assert (item.answered_at, item.waiting_since) == (None, item.posted_at)


def test_an_official_comment_is_the_answer_and_ends_the_wait(session: Session, item: Item, maintainer: Person) -> None:
    comment = factories.comment(session, item, maintainer, "We do it in **May**.", official=True)
    assert (item.answer, item.answerer_id, item.answered_at) == ("We do it in May.", maintainer.id, comment.at)
    assert (item.first_answered_at, item.waiting_since) == (comment.at, None)


def test_only_maintainers_answer_officially(session: Session, item: Item, member: Person, advocate: Person) -> None:
    for person in (member, advocate):
        with pytest.raises(NotAllowed):
            comments.post(session, item, person, "We do it.", official=True)
    assert said(session, item) == []


def test_whoever_has_chosen_no_name_answers_nothing_officially(
    session: Session, item: Item, maintainer: Person
) -> None:
    maintainer.name = people.provisional_name(maintainer)
    own = factories.comment(session, item, maintainer, "I look at it.")
    for act in (
        lambda: comments.post(session, item, maintainer, "We do it.", official=True),
        lambda: comments.mark_official(session, own, maintainer),
    ):
        with pytest.raises(Refused):
            act()
    assert (said(session, item), item.answered_at) == (["I look at it."], None)


def test_a_maintainer_marks_their_own_comment_and_nobody_elses(
    session: Session, item: Item, comment: Comment, maintainer: Person, owner: Person
) -> None:
    own = factories.comment(session, item, maintainer, "We do it.")
    for person, refused in ((owner, own), (maintainer, comment)):
        with pytest.raises(NotAllowed):
            comments.mark_official(session, refused, person)
    comments.mark_official(session, own, maintainer)
    assert (own.is_official, item.answer, item.first_answered_at) == (True, "We do it.", own.at)


def test_marking_an_older_comment_leaves_the_latest_answer(session: Session, item: Item, maintainer: Person) -> None:
    old = factories.comment(session, item, maintainer, "I look into it.", at=db.now() - timedelta(days=2))
    factories.move(session, item, maintainer, Status.PLANNED, "We do it.")
    comments.mark_official(session, old, maintainer)
    assert item.answer == "We do it."


def test_a_hidden_comment_cannot_become_the_answer(session: Session, item: Item, maintainer: Person) -> None:
    comment = factories.comment(session, item, maintainer, "We do it.")
    comments.hide(session, comment, maintainer, "Wrong item.")
    with pytest.raises((NotAllowed, Refused)):
        comments.mark_official(session, comment, maintainer)
    assert not comment.is_official


def test_an_edit_keeps_the_earlier_words(session: Session, item: Item, comment: Comment, other_member: Person) -> None:
    comments.edit(session, comment, other_member, "We need it.")
    (kept,) = edits.of(session, {Subject.COMMENT: [comment.id or 0]})[Subject.COMMENT][comment.id or 0]
    assert (comment.body, comment.html) == ("We need it.", "<p>We need it.</p>\n")
    assert (kept.field, kept.earlier, kept.at) == ("body", "We need *this* too.", comment.edited_at)


def test_an_edit_that_changes_nothing_is_none(session: Session, comment: Comment, other_member: Person) -> None:
    comments.edit(session, comment, other_member, " We need *this* too.\n")
    assert comment.edited_at is None


def test_an_edited_official_answer_is_what_lists_show(session: Session, item: Item, maintainer: Person) -> None:
    comment = factories.comment(session, item, maintainer, "We do it in May.", official=True)
    comments.edit(session, comment, maintainer, "We do it in June.")
    assert item.answer == "We do it in June."


def test_only_the_author_edits_and_only_what_shows(
    session: Session, item: Item, comment: Comment, member: Person, maintainer: Person, other_member: Person
) -> None:
    for person in (member, maintainer):
        with pytest.raises(NotAllowed):
            comments.edit(session, comment, person, "No.")
    comments.hide(session, comment, maintainer, "Rude.")
    with pytest.raises(NotAllowed):
        comments.edit(session, comment, other_member, "Sorry.")
    assert comment.body == "We need *this* too."


@pytest.mark.parametrize("words", ["", "x" * 10_001])
def test_an_edit_has_the_limits_of_a_comment(
    session: Session, comment: Comment, other_member: Person, words: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        comments.edit(session, comment, other_member, words)
    assert list(refusal.value.problems) == ["body"]
    assert comment.edited_at is None


def test_the_reporters_answer_gives_the_turn_back_to_the_team(
    session: Session, item: Item, member: Person, other_member: Person, maintainer: Person
) -> None:
    factories.move(session, item, maintainer, Status.NEEDS_INFO)
    factories.comment(session, item, other_member, "I know it.")
    assert (item.waiting_since, item.due_on is None) == (None, False)
    answer = factories.comment(session, item, member, "Version 4.1.")
    assert (item.status, item.waiting_since, item.due_on) == (Status.NEEDS_INFO, answer.at, None)


def test_the_reporters_answer_opens_what_closed_for_want_of_it(
    session: Session, item: Item, member: Person, maintainer: Person
) -> None:
    factories.move(session, item, maintainer, Status.DECLINED, reason=Reason.UNANSWERED_QUESTION)
    factories.comment(session, item, member, "Version 4.1.")
    latest = session.exec(select(StatusChange).order_by(col(StatusChange.id).desc())).first()
    assert item.status is Status.ACKNOWLEDGED
    assert latest is not None
    assert (latest.to_status, latest.is_automatic, latest.person_id) == (Status.ACKNOWLEDGED, True, None)


def test_a_comment_does_not_open_what_was_declined_for_another_reason(
    session: Session, item: Item, member: Person, maintainer: Person
) -> None:
    factories.move(session, item, maintainer, Status.DECLINED)
    factories.comment(session, item, member, "But why?")
    assert item.status is Status.DECLINED


def test_a_hidden_item_takes_comments_from_maintainers_only(
    session: Session, item: Item, member: Person, maintainer: Person
) -> None:
    hiding.hide(session, item, maintainer, "It names a customer.")
    with pytest.raises(NotAllowed):
        comments.post(session, item, member, "Why?")
    comments.post(session, item, maintainer, "I have taken the name out.")
    assert said(session, item) == ["I have taken the name out."]


def test_two_who_edit_at_the_same_moment_lose_no_words(own_database: Database) -> None:
    """A browser left open beside another one: each version is in the history, or is what stands there."""
    with own_database.session() as session:
        ada = factories.person(session, "Ada Lind")
        comment = comments.post(session, factories.item(session, ada), ada, "Version 0")
        key, person_id = comment.id, ada.id
    versions = iter([f"Version {number}" for number in range(1, 5)])

    def edit(session: Session) -> None:
        person = session.get_one(Person, person_id)
        comments.edit(session, session.get_one(Comment, key), person, next(versions))

    at_once(own_database, edit, 4)
    with own_database.session() as session:
        earlier = [each.earlier for each in session.exec(select(Edit))]
        assert sorted([*earlier, session.get_one(Comment, key).body]) == [f"Version {number}" for number in range(5)]
