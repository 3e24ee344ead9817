"""Fewer mails, or none, from the mail itself: without signing in, by a button, and never by a mere look."""

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app import hiding, seals, subscriptions, votes
from app.hearing import Hear
from app.items import Item
from app.people import Person
from tests import factories


@pytest.fixture
def item(session: Session, member: Person, other_member: Person) -> Item:
    made = factories.item(session, member, "Dark mode")
    votes.cast(session, made, other_member)
    return made


@pytest.fixture
def path(session: Session, other_member: Person) -> str:
    """Where the mails to Ben say that he can stop them."""
    return f"/mail/{seals.of(session, other_member, seals.For.MAILS)}"


def test_a_look_shows_a_button_and_changes_nothing(
    session: Session, visitor_browser: TestClient, other_member: Person, item: Item, path: str
) -> None:
    for address, button in ((path, "Stop all mails"), (f"{path}{item.path}", "Stop mails about this item")):
        page = visitor_browser.get(address)
        assert (page.status_code, f'<button class="button">{button}</button>' in page.text) == (200, True)
    session.refresh(other_member)
    assert (other_member.hears, subscriptions.follows(session, item, other_member)) == (Hear.AT_ONCE, True)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"},
        {"Origin": "null"},
    ],
)
def test_a_mail_program_unsubscribes_its_user_with_one_click(
    session: Session, visitor_browser: TestClient, other_member: Person, path: str, headers: dict[str, str]
) -> None:
    answer = visitor_browser.post(path, data={"List-Unsubscribe": "One-Click"}, headers=headers)
    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    session.refresh(other_member)
    assert other_member.hears is Hear.NOTHING


def test_one_item_is_muted_and_no_other(
    session: Session, visitor_browser: TestClient, other_member: Person, item: Item, path: str
) -> None:
    second = factories.item(session, other_member)
    assert visitor_browser.post(f"{path}{item.path}").status_code == 200
    session.expire_all()
    following = [subscriptions.follows(session, each, other_member) for each in (item, second)]
    assert (following, other_member.hears) == ([False, True], Hear.AT_ONCE)


def test_what_was_put_out_of_sight_is_named_to_its_reporter_alone(
    session: Session, visitor_browser: TestClient, member: Person, maintainer: Person, item: Item, path: str
) -> None:
    hiding.hide(session, item, maintainer, "It names a customer.")
    for answer in (visitor_browser.get(f"{path}{item.path}"), visitor_browser.post(f"{path}{item.path}")):
        assert (answer.status_code, item.title in answer.text) == (404, False)
    reporters = f"/mail/{seals.of(session, member, seals.For.MAILS)}"
    assert item.title in visitor_browser.get(f"{reporters}{item.path}").text


def test_the_page_is_kept_by_nobody_and_shows_no_address(visitor_browser: TestClient, path: str) -> None:
    page = visitor_browser.get(path)
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("private, no-store", "noindex")
    assert "b***@example.org" in page.text
    assert "ben.osei@example.org" not in page.text


@pytest.mark.parametrize("end", ["", "-", "-x", "x"])
def test_a_seal_that_was_never_made_opens_nothing(visitor_browser: TestClient, path: str, end: str) -> None:
    person, _, seal = path.rpartition("/")[2].partition("-")
    for odd in (
        f"{person}{end}",
        f"{person}-{seal}{end or 'x'}",
        f"{end}{int(person) + 1}-{seal}",
        f"{'9' * 12}-{seal}",
    ):
        assert visitor_browser.get(f"/mail/{odd}").status_code == 404
        assert visitor_browser.post(f"/mail/{odd}").status_code == 404


def test_what_people_hear_of_is_chosen_on_the_profile(
    session: Session, other_browser: TestClient, other_member: Person
) -> None:
    answer = other_browser.post("/me/hearing", data={"hears": "daily", "comments": "yes"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/me/profile#hearing")
    session.refresh(other_member)
    assert (other_member.hears, other_member.hears_comments) == (Hear.DAILY, True)
    page = other_browser.get("/me/profile").text
    assert 'value="daily" required checked' in page
