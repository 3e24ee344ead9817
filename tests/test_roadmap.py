"""Where the promised items stand."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from app import db, hiding, roadmap, votes
from app.people import Person
from app.statuses import Status
from tests import factories


def shown(session: Session, viewer: Person | None = None) -> dict[Status, list[str]]:
    return {stop.status: [row.title for row in stop.rows] for stop in roadmap.stations(session, viewer)}


def test_the_stations_go_from_acknowledged_to_shipped_and_then_to_what_is_declined(session: Session) -> None:
    assert list(shown(session)) == [
        Status.ACKNOWLEDGED,
        Status.NEEDS_INFO,
        Status.PLANNED,
        Status.IN_PROGRESS,
        Status.SHIPPED,
        Status.DECLINED,
    ]


def test_what_is_wanted_most_comes_first_and_of_what_is_out_the_latest(
    session: Session, member: Person, other_member: Person, maintainer: Person
) -> None:
    for status in (Status.IN_PROGRESS, Status.SHIPPED):
        wanted, late = (factories.item(session, member, name) for name in ("Wanted", "Late"))
        votes.cast(session, wanted, other_member)
        factories.move(session, wanted, maintainer, status, at=db.now() - timedelta(days=1))
        factories.move(session, late, maintainer, status)
    found = shown(session)
    assert (found[Status.IN_PROGRESS], found[Status.SHIPPED]) == (["Wanted", "Late"], ["Late", "Wanted"])


@pytest.mark.parametrize("status", [Status.NEEDS_INFO, Status.PLANNED, Status.IN_PROGRESS])
def test_what_is_promised_is_grouped_by_its_target_the_nearest_first(
    session: Session, member: Person, maintainer: Person, status: Status
) -> None:
    for target in ("", "2030-Q1", "2029-12", "2029-Q4", "2029-11"):
        item = factories.item(session, member, target or "some day")
        for to in dict.fromkeys((Status.PLANNED, status)):
            factories.move(session, item, maintainer, to, target=target)
    (promised,) = (stop for stop in roadmap.stations(session, None) if stop.status is status)
    assert [target for target, _rows in promised.groups] == ["2029-11", "2029-12", "2029-Q4", "2030-Q1", None]


def test_a_station_shows_twenty_and_leads_to_the_rest(session: Session, member: Person, maintainer: Person) -> None:
    for number in range(21):
        item = factories.item(session, member, f"Item {number}")
        factories.move(session, item, maintainer, Status.ACKNOWLEDGED)
    acknowledged = roadmap.stations(session, None)[0]
    assert (len(acknowledged.rows), acknowledged.has_more) == (20, True)
    assert acknowledged.all_of_them.path == "/?sort=votes&status=acknowledged"


def test_of_refusals_the_latest_five_are_shown_because_each_is_long(
    session: Session, member: Person, maintainer: Person
) -> None:
    for name in "ABCDEF":
        factories.move(session, factories.item(session, member, name), maintainer, Status.DECLINED)
    *_others, declined = roadmap.stations(session, None)
    assert ([row.title for row in declined.rows], declined.has_more) == (["F", "E", "D", "C", "B"], True)


def test_what_a_person_may_not_see_is_not_on_the_roadmap(
    session: Session, member: Person, other_member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member, "Hidden")
    factories.move(session, item, maintainer, Status.PLANNED)
    hiding.hide(session, item, maintainer, "It names a customer.")
    assert shown(session)[Status.PLANNED] == shown(session, other_member)[Status.PLANNED] == []
    assert shown(session, maintainer)[Status.PLANNED] == ["Hidden"]


def test_a_refusal_carries_its_reason_and_its_workaround(session: Session, member: Person, maintainer: Person) -> None:
    item = factories.item(session, member)
    factories.move(session, item, maintainer, Status.DECLINED, workaround="Use **Sort**.")
    (row,) = roadmap.stations(session, None)[-1].rows
    assert (row.reason, row.workaround_html) == ("out_of_scope", "<p>Use <strong>Sort</strong>.</p>\n")
    assert row.review_on is not None
