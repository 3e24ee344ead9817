"""Who hears of what, once and when they chose; and how it leaves as mail."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from sqlmodel import Session, col, select

from app import comments, db, departure, events, hiding, notifications, people, status_changes, subscriptions, votes
from app.boards import Access, Board
from app.db import Database
from app.events import Event
from app.hearing import Hear
from app.imports import running, undoing
from app.items import Item
from app.notifications import mailing, telling
from app.notifications.audiences import SELECTED, Audience, mentioned
from app.notifications.table import Notification
from app.outbox import Mail
from app.people import Person, Role
from app.status_changes import Move
from app.statuses import Status
from tests import factories
from tests.csv_imports import brought_in, row_counts
from tests.feet import foot
from tests.fixtures.content import tell
from tests.fixtures.database import RolledBack

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def item(session: Session, member: Person, other_member: Person) -> Item:
    """Posted by Ada, voted for by Ben; nobody hears of that any more."""
    made = factories.item(session, member, "Dark mode")
    votes.cast(session, made, other_member)
    events.silence(session, [made.number])
    return made


def told(session: Session) -> list[str]:
    """Who has heard of it, once for each event, by name."""
    tell(session)
    ids = session.exec(select(Notification.person_id)).all()
    return sorted(session.get_one(Person, key).name for key in ids)


def mails(session: Session, at: datetime | None = None) -> list[Mail]:
    """The news in the outbox after all that is due was written."""
    tell(session)
    while mailing.mail_some(session, at or db.now()):
        session.flush()
    news = select(Mail).where(Mail.unsubscribe_path.is_not(None))  # type: ignore[union-attr]
    return list(session.exec(news.order_by(Mail.id)))


Act = Callable[[Session, Item, Person, Person], object]


def move(session: Session, item: Item, maintainer: Person, _other: Person) -> None:
    factories.move(session, item, maintainer, Status.PLANNED)


def ask(session: Session, item: Item, maintainer: Person, _other: Person) -> None:
    factories.move(session, item, maintainer, Status.NEEDS_INFO)


def answer(session: Session, item: Item, maintainer: Person, _other: Person) -> None:
    factories.comment(session, item, maintainer, official=True)


def comment(session: Session, item: Item, maintainer: Person, _other: Person) -> None:
    factories.comment(session, item, maintainer)


def mention(session: Session, item: Item, maintainer: Person, _other: Person) -> None:
    factories.comment(session, item, maintainer, "@Ada, is this it?")


def merge(session: Session, item: Item, maintainer: Person, _other: Person) -> None:
    other = factories.item(session, maintainer, "Night theme")
    events.silence(session, [other.number])
    factories.move(session, item, maintainer, Status.DUPLICATE, duplicate_of=str(other.number))


def promise(session: Session, item: Item, maintainer: Person, _other: Person) -> None:
    factories.move(session, item, maintainer, Status.PLANNED)
    events.silence(session, [item.number])
    status_changes.move_target(session, item, maintainer, "2027-Q1", "Soon.")


def reach_ten(session: Session, item: Item, _maintainer: Person, _other: Person) -> None:
    for _ in range(8):
        voter = factories.person(session)
        votes.cast(session, item, voter)
        subscriptions.unfollow(session, item, voter)


def post(session: Session, _item: Item, _maintainer: Person, other: Person) -> None:
    factories.item(session, other, "Night theme")


@pytest.mark.parametrize(
    ("act", "hears"),
    [
        (move, ["Ada Lind", "Ben Osei"]),
        (ask, ["Ada Lind", "Ben Osei"]),
        (answer, ["Ada Lind", "Ben Osei"]),
        (merge, ["Ada Lind", "Ben Osei"]),
        (promise, ["Ada Lind", "Ben Osei"]),
        (comment, []),
        (mention, ["Ada Lind"]),
        (reach_ten, ["Ada Lind"]),
        (post, []),
    ],
)
def test_who_hears_of_what(
    session: Session, maintainer: Person, other_member: Person, item: Item, act: Act, hears: list[str]
) -> None:
    act(session, item, maintainer, other_member)
    assert told(session) == hears


def test_who_chose_comments_hears_of_them(session: Session, maintainer: Person, member: Person, item: Item) -> None:
    notifications.choose(session, member, hears="at_once", comments=True)
    factories.comment(session, item, maintainer)
    assert told(session) == ["Ada Lind"]


def test_nobody_hears_of_what_they_did_themselves(
    session: Session, member: Person, maintainer: Person, item: Item
) -> None:
    votes.cast(session, item, maintainer)
    factories.move(session, item, maintainer, Status.NEEDS_INFO)
    factories.comment(session, item, member, "Version 3")
    assert told(session) == ["Ada Lind", "Ben Osei"]


def test_an_answer_that_opens_an_item_again_is_told_to_others_only(
    session: Session, member: Person, maintainer: Person, item: Item
) -> None:
    factories.move(session, item, maintainer, Status.NEEDS_INFO, due_on="2027-01-31")
    later = datetime(2027, 1, 30, tzinfo=UTC)
    for at in (later, later + timedelta(days=9)):
        status_changes.follow_up(session, at)
    events.silence(session, [item.number])
    factories.comment(session, item, member, "Version 3")
    assert told(session) == ["Ben Osei"]


def test_who_mutes_an_item_hears_no_more_of_it_but_is_still_asked(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    for person in (member, other_member):
        notifications.mute(session, item, person)
    factories.move(session, item, maintainer, Status.PLANNED)
    assert told(session) == []
    factories.move(session, item, maintainer, Status.NEEDS_INFO)
    assert told(session) == ["Ada Lind"]


@pytest.fixture
def twin(session: Session, advocate: Person, maintainer: Person, item: Item) -> Item:
    """What Chiara posted, merged into the item."""
    twin = factories.item(session, advocate, "Night theme")
    factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(item.number))
    events.silence(session, [twin.number])
    return twin


@pytest.mark.usefixtures("twin")
def test_voters_of_what_was_merged_hear_of_the_item_that_stays(
    session: Session, maintainer: Person, item: Item
) -> None:
    factories.move(session, item, maintainer, Status.SHIPPED)
    assert told(session) == ["Ada Lind", "Ben Osei", "Chiara Moretti"]


@pytest.mark.parametrize("which", ["twin", "item"])
def test_no_more_mails_about_an_item_or_what_it_was_merged_into(
    session: Session, advocate: Person, maintainer: Person, item: Item, twin: Item, which: str
) -> None:
    notifications.choose(session, advocate, hears=Hear.WEEKLY, comments=False)
    factories.move(session, item, maintainer, Status.PLANNED)
    assert told(session) == ["Ada Lind", "Ben Osei", "Chiara Moretti"]
    notifications.mute(session, {"twin": twin, "item": item}[which], advocate)
    factories.move(session, item, maintainer, Status.SHIPPED)
    assert told(session) == ["Ada Lind", "Ada Lind", "Ben Osei", "Ben Osei", "Chiara Moretti"]
    assert {mail.recipient for mail in mails(session, db.now() + timedelta(days=14))} == {
        "ada.lind@example.org", "ben.osei@example.org",
    }  # fmt: skip


def test_who_follows_both_still_hears_of_the_one_that_stays(
    session: Session, advocate: Person, maintainer: Person, item: Item
) -> None:
    twin = factories.item(session, advocate, "Night theme")
    subscriptions.follow(session, item, advocate)
    factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(item.number))
    events.silence(session, [twin.number])
    notifications.mute(session, twin, advocate)
    factories.move(session, item, maintainer, Status.PLANNED)
    assert told(session) == ["Ada Lind", "Ben Osei", "Chiara Moretti"]


def test_followers_of_what_was_merged_hear_that_it_goes_on_elsewhere_once_more(
    session: Session, advocate: Person, maintainer: Person, item: Item
) -> None:
    twin, last = factories.item(session, advocate, "Night theme"), factories.item(session, maintainer, "Themes")
    factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(item.number))
    events.silence(session, [twin.number, last.number])
    factories.move(session, item, maintainer, Status.DUPLICATE, duplicate_of=str(last.number))
    assert told(session) == ["Ada Lind", "Ben Osei", "Chiara Moretti"]


def test_only_who_may_see_it_then_is_told(
    session: Session, other_member: Person, maintainer: Person, item: Item
) -> None:
    factories.move(session, item, maintainer, Status.PLANNED)
    session.get_one(Board, item.board_id).access = Access.OWN_CASES
    assert told(session) == ["Ada Lind"]


def test_what_happens_to_a_hidden_item_is_told_when_it_is_shown_again(
    session: Session, maintainer: Person, item: Item
) -> None:
    hiding.hide(session, item, maintainer, "It was spam.")
    other = factories.item(session, maintainer, "Night theme")
    events.silence(session, [other.number])
    to = Move(to=Status.PLANNED, explanation="We do both.")
    status_changes.change_many(session, [item, other], maintainer, to)
    follower = factories.person(session, "Chiara Moretti")
    subscriptions.follow(session, other, follower)
    assert told(session) == ["Chiara Moretti"]
    assert [mail.recipient for mail in mails(session)] == [follower.email]
    hiding.show(session, item, maintainer)
    assert told(session) == ["Ada Lind", "Ben Osei", "Chiara Moretti"]


def test_nobody_is_told_what_was_hidden_meanwhile(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    notifications.choose(session, member, hears="at_once", comments=True)
    said = factories.comment(session, item, other_member, "Buy this")
    comments.hide(session, said, maintainer, "Advertising")
    assert told(session) == []
    factories.move(session, item, maintainer, Status.PLANNED)
    tell(session)
    hiding.hide(session, item, maintainer, "It was spam.")
    assert mails(session) == []


def test_an_answer_is_told_once_and_not_as_a_comment_too(
    session: Session, member: Person, maintainer: Person, item: Item
) -> None:
    notifications.choose(session, member, hears="at_once", comments=True)
    factories.comment(session, item, maintainer, official=True)
    assert told(session) == ["Ada Lind", "Ben Osei"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("@Mira Okafor, please", ["Mira Okafor"]),
        ("(@mira)", ["Mira Okafor"]),
        ("Ask @ADA LIND and @mira", ["Ada Lind", "Mira Okafor"]),
        ("@Miranda", []),
        ("ada@mira.example", []),
        ("@Ben took no part in this", []),
        ("Mira and Ada", []),
    ],
)
def test_people_are_mentioned_by_name(
    session: Session, maintainer: Person, item: Item, words: str, named: list[str]
) -> None:
    found = mentioned(session, item, words)
    assert sorted(session.get_one(Person, key).name for key in found) == named


def test_a_first_name_that_two_have_names_nobody(session: Session, maintainer: Person, item: Item) -> None:
    factories.comment(session, item, factories.person(session, "Mira Lang"))
    assert mentioned(session, item, "@Mira") == set()
    assert mentioned(session, item, "@Mira Okafor") == {maintainer.id}


@pytest.mark.parametrize(
    ("hears", "is_own", "is_urgent", "due_at"),
    [
        (Hear.AT_ONCE, False, False, MONDAY),
        (Hear.DAILY, False, False, datetime(2026, 11, 24, 7, tzinfo=UTC)),
        (Hear.WEEKLY, False, False, datetime(2026, 11, 30, 7, tzinfo=UTC)),
        (Hear.OWN, True, False, MONDAY),
        (Hear.OWN, False, False, None),
        (Hear.NOTHING, True, False, None),
        (Hear.DAILY, True, True, MONDAY),
        (Hear.WEEKLY, True, True, MONDAY),
        (Hear.NOTHING, True, True, None),
    ],
)
def test_a_mail_is_due_when_its_reader_chose(
    hears: Hear, is_own: bool, is_urgent: bool, due_at: datetime | None
) -> None:
    assert hears.due_at(MONDAY, is_own=is_own, is_urgent=is_urgent) == due_at


def test_before_seven_a_digest_leaves_the_same_day() -> None:
    early = MONDAY.replace(hour=6)
    for hears in (Hear.DAILY, Hear.WEEKLY):
        assert hears.due_at(early, is_own=False, is_urgent=False) == MONDAY.replace(hour=7)


def test_a_question_reaches_its_reporter_at_once_and_the_others_with_their_digest(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    for person in (member, other_member):
        notifications.choose(session, person, hears="weekly", comments=False)
    factories.move(session, item, maintainer, Status.NEEDS_INFO)
    assert [mail.recipient for mail in mails(session)] == [member.email]


def test_the_mail_of_a_question_leads_its_reporter_to_the_answer(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    row = factories.move(session, item, maintainer, Status.NEEDS_INFO, "Which phone?", why="They differ.",
                         due_on="2027-01-31", checklist="The model")  # fmt: skip
    told = (
        "\u2068Mira Okafor, CTO, asked about “Dark mode”\u2069:\n"
        f"<http://localhost:8000/items/{item.number}#moved-{row.id}>\n\n"
        "> Which phone?\n\nWhy we ask:\n\n> They differ.\n\nPlease include:\n\n> - The model\n\n"
        "Answer by 31 January 2027.\n\n"
    )
    here = f"You can answer here:\n<http://localhost:8000/items/{item.number}#comment-form>\n\n"
    assert {mail.recipient: mail.body.partition("---")[0] for mail in mails(session)} == {
        member.email: told + here,
        other_member.email: told,
    }


def test_one_mail_tells_what_happened_in_whole_sentences(
    session: Session, member: Person, maintainer: Person, item: Item
) -> None:
    row = factories.move(session, item, maintainer, Status.DECLINED, "Not *now*.", review_on="2027-05-03")
    first, _second = mails(session)
    assert (first.recipient, first.subject) == ("ada.lind@example.org", f"Dark mode (#{item.number})")
    assert first.item_number == item.number
    assert first.body == (
        "\u2068Mira Okafor, CTO, declined “Dark mode”\u2069:\n"
        f"<http://localhost:8000/items/{item.number}#moved-{row.id}>\n\n"
        "> Not *now*.\n\nReason: Out of scope\n\nWe look at it again on 3 May 2027.\n\n---\n\n"
        + foot(session, member, item)
    )


def test_a_mail_to_who_revoked_it_carries_no_address_of_their_cases(
    session: Session, member: Person, maintainer: Person, item: Item
) -> None:
    people.revoke_case_link(session, member)
    factories.move(session, item, maintainer, Status.PLANNED)
    first, second = sorted(mails(session), key=lambda mail: mail.recipient)
    assert ("/cases/" in first.body, "/cases/" in second.body) == (False, True)


def test_a_bulk_move_is_one_mail_with_its_words_once(session: Session, member: Person, maintainer: Person) -> None:
    several = [factories.item(session, member, title) for title in ("Dark mode", "Night theme")]
    events.silence(session, [item.number for item in several])
    status_changes.change_many(session, several, maintainer, Move(to="acknowledged", explanation="We have read it."))
    (mail,) = mails(session)
    assert (mail.subject, mail.item_number) == ("News of 2 items", None)
    assert mail.body.count("> We have read it.") == 1
    assert mail.body.startswith("\u2068Mira Okafor, CTO, acknowledged “Dark mode”\u2069:\n<")
    assert "\n\n\u2068Mira Okafor, CTO, acknowledged “Night theme”\u2069:\n<" in mail.body


def test_a_bulk_move_waits_until_all_of_it_is_told(
    session: Session, member: Person, maintainer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "EVENTS_MOST", 1)
    several = [factories.item(session, member) for _ in range(2)]
    events.silence(session, [item.number for item in several])
    status_changes.change_many(session, several, maintainer, Move(to="acknowledged", explanation="We have read it."))
    session.flush()
    telling.tell_some(session)
    assert not mailing.mail_some(session, db.now())
    assert len(mails(session)) == 1


def test_several_events_of_one_round_are_one_mail(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    factories.move(session, item, maintainer, Status.PLANNED, "In spring.")
    factories.move(session, item, maintainer, Status.SHIPPED, "It is out.")
    assert [mail.recipient for mail in mails(session)] == [member.email, other_member.email]
    assert all("> In spring." in mail.body and "> It is out." in mail.body for mail in mails(session))


def test_a_digest_comes_once_with_all_and_is_never_empty(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    notifications.choose(session, member, hears="daily", comments=False)
    notifications.mute(session, item, other_member)
    second = factories.item(session, member, "Night theme")
    for each in (item, second):
        factories.move(session, each, maintainer, Status.PLANNED)
    assert mails(session) == []
    tomorrow = db.now() + timedelta(days=1)
    (mail,) = mails(session, tomorrow)
    assert (mail.recipient, mail.subject) == (member.email, "News of 2 items")
    assert len(mails(session, tomorrow + timedelta(days=1))) == 1


def test_what_was_seen_before_the_digest_is_not_in_it(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    notifications.choose(session, member, hears="daily", comments=False)
    notifications.mute(session, item, other_member)
    factories.move(session, item, maintainer, Status.PLANNED)
    tell(session)
    notifications.look(session, item, member, db.now())
    assert mails(session, db.now() + timedelta(days=1)) == []


def test_another_choice_holds_for_what_waits(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    for person in (member, other_member):
        notifications.choose(session, person, hears="weekly", comments=False)
    factories.move(session, item, maintainer, Status.PLANNED)
    tell(session)
    notifications.choose(session, member, hears="at_once", comments=False)
    notifications.stop(session, other_member)
    assert [mail.recipient for mail in mails(session, db.now() + timedelta(days=9))] == [member.email]


def test_who_chooses_to_hear_of_their_own_items_gets_no_others_that_wait(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    notifications.choose(session, other_member, hears="weekly", comments=False)
    own = factories.item(session, other_member, "Night theme")
    events.silence(session, [own.number])
    notifications.mute(session, item, member)
    for each in (item, own):
        factories.move(session, each, maintainer, Status.PLANNED)
    tell(session)
    notifications.choose(session, other_member, hears="own", comments=False)
    assert [(mail.recipient, mail.item_number) for mail in mails(session)] == [(other_member.email, own.number)]


def test_the_page_tells_what_is_unseen_until_it_is_looked_at(
    session: Session, member: Person, maintainer: Person, item: Item
) -> None:
    notifications.stop(session, member)
    factories.move(session, item, maintainer, Status.PLANNED)
    tell(session)
    assert (notifications.count_new(session, member), notifications.is_new(session, member, item)) == (1, True)
    notifications.look(session, item, member, db.now())
    assert notifications.count_new(session, member) == 0
    factories.move(session, item, maintainer, Status.SHIPPED)
    tell(session)
    notifications.look_at_all(session, member, db.now())
    assert notifications.count_new(session, member) == 0
    assert not notifications.is_new(session, member, item)


def test_news_are_counted_by_item(session: Session, member: Person, maintainer: Person, item: Item) -> None:
    other = factories.item(session, member, "Search by date")
    for to in (Status.PLANNED, Status.IN_PROGRESS):
        factories.move(session, item, maintainer, to)
    factories.move(session, other, maintainer, Status.PLANNED)
    tell(session)
    assert notifications.count_new(session, member) == 2


def test_who_is_mentioned_on_what_is_no_case_of_theirs_is_told_elsewhere(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    factories.comment(session, item, member, "@Mira, is this planned?")
    tell(session)
    (told,) = notifications.elsewhere(session, maintainer)
    assert told.headline == f"Ada Lind commented on “{item.title}”"
    notifications.look(session, item, maintainer, db.now())
    assert notifications.elsewhere(session, maintainer) == []


def test_thousands_are_told_in_portions_and_each_once(
    session: Session, maintainer: Person, item: Item, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "PORTION", 3)
    monkeypatch.setattr(mailing, "PORTION", 3)
    for _ in range(8):
        votes.cast(session, item, factories.person(session))
    events.silence(session, [item.number])
    factories.move(session, item, maintainer, Status.PLANNED)
    session.flush()
    assert telling.tell_some(session)
    (event,) = session.exec(select(Event)).all()
    assert event.told_at is None
    assert len(told(session)) == 10
    assert event.told_at is not None
    recipients = [mail.recipient for mail in mails(session)]
    assert len(recipients) == len(set(recipients)) == 10


def test_a_portion_is_of_people_and_not_of_events(
    session: Session, member: Person, other_member: Person, maintainer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What few hear of is told together; the event with which the portion ends is told on from there."""
    monkeypatch.setattr(telling, "PORTION", 4)
    several = [factories.item(session, member, title) for title in ("Dark mode", "Night theme", "Dusk theme")]
    for item in several:
        votes.cast(session, item, other_member)
        votes.cast(session, item, factories.person(session))
    events.silence(session, [item.number for item in several])
    status_changes.change_many(session, several, maintainer, Move(to="acknowledged", explanation="We have read it."))
    session.flush()
    for ended in ([True, False, False], [True, True, False], [True, True, True]):
        assert telling.tell_some(session)
        noted = session.exec(select(Event).order_by(col(Event.id))).all()
        assert [event.told_at is not None for event in noted] == ended
    assert len(told(session)) == 9


