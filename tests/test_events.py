"""Events: each verb writes down what happened, once, in its own transaction; and each has its words."""

import pytest
from sqlmodel import Session, select

from app import comments, db, events, samples, status_changes, votes, wording
from app.events import Event, Happened
from app.items import Item
from app.people import Person
from app.status_changes import Move, questions
from app.statuses import Kind, Status
from tests import factories
from tests.csv_imports import row_counts


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    """Posted by the member; nobody hears of that any more."""
    made = factories.item(session, member, "Dark mode")
    events.silence(session, [made.number])
    return made


def noted(session: Session) -> list[Event]:
    session.flush()
    return list(session.exec(select(Event).order_by(Event.id)))


def happened(session: Session) -> list[tuple[Happened, int | None]]:
    return [(event.happened, event.person_id) for event in noted(session)]


def headlines(session: Session) -> list[str]:
    return [told.headline for told in wording.read(session, noted(session))]


def test_posting_is_noted(session: Session, member: Person) -> None:
    factories.item(session, member, "Dark mode")
    assert happened(session) == [(Happened.ITEM_CREATED, member.id)]
    assert headlines(session) == ["Ada Lind posted “Dark mode”"]


def test_a_move_is_noted_with_the_promise_that_it_brings(session: Session, maintainer: Person, item: Item) -> None:
    row = factories.move(session, item, maintainer, Status.PLANNED, target="2027-Q1")
    (event,) = noted(session)
    assert (event.happened, event.status_change_id, event.batch) == (Happened.STATUS_CHANGED, row.id, None)
    assert event.target_move_id is not None
    (told,) = wording.read(session, [event])
    assert told.headline == "Mira Okafor, CTO, planned “Dark mode”"
    assert told.words == "> We looked into it, and this is what we think.\n\nPromised for Q1 2027"
    assert told.path == f"{item.path}#moved-{row.id}"


@pytest.mark.parametrize(
    ("to", "kind", "headline"),
    [
        (Status.ACKNOWLEDGED, Kind.IDEA, "Mira Okafor, CTO, acknowledged “Map”"),
        (Status.NEEDS_INFO, Kind.IDEA, "Mira Okafor, CTO, asked about “Map”"),
        (Status.IN_PROGRESS, Kind.IDEA, "Mira Okafor, CTO, began work on “Map”"),
        (Status.SHIPPED, Kind.IDEA, "Mira Okafor, CTO, shipped “Map”"),
        (Status.SHIPPED, Kind.DEFECT, "Mira Okafor, CTO, fixed “Map”"),
        (Status.DECLINED, Kind.IDEA, "Mira Okafor, CTO, declined “Map”"),
    ],
)
def test_each_move_has_its_sentence(
    session: Session, member: Person, maintainer: Person, to: Status, kind: Kind, headline: str
) -> None:
    item = factories.item(session, member, "Map", kind=kind)
    factories.move(session, item, maintainer, to)
    assert headlines(session)[-1] == headline


def test_a_refusal_is_told_with_its_reason_its_workaround_and_when_we_look_again(
    session: Session, maintainer: Person, item: Item
) -> None:
    factories.move(
        session, item, maintainer, Status.DECLINED, "Not *now*.", workaround="Turn the\nlight off.",
        review_on="2027-05-03",
    )  # fmt: skip
    (told,) = wording.read(session, noted(session))
    assert told.words == (
        "> Not *now*.\n\nReason: Out of scope\n\nWhat you can do today:\n\n> Turn the\n> light off.\n\n"
        "We look at it again on 3 May 2027."
    )


def test_a_question_is_told_with_its_why_and_its_day(session: Session, maintainer: Person, item: Item) -> None:
    row = factories.move(session, item, maintainer, Status.NEEDS_INFO, "Which phone?", due_on="2027-01-31",
                         checklist="The model\nThe log")  # fmt: skip
    (told,) = wording.read(session, noted(session))
    assert row.due_on is not None
    assert told.words == (
        "> Which phone?\n\nWhy we ask:\n\n> Without it we cannot see what you saw.\n\n"
        "Please include:\n\n> - The model\n> - The log\n\nAnswer by 31 January 2027."
    )


def test_a_merge_is_an_event_of_its_own_and_so_is_opening_again(
    session: Session, other_member: Person, maintainer: Person, item: Item
) -> None:
    other = factories.item(session, other_member, "Night theme")
    events.silence(session, [other.number])
    factories.move(session, other, maintainer, Status.DUPLICATE, duplicate_of=str(item.number))
    factories.move(session, other, maintainer, Status.ACKNOWLEDGED)
    assert [kind for kind, _person in happened(session)] == [Happened.MERGED, Happened.STATUS_CHANGED]
    assert headlines(session) == [
        "Mira Okafor, CTO, merged “Night theme” into another item",
        "Mira Okafor, CTO, opened “Night theme” again",
    ]


