"""Questions to the reporter: asked with a why and a day, warned about, closed by the calendar, opened by any answer."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, text

from app import comments, db, departure, notifications, reply_addresses, seals, status_changes, triage, work
from app.config import settings
from app.db import Database
from app.items import Item
from app.outbox import Mail
from app.people import Person, Role
from app.refusals import Invalid
from app.status_changes import Move, StatusChange, questions
from app.statuses import Reason, Status
from tests import factories
from tests.feet import foot

ASKED_AT = datetime.fromisoformat("2026-05-01T09:00:00+00:00")
DUE_ON = date(2026, 5, 15)
CLOSES_AT = datetime.fromisoformat("2026-05-16T00:00:00+00:00")
Days = Callable[[int], datetime]


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "The export stops", at=ASKED_AT - timedelta(days=2))


@pytest.fixture
def asked(session: Session, maintainer: Person, item: Item) -> Item:
    """An item whose reporter owes an answer by 15 May."""
    words = "Which version is it?\n\nYou see it under Help."
    factories.move(session, item, maintainer, Status.NEEDS_INFO, words, why="Two of them differ here.", at=ASKED_AT)
    return item


@pytest.fixture
def with_inbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DAYLIGHT_INBOX", "127.0.0.1:2525")
    monkeypatch.setenv("DAYLIGHT_REPLY_ADDRESS", "answer@board.example.org")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def later(days: float) -> datetime:
    return ASKED_AT + timedelta(days=days)


def live_until(session: Session, at: datetime) -> None:
    """Let the calendar do its work whenever a day begins, and at last at this moment."""
    now = ASKED_AT.replace(hour=0) + timedelta(days=1)
    while now < at:
        status_changes.follow_up(session, now)
        now += timedelta(days=1)
    status_changes.follow_up(session, at)


def stand(item: Item) -> tuple[Status, date | None, datetime | None]:
    return item.status, item.due_on, item.waiting_since


def story(session: Session, item: Item) -> list[tuple[Status, int | None, bool]]:
    rows = session.exec(
        select(StatusChange).where(StatusChange.item_number == item.number).order_by(col(StatusChange.id))
    )
    return [(row.to_status, row.person_id, row.is_automatic) for row in rows]


def mails(session: Session) -> list[Mail]:
    return list(session.exec(select(Mail).order_by(col(Mail.id))))


def test_a_question_says_why_and_until_when(session: Session, maintainer: Person, item: Item) -> None:
    with pytest.raises(Invalid) as refusal:
        status_changes.change(session, item, maintainer, Move(to="needs_info", due_on="tomorrow"))
    assert refusal.value.problems == {
        "explanation": "Question: please write something here.",
        "why": "Why we ask: please write something here.",
        "due_on": "Answer by: write a date like 2027-01-31.",
    }


@pytest.mark.parametrize(
    ("checklist", "words"),
    [
        (f"The log\n{'x' * 81}", "Each line of the checklist: 81 characters are too many; the limit is 80."),
        ("\n".join("abcdefghi"), "Checklist: 9 lines are too many; the limit is 8."),
    ],
)
def test_a_checklist_has_its_limits(
    session: Session, maintainer: Person, item: Item, checklist: str, words: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        factories.move(session, item, maintainer, Status.NEEDS_INFO, checklist=checklist)
    assert refusal.value.problems == {"checklist": words}


def test_a_checklist_has_an_entry_for_each_line_once(session: Session, maintainer: Person, item: Item) -> None:
    checklist = "  The  log \r\n\n\u200b\nA screenshot\nThe log\n" + "\n".join("abcdef")
    row = factories.move(session, item, maintainer, Status.NEEDS_INFO, checklist=checklist)
    session.refresh(row)
    assert row.checklist == ["The log", "A screenshot", *"abcdef"]


def test_the_answer_is_asked_of_the_reporter_until_it_comes(
    session: Session, member: Person, other_member: Person, maintainer: Person, asked: Item
) -> None:
    def question(person: Person | None) -> str | None:
        row = questions.asked_of(session, asked, person)
        return row.explanation if row else None

    words = "Which version is it?\n\nYou see it under Help."
    assert [question(person) for person in (member, other_member, maintainer, None)] == [words, None, None, None]
    live_until(session, CLOSES_AT)
    assert [question(person) for person in (member, other_member)] == [words, None]
    factories.comment(session, asked, member, "Version 3.", at=later(30))
    assert question(member) is None


def test_the_reporter_has_two_weeks_unless_said_otherwise(session: Session, maintainer: Person, item: Item) -> None:
    factories.move(session, item, maintainer, Status.NEEDS_INFO, at=ASKED_AT)
    assert stand(item) == (Status.NEEDS_INFO, DUE_ON, None)
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED, at=ASKED_AT)
    factories.move(session, item, maintainer, Status.NEEDS_INFO, at=ASKED_AT, due_on="2026-05-03")
    assert stand(item) == (Status.NEEDS_INFO, date(2026, 5, 3), None)


def test_when_the_reporter_answers_the_clock_runs_for_the_team(session: Session, member: Person, asked: Item) -> None:
    factories.comment(session, asked, member, "Version 3.", at=later(2))
    assert stand(asked) == (Status.NEEDS_INFO, None, later(2))
    factories.comment(session, asked, member, "I mean 4.", at=later(3))
    assert stand(asked) == (Status.NEEDS_INFO, None, later(2))


def test_others_who_say_something_do_not_answer_for_the_reporter(
    session: Session, maintainer: Person, other_member: Person, asked: Item
) -> None:
    for person in (maintainer, other_member):
        factories.comment(session, asked, person, "I wonder too.", at=later(1))
    assert stand(asked) == (Status.NEEDS_INFO, DUE_ON, None)


def test_others_answer_for_a_reporter_who_has_left(
    session: Session, maintainer: Person, member: Person, other_member: Person, asked: Item
) -> None:
    departure.leave(session, member, member.email or "")
    factories.comment(session, asked, maintainer, "Who knows?", at=later(1))
    assert stand(asked) == (Status.NEEDS_INFO, DUE_ON, None)
    factories.comment(session, asked, other_member, "Version 3.", at=later(2))
    assert stand(asked) == (Status.NEEDS_INFO, None, later(2))


def test_the_reporter_is_warned_once_three_days_before(session: Session, member: Person, asked: Item) -> None:
    live_until(session, datetime.fromisoformat("2026-05-11T21:00:00+00:00"))
    assert (asked.warned_at, mails(session)) == (None, [])
    live_until(session, datetime.fromisoformat("2026-05-15T21:00:00+00:00"))
    (mail,) = mails(session)
    assert asked.warned_at == datetime.fromisoformat("2026-05-12T00:00:00+00:00")
    assert (mail.recipient, mail.subject) == (member.email, "We still need your answer: The export stops")
    assert mail.body == (
        "We asked you something about your item “\u2068The export stops\u2069”:\n\n"
        "> Which version is it?\n>\n> You see it under Help.\n\n"
        "Why we ask:\n\n> Two of them differ here.\n\n"
        f"Please answer by 15 May 2026, on this page:\n\n<http://localhost:8000/items/{asked.number}#comment-form>\n\n"
        "Without an answer the item will be closed then. Any answer opens it again, also a later one.\n\n---\n\n"
        + foot(session, member, asked)
    )
    assert (mail.item_number, mail.unsubscribe_path) == (asked.number, seals.paths(session, member)["mail_path"])


def test_the_warning_repeats_the_checklist_and_can_be_answered_by_mail(
    session: Session, member: Person, maintainer: Person, item: Item, with_inbox: None
) -> None:
    factories.move(session, item, maintainer, Status.NEEDS_INFO, at=ASKED_AT, checklist="The version\nThe log")
    live_until(session, later(12))
    (mail,) = mails(session)
    assert mail.reply_to == reply_addresses.of(session, member, item.number)
    assert mail.return_path == reply_addresses.return_address(session, member)
    assert "Please include:\n\n> - The version\n> - The log\n\nPlease answer by" in mail.body
    assert "Answer this mail, and what you write is a comment on the page, under your name." in mail.body


def test_who_wants_no_mails_is_not_warned_and_so_not_closed(session: Session, member: Person, asked: Item) -> None:
    notifications.stop(session, member)
    live_until(session, later(60))
    assert (stand(asked), mails(session)) == ((Status.NEEDS_INFO, DUE_ON, None), [])


def test_an_unanswered_question_closes_the_day_after(session: Session, asked: Item) -> None:
    live_until(session, CLOSES_AT - timedelta(hours=3))
    assert stand(asked) == (Status.NEEDS_INFO, DUE_ON, None)
    live_until(session, CLOSES_AT)
    assert stand(asked) == (Status.DECLINED, None, None)
    assert (asked.reason, asked.review_on) == (Reason.UNANSWERED_QUESTION, date(2027, 5, 16))
    assert story(session, asked)[1:] == [(Status.DECLINED, None, True)]


def test_the_calendar_answers_nobody(session: Session, maintainer: Person, asked: Item) -> None:
    live_until(session, CLOSES_AT)
    assert (asked.answerer_id, asked.answered_at) == (maintainer.id, ASKED_AT)


def test_a_late_warning_still_leaves_two_days(session: Session, asked: Item) -> None:
    back_at = later(40)
    status_changes.follow_up(session, back_at)
    assert stand(asked) == (Status.NEEDS_INFO, DUE_ON, None)
    assert "by 12 June 2026" in mails(session)[0].body
    status_changes.follow_up(session, back_at + timedelta(days=2, minutes=-1))
    assert asked.status is Status.NEEDS_INFO
    status_changes.follow_up(session, back_at + timedelta(days=2))
    assert asked.status is Status.DECLINED


def test_nobody_who_cannot_be_warned_is_closed(session: Session, member: Person, asked: Item) -> None:
    member.email = None
    session.add(member)
    live_until(session, later(60))
    assert stand(asked) == (Status.NEEDS_INFO, DUE_ON, None)


def test_nothing_closes_because_the_team_is_silent(session: Session, member: Person, asked: Item) -> None:
    waiting = factories.item(session, member, "Nobody has answered this", at=ASKED_AT)
    factories.comment(session, asked, member, "Version 3.", at=later(1))
    live_until(session, later(60))
    assert stand(waiting) == (Status.NEW, None, ASKED_AT)
    assert stand(asked) == (Status.NEEDS_INFO, None, later(1))
    assert mails(session) == []


def test_after_the_reporters_answer_official_words_make_no_new_debt(
    session: Session, maintainer: Person, member: Person, asked: Item
) -> None:
    live_until(session, later(12))
    factories.comment(session, asked, member, "Version 3.", at=later(13))
    factories.comment(session, asked, maintainer, "Thank you, we look.", official=True, at=later(14))
    live_until(session, later(60))
    assert stand(asked) == (Status.NEEDS_INFO, None, None)


def test_a_reporter_who_answers_the_next_question_waits_for_the_team_again(
    session: Session, maintainer: Person, member: Person, asked: Item
) -> None:
    factories.comment(session, asked, member, "Version 3.", at=later(1))
    factories.comment(session, asked, maintainer, "Thank you. Under Windows?", official=True, at=later(2))
    assert stand(asked) == (Status.NEEDS_INFO, None, None)
    factories.comment(session, asked, member, "Under Linux.", at=later(3))
    assert stand(asked) == (Status.NEEDS_INFO, None, later(3))
    answered = triage.page(session, triage.View(triage.Section.ANSWERED), later(4))
    assert [row.item.number for row in answered.rows] == [asked.number]


def test_words_from_before_the_reporters_answer_do_not_answer_it(
    session: Session, maintainer: Person, member: Person, asked: Item
) -> None:
    earlier = factories.comment(session, asked, maintainer, "A log helps too.", at=later(1))
    factories.comment(session, asked, member, "Here it is.", at=later(2))
    comments.mark_official(session, earlier, maintainer, at=later(3))
    assert stand(asked) == (Status.NEEDS_INFO, None, later(2))


def test_a_new_question_is_warned_about_afresh(
    session: Session, maintainer: Person, member: Person, asked: Item
) -> None:
    live_until(session, later(12))
    factories.comment(session, asked, member, "Version 3.", at=later(13))
    for to in (Status.ACKNOWLEDGED, Status.NEEDS_INFO):
        factories.move(session, asked, maintainer, to, at=later(14))
    assert (asked.due_on, asked.warned_at) == (date(2026, 5, 29), None)
    live_until(session, later(60))
    subjects = [mail.subject.partition(":")[0] for mail in mails(session)]
    assert (asked.status, subjects) == (
        Status.DECLINED,
        ["We still need your answer", "We still need your answer"],
    )


@pytest.mark.parametrize("by", ["member", "other_member", "advocate"])
def test_any_answer_opens_it_again(
    request: pytest.FixtureRequest, session: Session, maintainer: Person, asked: Item, by: str
) -> None:
    person = request.getfixturevalue(by)
    live_until(session, CLOSES_AT)
    factories.comment(session, asked, maintainer, "A pity.", at=later(20))
    assert asked.status is Status.DECLINED
    factories.comment(session, asked, person, "Version 3.", at=later(30))
    assert stand(asked) == (Status.ACKNOWLEDGED, None, later(30))
    assert (asked.reason, asked.review_on) == (None, None)
    assert story(session, asked)[2:] == [(Status.ACKNOWLEDGED, None, True)]


def test_a_reporter_of_the_team_opens_their_own_again(session: Session, maintainer: Person, owner: Person) -> None:
    item = factories.item(session, maintainer, at=ASKED_AT)
    factories.move(session, item, owner, Status.NEEDS_INFO, at=ASKED_AT)
    live_until(session, CLOSES_AT)
    factories.comment(session, item, maintainer, "Version 3.", at=later(30))
    assert stand(item) == (Status.ACKNOWLEDGED, None, later(30))


def test_an_item_declined_by_a_person_stays_declined(
    session: Session, maintainer: Person, member: Person, asked: Item
) -> None:
    factories.move(session, asked, maintainer, Status.DECLINED, at=later(1))
    factories.comment(session, asked, member, "But why?", at=later(2))
    assert asked.status is Status.DECLINED


def test_a_question_about_what_was_promised_ends_the_promise_when_it_closes(
    session: Session, maintainer: Person, item: Item
) -> None:
    factories.move(session, item, maintainer, Status.PLANNED, target="2026-09", at=ASKED_AT)
    factories.move(session, item, maintainer, Status.NEEDS_INFO, at=ASKED_AT)
    assert item.target == "2026-09"
    live_until(session, CLOSES_AT)
    assert (item.status, item.target) == (Status.DECLINED, None)


@pytest.mark.parametrize("to", ["declined", "shipped"])
def test_the_database_lets_nothing_close_by_itself_but_what_is_owed_and_warned_about(
    session: Session, item: Item, asked: Item, to: str
) -> None:
    def close() -> bool:
        try:
            with session.begin_nested():
                session.execute(
                    text(
                        "INSERT INTO status_change (item_number, is_automatic, at, from_status, to_status, explanation,"
                        " html, reason, workaround, review_on, why, shipped_in, shipped_link) VALUES (:number, true,"
                        " :at, 'needs_info', :to, 'Silence.', '', 'unanswered_question', '', :on, '', '', '')"
                    ),
                    {"number": item.number, "at": db.now(), "to": to, "on": date(2030, 1, 1)},
                )
        except IntegrityError:
            return False
        return True

    assert not close()
    asked.warned_at = ASKED_AT
    session.flush()
    assert close()
    asked.due_on = None
    session.flush()
    assert not close()


def test_the_background_work_follows_up(own_database: Database) -> None:
    with own_database.session() as session:
        reporter, maintainer = factories.person(session), factories.person(session, role=Role.OWNER)
        number = factories.item(session, reporter).number
        item = session.get_one(Item, number)
        factories.move(session, item, maintainer, Status.NEEDS_INFO, at=db.now() - timedelta(days=30))
    work.follow_up_questions(own_database)
    with own_database.session() as session:
        item = session.get_one(Item, number)
        assert (item.status, len(mails(session))) == (Status.NEEDS_INFO, 1)
        item.warned_at = db.now() - questions.GRACE
    work.follow_up_questions(own_database)
    with own_database.session(writes=False) as session:
        assert session.get_one(Item, number).status is Status.DECLINED


def test_editing_a_comment_is_no_answer(session: Session, member: Person, maintainer: Person, item: Item) -> None:
    said = factories.comment(session, item, member, "It stops.", at=ASKED_AT - timedelta(days=1))
    factories.move(session, item, maintainer, Status.NEEDS_INFO, at=ASKED_AT)
    comments.edit(session, said, member, "It stops early.")
    assert stand(item) == (Status.NEEDS_INFO, DUE_ON, None)