def test_who_leaves_leaves_nothing_that_waits(session: Session, member: Person, maintainer: Person, item: Item) -> None:
    factories.move(session, item, maintainer, Status.PLANNED)
    tell(session)
    departure.leave(session, member, member.email or "")
    assert told(session) == ["Ben Osei"]


def test_what_was_told_long_ago_is_forgotten_unless_it_still_waits(
    session: Session, member: Person, maintainer: Person, item: Item
) -> None:
    long_ago = db.now() - timedelta(days=200)
    factories.move(session, item, maintainer, Status.PLANNED, at=long_ago)
    tell(session)
    notifications.forget_old(session)
    assert told(session) == ["Ada Lind", "Ben Osei"]
    notifications.stop(session, member)
    notifications.forget_old(session)
    assert told(session) == ["Ben Osei"]


def test_what_goes_out_with_its_import_leaves_no_notification_and_no_mail(
    session: Session, database: RolledBack, member: Person, maintainer: Person
) -> None:
    before = row_counts(session)
    batch = brought_in(database, "id,title\n1,Dark mode\n", kind="idea")
    for item in session.exec(select(Item)).all():
        subscriptions.follow(session, item, member)
        factories.move(session, item, maintainer, Status.PLANNED)
    assert len(mails(session)) == 1
    batch = undoing.begin(session, batch, keep_touched=False)
    running.run(database, batch, lambda _batch: None)
    left = {name: count - before[name] for name, count in row_counts(session).items() if count != before[name]}
    assert left == {"import": 1}


def test_followers_are_narrowed_to_an_item_before_both_kinds_are_put_together() -> None:
    """Among a million votes PostgreSQL reads all of them else; among few it shows in no plan."""
    words = str(SELECTED[Audience.FOLLOWERS])
    assert [f"{table}.item_number IN (" in words for table in ("subscription", "vote")] == [True, True]


def test_any_number_of_processes_write_one_mail_to_each(own_database: Database) -> None:
    with own_database.session() as session:
        maintainer = factories.person(session, role=Role.MAINTAINER)
        item = factories.item(session, factories.person(session))
        followers = [factories.person(session) for _ in range(60)]
        for person in followers:
            subscriptions.follow(session, item, person)
        factories.move(session, item, maintainer, Status.PLANNED)
    threads = [Thread(target=notifications.send_out, args=[own_database]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    notifications.send_out(own_database)
    with own_database.session() as session:
        recipients = session.exec(select(Mail.recipient)).all()
    assert len(recipients) == len(set(recipients)) == len(followers) + 1
