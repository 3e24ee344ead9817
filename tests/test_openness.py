"""How the team keeps its word, in figures, at a fixed time."""

from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from app import hiding, openness
from app.boards import Access
from app.items import Item
from app.openness import Bar, Promises, Week
from app.people import Person
from app.statuses import Status
from tests import factories

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday


def days_ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def test_an_empty_board_has_nothing_to_tell(session: Session) -> None:
    told = openness.of(session, None, NOW)
    assert (told.waiting, told.longest, told.first_answer, told.declined) == (0, None, None, [])
    assert told.promises == Promises(0, 0, 0)
    assert [week.count for week in told.weeks] == [0] * 12


def test_who_waits_is_counted_by_age(session: Session, member: Person) -> None:
    for days in (1, 2, 10, 200):
        factories.item(session, member, at=days_ago(days))
    told = openness.of(session, None, NOW)
    assert (told.waiting, told.longest) == (4, timedelta(days=200))
    assert told.waits == [
        Bar("Less than a week", 2, 100), Bar("One to four weeks", 1, 50), Bar("One to three months", 0, 0),
        Bar("Longer", 1, 50),
    ]  # fmt: skip


def test_what_is_hidden_waits_for_nobody(session: Session, member: Person, maintainer: Person) -> None:
    hiding.hide(session, factories.item(session, member), maintainer, "It names a customer.")
    assert openness.of(session, maintainer, NOW).waiting == 0


def test_first_answers_are_measured_in_the_week_in_which_they_came(
    session: Session, member: Person, maintainer: Person
) -> None:
    for waited in (1, 2, 9):
        item = factories.item(session, member, at=days_ago(7 + waited))
        factories.move(session, item, maintainer, Status.ACKNOWLEDGED, at=days_ago(7))
    told = openness.of(session, None, NOW)
    assert told.first_answer == timedelta(days=2)
    assert told.weeks[-2] == Week(date(2026, 11, 16), 3, timedelta(days=2), 100)
    assert sum(week.count for week in told.weeks) == 3


def test_a_promise_counts_by_the_period_that_was_first_said(
    session: Session, member: Person, maintainer: Person
) -> None:
    for first, shipped_ago in (("2026-10", 30), ("2026-10", 2), ("2026-09", None), ("2027-01", None)):
        item = factories.item(session, member, at=days_ago(100))
        factories.move(session, item, maintainer, Status.PLANNED, at=days_ago(90), target=first)
        if shipped_ago is not None:
            factories.move(session, item, maintainer, Status.SHIPPED, at=days_ago(shipped_ago))
    assert openness.of(session, None, NOW).promises == Promises(kept=1, slipped=2, to_come=1)


def promised(session: Session, member: Person, maintainer: Person, target: str) -> Item:
    item = factories.item(session, member, at=days_ago(100))
    factories.move(session, item, maintainer, Status.PLANNED, at=days_ago(90), target=target)
    return item


def promises(session: Session) -> Promises:
    return openness.of(session, None, NOW).promises


def test_a_promise_stays_kept_when_what_was_out_in_time_is_opened_again(
    session: Session, member: Person, maintainer: Person
) -> None:
    item = promised(session, member, maintainer, "2026-10")
    factories.move(session, item, maintainer, Status.SHIPPED, at=days_ago(30))
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED, at=days_ago(3))
    assert promises(session) == Promises(kept=1, slipped=0, to_come=0)


def test_what_was_out_before_it_was_promised_keeps_no_promise(
    session: Session, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member, at=days_ago(100))
    factories.move(session, item, maintainer, Status.SHIPPED, at=days_ago(99))
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED, at=days_ago(98))
    factories.move(session, item, maintainer, Status.PLANNED, at=days_ago(90), target="2026-10")
    assert promises(session) == Promises(kept=0, slipped=1, to_come=0)


def test_a_promise_of_what_was_merged_is_kept_and_given_up_with_the_other(
    session: Session, member: Person, maintainer: Person
) -> None:
    for end in (Status.SHIPPED, Status.DECLINED):
        item, other = promised(session, member, maintainer, "2027-01"), factories.item(session, member)
        factories.move(session, item, maintainer, Status.DUPLICATE, at=days_ago(80), duplicate_of=str(other.number))
        factories.move(session, other, maintainer, end, at=days_ago(70))
    assert promises(session) == Promises(kept=1, slipped=1, to_come=0)


def test_a_promise_of_what_is_declined_has_slipped(session: Session, member: Person, maintainer: Person) -> None:
    item = promised(session, member, maintainer, "2027-01")
    factories.move(session, item, maintainer, Status.DECLINED, at=days_ago(2))
    assert promises(session) == Promises(kept=0, slipped=1, to_come=0)


def test_refusals_are_counted_by_reason(session: Session, member: Person, maintainer: Person) -> None:
    for reason in ("obsolete", "out_of_scope", "out_of_scope"):
        item = factories.item(session, member)
        factories.move(session, item, maintainer, Status.DECLINED, reason=reason)
    assert openness.of(session, None, NOW).declined == [Bar("Out of scope", 2, 100), Bar("Obsolete", 1, 50)]


def test_a_private_board_is_counted_for_those_who_see_it(session: Session, member: Person) -> None:
    factories.board(session, "members", access=Access.MEMBERS)
    factories.item(session, member, board="members", at=days_ago(1))
    assert openness.of(session, None, NOW).waiting == 0
    assert openness.of(session, member, NOW).waiting == 1
