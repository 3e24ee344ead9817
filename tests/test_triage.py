"""What the team should look at next: which section holds what, in which order, and pages that skip nothing."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from app import hiding, triage
from app.items import Item
from app.people import Person
from app.status_changes import proposals
from app.statuses import Status
from app.triage import Section, View
from tests import factories

NOW = datetime.fromisoformat("2026-05-20T12:00:00+00:00")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def titles(session: Session, section: Section, **chosen: str) -> list[str]:
    found = triage.page(session, View(section, **chosen), NOW)
    return [row.item.title for row in found.rows]


@pytest.fixture
def board_of_all(session: Session, member: Person, maintainer: Person, advocate: Person) -> None:
    """Something in every section, and beside it what belongs in none."""

    def item(title: str, days: float, **fields: object) -> Item:
        return factories.item(session, member, title, at=ago(days), **fields)  # type: ignore[arg-type]

    def planned(title: str, target: str, to: Status = Status.PLANNED) -> None:
        factories.move(session, item(title, 300), maintainer, to, at=ago(299), target=target)

    def declined(title: str, review_on: str) -> None:
        factories.move(session, item(title, 200), maintainer, Status.DECLINED, at=ago(199), review_on=review_on)

    item("New for two days", 2)
    item("New for nine days", 9)
    hiding.hide(session, item("Spam", 50), maintainer, "Spam.")
    for title, days, due_on in (("Answered", 30, "05-22"), ("Due later", 10, "06-10"), ("Due soon", 10, "05-21")):
        asked = item(title, days)
        factories.move(session, asked, maintainer, Status.NEEDS_INFO, at=ago(days - 1), due_on=f"2026-{due_on}")
        if title == "Answered":
            factories.comment(session, asked, member, "Version 3.", at=ago(5))
    planned("Due this month", "2026-05", Status.IN_PROGRESS)
    for title, target in (("Past", "2026-03"), ("Past by a quarter", "2026-Q1"), ("Not due", "2026-06"),
                          ("Not due for a quarter", "2026-Q2"), ("No date", "")):  # fmt: skip
        planned(title, target)
    asked = item("Promised and asked about", 300)
    factories.move(session, asked, maintainer, Status.PLANNED, at=ago(299), target="2026-04")
    factories.move(session, asked, maintainer, Status.NEEDS_INFO, at=ago(1), due_on="2026-06-20")
    declined("Reviewed today", "2026-05-20")
    declined("Review missed", "2026-04-01")
    declined("Reviewed later", "2026-05-21")
    one, other = item("One", 0.2), item("Other", 0.1)
    proposals.propose(session, one, advocate, str(other.number), "The same.")


EXPECTED = {
    Section.WAITING: ["New for nine days", "Answered", "New for two days", "One", "Other"],
    Section.UNANSWERED: ["New for nine days", "New for two days", "One", "Other"],
    Section.ANSWERED: ["Answered"],
    Section.QUESTIONS: ["Due soon", "Due later", "Promised and asked about"],
    Section.TARGETS: ["Past", "Past by a quarter", "Promised and asked about", "Due this month"],
    Section.REVIEWS: ["Review missed", "Reviewed today"],
}


def test_each_section_holds_what_it_says_in_the_order_of_urgency_and_is_counted(
    session: Session, board_of_all: None
) -> None:
    assert {section: titles(session, section) for section in EXPECTED} == EXPECTED
    expected = {section: len(found) for section, found in EXPECTED.items()} | {Section.MERGES: 1}
    assert triage.counts(session, View(), NOW) == expected


def test_a_board_may_be_looked_at_alone(session: Session, board_of_all: None, member: Person) -> None:
    factories.board(session, "maps")
    factories.item(session, member, "On maps", board="maps", at=ago(1))
    view = View(board="maps")
    assert titles(session, Section.WAITING, board="maps") == ["On maps"]
    assert triage.counts(session, view, NOW) == dict.fromkeys(Section, 0) | {
        Section.WAITING: 1, Section.UNANSWERED: 1,
    }  # fmt: skip


def test_pages_follow_each_other_without_a_gap(
    session: Session, board_of_all: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triage, "PAGE", 1)
    for section, expected in EXPECTED.items():
        found, view = [], View(section)
        for _ in expected:
            page = triage.page(session, view, NOW)
            found += [row.item.title for row in page.rows]
            view = page.next or view
        assert (found, page.next) == (expected, None)


def test_a_page_goes_on_after_an_item_that_was_moved_meanwhile(
    session: Session, board_of_all: None, monkeypatch: pytest.MonkeyPatch, maintainer: Person
) -> None:
    monkeypatch.setattr(triage, "PAGE", 2)
    first = triage.page(session, View(), NOW)
    for row in first.rows:
        factories.move(session, row.item, maintainer, Status.PLANNED)
    assert first.next is not None
    assert [row.item.title for row in triage.page(session, first.next, NOW).rows] == ["New for two days", "One"]


def test_items_of_one_moment_are_on_one_page_each(
    session: Session, monkeypatch: pytest.MonkeyPatch, member: Person
) -> None:
    monkeypatch.setattr(triage, "PAGE", 2)
    for number in range(5):
        factories.item(session, member, f"Item {number}", at=ago(1))
    found, view = [], View()
    while True:
        page = triage.page(session, view, NOW)
        found += [row.item.title for row in page.rows]
        if page.next is None:
            break
        view = page.next
    assert found == [f"Item {number}" for number in range(5)]


NEVER_GIVEN = ["x", "5", "5_", "_", "5_yesterday", "x_2026-05-01T00:00:00+00:00", "5_2026-05-01T00:00"]


def test_a_token_that_was_never_given_begins_at_the_start(session: Session, board_of_all: None) -> None:
    for section in (Section.WAITING, Section.QUESTIONS, Section.REVIEWS):
        found = {after: titles(session, section, after=after) for after in NEVER_GIVEN}
        assert found == dict.fromkeys(NEVER_GIVEN, EXPECTED[section])


@pytest.mark.parametrize(
    ("view", "path"),
    [
        (View(), "/triage"),
        (View(Section.REVIEWS), "/triage?show=reviews"),
        (View(Section.MERGES, "maps", "5_x"), "/triage?show=merges&board=maps&after=5_x"),
        (View(Section.MERGES, "maps", "5_x").but(section=Section.WAITING), "/triage?board=maps"),
    ],
)
def test_every_view_is_an_address(view: View, path: str) -> None:
    assert view.path == path


def test_an_address_that_asks_for_no_section_shows_the_first() -> None:
    assert View.read("everything", "", "") == View()
