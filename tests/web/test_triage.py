"""The triage page: sections by their addresses, several items moved at once, and a cost that does not grow."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import db
from app.items import Item
from app.people import Person
from app.status_changes import StatusChange, proposals
from app.statuses import Kind, Status
from app.triage import Section
from tests import factories
from tests.looking import counted, typed_into, words

PATH = "/triage/status-changes"
TYPED = {
    "to": "declined", "explanation": "None <fits>.", "reason": "obsolete", "workaround": "", "review_on": "some day",
    "why": "", "due_on": "", "checklist": "", "target": "", "shipped_in": "", "shipped_link": "", "duplicate_of": "",
    "show": "unanswered", "board": "", "after": "", "chosen": ["1-new", "3-new"],
}  # fmt: skip


@pytest.fixture
def some(session: Session, member: Person) -> list[Item]:
    return [factories.item(session, member, f"Item {number}") for number in (1, 2, 3)]


def moves(session: Session) -> list[tuple[int, Status, str]]:
    rows = session.exec(select(StatusChange).order_by(col(StatusChange.id)))
    return [(row.item_number, row.to_status, row.explanation) for row in rows]


@pytest.mark.parametrize(("who", "code"), [("member", 404), ("advocate", 404), ("maintainer", 200), ("owner", 200)])
def test_triage_is_for_maintainers(session: Session, request: pytest.FixtureRequest, who: str, code: int) -> None:
    browser: TestClient = request.getfixturevalue(f"{who}_browser")
    assert browser.get("/triage").status_code == code
    assert browser.post(PATH, data={}).status_code == (422 if code == 200 else 404)


def test_a_row_says_who_waits_how_long_for_what(
    session: Session, maintainer_browser: TestClient, some: list[Item]
) -> None:
    page = maintainer_browser.get("/triage")
    assert words(page, 'class="triage-row"', "</li>") == (
        "Choose “Item 1” Item 1 #1 Waiting less than a minute New Idea 1 vote Ada Lind It would help us every day."
    )


def test_counts_that_came_with_an_import_stand_apart_from_votes(
    session: Session, maintainer_browser: TestClient, some: list[Item]
) -> None:
    factories.imported(session, some[0], 340)
    row = words(maintainer_browser.get("/triage"), 'class="triage-row"', "</li>")
    assert "Idea 1 vote +340 from the earlier board Ada Lind" in row


@pytest.mark.parametrize("section", Section)
def test_every_section_is_an_address(maintainer_browser: TestClient, some: list[Item], section: Section) -> None:
    page = maintainer_browser.get(f"/triage?show={section}")
    assert page.status_code == 200
    assert section.meaning in page.text


def test_several_are_moved_with_the_words_written_once(
    session: Session, maintainer_browser: TestClient, some: list[Item]
) -> None:
    answer = maintainer_browser.post(PATH, data=TYPED | {"review_on": ""})
    assert (answer.status_code, answer.headers["location"]) == (303, "/triage?show=unanswered")
    assert moves(session) == [(number, Status.DECLINED, "None <fits>.") for number in (1, 3)]
    page = maintainer_browser.get("/triage?show=unanswered")
    assert words(page, 'class="notice"', "</p>") == "2 items are “Won’t do” now."


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ([Kind.DEFECT], "One item is “Fixed” now."),
        ([Kind.IDEA, Kind.IDEA], "2 items are “Shipped” now."),
        ([Kind.IDEA, Kind.DEFECT], "2 items are “Fixed / Shipped” now."),
    ],
)
def test_what_was_moved_is_called_as_its_kind_is(
    session: Session, maintainer_browser: TestClient, member: Person, kinds: list[Kind], said: str
) -> None:
    chosen = [f"{factories.item(session, member, kind=kind).number}-new" for kind in kinds]
    answer = maintainer_browser.post(PATH, data={"to": "shipped", "explanation": "It is out.", "chosen": chosen})
    assert answer.status_code == 303
    assert words(maintainer_browser.get("/triage"), 'class="notice"', "</p>") == said


def test_a_form_that_was_not_taken_keeps_all_that_was_typed_and_chosen(
    session: Session, maintainer_browser: TestClient, some: list[Item]
) -> None:
    answer = maintainer_browser.post(PATH, data=TYPED)
    assert answer.status_code == 422
    assert words(answer, 'id="move-problem-review_on"', "</p>") == "Look again on: write a date like 2027-01-31."
    assert typed_into(answer, PATH) == TYPED
    assert moves(session) == []


def test_none_is_moved_when_one_was_moved_meanwhile(
    session: Session, maintainer_browser: TestClient, owner: Person, some: list[Item]
) -> None:
    factories.move(session, some[2], owner, Status.PLANNED, "It comes.")
    answer = maintainer_browser.post(PATH, data=TYPED | {"review_on": ""})
    assert answer.status_code == 409
    assert "Somebody was faster: Noor Haddad, Founder moved #3 to “Planned”" in words(
        answer, 'id="move-problems"', "</div>"
    )
    again = typed_into(answer, PATH)
    assert (again["chosen"], again["explanation"]) == ("1-new", "None <fits>.")
    assert moves(session) == [(3, Status.PLANNED, "It comes.")]


@pytest.mark.parametrize(
    ("chosen", "words_"),
    [
        ([], "Choose at least one item."),
        (["everything"], "Choose items of the list."),
        (["99-new"], "Choose at least one item."),
        ([f"{'9' * 30}-new"], "Choose items of the list."),
    ],
)
def test_something_of_the_list_has_to_be_chosen(
    maintainer_browser: TestClient, some: list[Item], chosen: list[str], words_: str
) -> None:
    answer = maintainer_browser.post(PATH, data=TYPED | {"review_on": "", "chosen": chosen})
    assert answer.status_code == 422
    assert words(answer, 'id="move-problems"', "</div>") == f"One thing needs your attention: {words_}"


def test_workarounds_stay_when_several_are_declined_without_one(
    session: Session, maintainer: Person, maintainer_browser: TestClient, some: list[Item]
) -> None:
    factories.move(session, some[0], maintainer, Status.DECLINED, workaround="Copy it.")
    factories.move(session, some[0], maintainer, Status.ACKNOWLEDGED)
    data = TYPED | {"review_on": "", "chosen": ["1-acknowledged"]}
    assert maintainer_browser.post(PATH, data=data).status_code == 303
    assert some[0].workaround == "Copy it."


def test_proposed_merges_are_decided_here(
    session: Session, maintainer_browser: TestClient, advocate: Person, some: list[Item]
) -> None:
    proposals.propose(session, some[0], advocate, "2", "Both are items.")
    page = maintainer_browser.get("/triage?show=merges")
    assert words(page, 'class="stack triage-merges"', "<details>") == (
        "Item 1 #1 Chiara Moretti holds this to be the same as #2 Item 2 : Both are items."
    )
    data = typed_into(page, "/items/1/status-changes") | {"explanation": "They are."}
    assert maintainer_browser.post("/items/1/status-changes", data=data).status_code == 303
    assert some[0].merged_into == 2


@pytest.mark.parametrize("section", [Section.WAITING, Section.MERGES])
def test_the_page_costs_the_same_number_of_queries_however_long_it_is(
    session: Session, maintainer_browser: TestClient, member: Person, advocate: Person, section: Section
) -> None:
    costs = []
    for _ in range(2):
        for _ in range(3):
            one, other = factories.item(session, member), factories.item(session, member)
            proposals.propose(session, one, advocate, str(other.number), "The same.")
        with counted(session) as statements:
            assert maintainer_browser.get(f"/triage?show={section}").status_code == 200
        costs.append(len(statements))
    assert costs == [6, 6], "\n".join(statements)


def test_what_was_declined_is_opened_again_where_reviews_are_due(
    session: Session, maintainer: Person, maintainer_browser: TestClient, member: Person
) -> None:
    then = db.now() - timedelta(days=400)
    item = factories.item(session, member, at=then)
    factories.move(session, item, maintainer, Status.DECLINED, at=then)
    form = typed_into(maintainer_browser.get("/triage?show=reviews"), PATH)
    assert form == {
        "show": "reviews", "board": "", "after": "", "to": "acknowledged", "explanation": "",
    }  # fmt: skip
    data = form | {"chosen": f"{item.number}-declined", "explanation": "We can do it now."}
    assert maintainer_browser.post(PATH, data=data).status_code == 303
    assert item.status is Status.ACKNOWLEDGED