def test_a_moved_target_is_told_with_its_cause(session: Session, maintainer: Person, item: Item) -> None:
    factories.move(session, item, maintainer, Status.PLANNED)
    moves = [
        status_changes.move_target(session, item, maintainer, to, "Because it is hard.")
        for to in ("2027-Q1", "2027-Q2", "")
    ]
    assert [event.target_move_id for event in noted(session)[1:]] == [move.id for move in moves]
    assert headlines(session)[1:] == [
        "Mira Okafor, CTO, promised “Dark mode” for Q1 2027",
        "Mira Okafor, CTO, promised “Dark mode” for Q2 2027 instead of Q1 2027",
        "Mira Okafor, CTO, no longer promises “Dark mode” for Q2 2027",
    ]
    told = wording.read(session, noted(session))[-1]
    assert told.words == "> Because it is hard."


def test_a_comment_is_noted_once_and_once_more_as_the_answer(session: Session, maintainer: Person, item: Item) -> None:
    comment = factories.comment(session, item, maintainer, "It is *there*.")
    assert factories.comment(session, item, maintainer, "It is *there*.") is comment
    for _ in range(2):
        comments.mark_official(session, comment, maintainer)
    assert happened(session) == [(Happened.COMMENTED, maintainer.id), (Happened.ANSWERED, maintainer.id)]
    assert headlines(session) == [
        "Mira Okafor, CTO, commented on “Dark mode”",
        "Mira Okafor, CTO, answered “Dark mode”",
    ]
    told = wording.read(session, noted(session))[0]
    assert (told.words, told.path) == ("> It is *there*.", f"{item.path}#comment-{comment.id}")


def test_a_number_of_votes_is_reached_once(session: Session, item: Item) -> None:
    voters = [factories.person(session) for _ in range(10)]
    for voter in voters:
        votes.cast(session, item, voter)
    votes.withdraw(session, item, voters[0])
    votes.withdraw(session, item, voters[1])
    votes.cast(session, item, voters[0])
    (event,) = noted(session)
    assert (event.happened, event.person_id, event.count) == (Happened.MILESTONE, voters[8].id, 10)
    assert headlines(session) == ["“Dark mode” has 10 votes"]


def test_numbers_worth_telling() -> None:
    assert sorted(events.MILESTONES)[:9] == [10, 25, 50, 100, 250, 500, 1000, 2500, 5000]


def test_what_the_calendar_closes_and_an_answer_opens_is_noted(
    session: Session, member: Person, maintainer: Person, item: Item
) -> None:
    factories.move(session, item, maintainer, Status.NEEDS_INFO)
    later = db.now().replace(year=db.now().year + 1)
    questions.follow_up(session, later)
    questions.follow_up(session, later + questions.GRACE)
    factories.comment(session, item, member, "Version 3")
    assert happened(session)[1:] == [
        (Happened.STATUS_CHANGED, None),
        (Happened.COMMENTED, member.id),
        (Happened.STATUS_CHANGED, member.id),
    ]
    assert headlines(session)[1::2] == [
        "“Dark mode” is closed, because our question stayed unanswered",
        "“Dark mode” is open again, because our question was answered",
    ]


def test_the_rows_of_a_bulk_move_share_a_batch(session: Session, member: Person, maintainer: Person) -> None:
    several = [factories.item(session, member) for _ in range(3)]
    events.silence(session, [item.number for item in several])
    status_changes.change_many(session, several, maintainer, Move(to="acknowledged", explanation="Read."))
    batches = [event.batch for event in noted(session)]
    assert len(batches) == 3
    assert len(set(batches)) == 1
    assert batches[0]


def test_samples_are_silent_and_go_without_a_trace(session: Session, member: Person, maintainer: Person) -> None:
    before = row_counts(session)
    samples.fill(session)
    assert noted(session) == []
    item = session.exec(select(Item).where(Item.status == Status.PLANNED)).first()
    assert item is not None
    factories.move(session, item, maintainer, Status.IN_PROGRESS)
    factories.comment(session, item, member)
    assert len(noted(session)) == 2
    samples.remove(session)
    assert row_counts(session) == before


@pytest.mark.samples
def test_what_is_taken_out_of_a_story_takes_its_event_along(
    session: Session, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    into = session.exec(select(Item).where(Item.status == Status.PLANNED)).first()
    assert into is not None
    factories.move(session, item, maintainer, Status.DUPLICATE, duplicate_of=str(into.number))
    samples.remove(session)
    assert [event.happened for event in noted(session)] == [Happened.ITEM_CREATED]
