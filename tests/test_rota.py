"""Who answers this week: a week each in the order that an owner gave, named on the board, for who still can answer."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app import roles, rota
from app.people import Person, Role
from app.refusals import Invalid, NotAllowed

THURSDAY = date(2026, 11, 26)


def names(session: Session, today: date, most: int = 3) -> list[str]:
    return [person.name for _monday, person in rota.coming(session, today, most)]


def arrange(session: Session, owner: Person, *turns: Person) -> None:
    rota.arrange(session, owner, [str(person.id) for person in turns], THURSDAY)


def test_people_take_turns_from_monday_to_sunday(session: Session, owner: Person, maintainer: Person) -> None:
    arrange(session, owner, maintainer, owner)
    assert rota.coming(session, THURSDAY, 1)[0][0] == date(2026, 11, 23)
    assert names(session, THURSDAY) == ["Mira Okafor", "Noor Haddad", "Mira Okafor"]
    sunday = THURSDAY + timedelta(days=3)
    assert (names(session, sunday, 1), names(session, sunday + timedelta(days=1), 1)) == (
        ["Mira Okafor"],
        ["Noor Haddad"],
    )


def test_who_can_no_longer_answer_falls_out(session: Session, owner: Person, maintainer: Person) -> None:
    arrange(session, owner, maintainer, owner)
    roles.give(session, maintainer, Role.MEMBER, owner)
    assert names(session, THURSDAY) == ["Noor Haddad"] * 3


def test_without_turns_nobody_is_named(session: Session, owner: Person) -> None:
    arrange(session, owner)
    assert (names(session, THURSDAY), rota.named(session, THURSDAY)) == ([], "")


def test_only_owners_arrange_it_and_only_the_team_takes_turns(
    session: Session, owner: Person, maintainer: Person, member: Person
) -> None:
    with pytest.raises(NotAllowed):
        arrange(session, maintainer, maintainer)
    with pytest.raises(Invalid) as refusal:
        arrange(session, owner, member)
    assert list(refusal.value.problems) == ["order"]


def test_the_board_names_whose_week_it_is(
    owner_browser: TestClient, visitor_browser: TestClient, maintainer: Person
) -> None:
    assert "Answering this week" not in visitor_browser.get("/").text
    assert owner_browser.post("/settings/rota", data={"order": [str(maintainer.id), ""]}).status_code == 303
    assert "Answering this week: Mira Okafor, CTO" in visitor_browser.get("/").text
