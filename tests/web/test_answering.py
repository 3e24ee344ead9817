"""The team's forms on an item: taken, refused with all that was typed, and shown to whom they are for."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import people, tags
from app.items import Item
from app.people import Person, Role
from app.status_changes import MergeProposal, StatusChange, proposals
from app.statuses import Status
from tests import factories
from tests.looking import earlier_words, typed_into, words

HTMX = {"HX-Request": "true"}
TYPED = {
    "to": "declined", "seen": "new", "explanation": "Not <ours>.", "reason": "", "workaround": "Copy *it*.",
    "review_on": "some day", "why": "why & how", "due_on": "2031-01-02", "checklist": "a\nb", "target": "2031-Q1",
    "shipped_in": '4 "beta"', "shipped_link": "https://example.org/?a=1&b=2", "duplicate_of": "#7",
}  # fmt: skip


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Dark mode")


@pytest.fixture
def other(session: Session, item: Item, member: Person) -> Item:
    return factories.item(session, member, "A dark theme")


def moves(session: Session) -> list[tuple[Status, str]]:
    rows = session.exec(select(StatusChange).order_by(col(StatusChange.id)))
    return [(row.to_status, row.explanation) for row in rows]


def statuses_offered(browser: TestClient) -> list[str]:
    """The choices of the form that moves item 1, or the only one."""
    page = browser.get("/items/1").text
    form = page.partition('action="/items/1/status-changes#move"')[2].partition("</form>")[0]
    inputs = [piece.partition(">")[0] for piece in form.split("<input ") if 'name="to"' in piece.partition(">")[0]]
    return [piece.partition('value="')[2].partition('"')[0] for piece in inputs]


def test_a_move_is_taken_and_told_on_the_item(session: Session, maintainer_browser: TestClient, item: Item) -> None:
    answer = maintainer_browser.post(
        "/items/1/status-changes", data={"to": "planned", "explanation": "We *do* it.", "target": "2031-05"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/items/1")
    page = maintainer_browser.get("/items/1")
    assert words(page, 'class="notice"', "</p>") == "#1 is “Planned” now."
    assert (item.status, item.target, moves(session)) == (Status.PLANNED, "2031-05", [(Status.PLANNED, "We *do* it.")])


def test_htmx_loads_the_item_whole(maintainer_browser: TestClient, item: Item) -> None:
    data = {"to": "acknowledged", "explanation": "Seen."}
    answer = maintainer_browser.post("/items/1/status-changes", data=data, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"], answer.text) == (204, "/items/1", "")
    assert words(maintainer_browser.get("/items/1"), 'class="notice"', "</p>") == "#1 is “Acknowledged” now."


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_form_that_was_not_taken_keeps_all_that_was_typed(
    session: Session, maintainer_browser: TestClient, item: Item, headers: dict[str, str]
) -> None:
    answer = maintainer_browser.post("/items/1/status-changes", data=TYPED, headers=headers)
    assert answer.status_code == 422
    assert words(answer, 'id="move-problems"', "</div>") == (
        "2 things need your attention: Reason: choose one of those offered. "
        "Look again on: write a date like 2027-01-31."
    )
    assert typed_into(answer, "/items/1/status-changes") == TYPED
    assert ("<html" in answer.text) is (headers == {})
    assert moves(session) == []


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_whoever_was_slower_is_told_and_offered_what_the_item_allows_now(
    session: Session, maintainer_browser: TestClient, owner: Person, item: Item, headers: dict[str, str]
) -> None:
    factories.move(session, item, owner, Status.PLANNED, "It comes.")
    data = {"to": "planned", "seen": "new", "explanation": "We plan it.", "target": "2031-05"}
    answer = maintainer_browser.post("/items/1/status-changes", data=data, headers=headers)
    assert answer.status_code == 409
    assert "Somebody was faster: Noor Haddad, Founder moved #1 to “Planned”" in words(
        answer, 'id="move-problems"', "</div>"
    )
    again = typed_into(answer, "/items/1/status-changes")
    assert (again["seen"], again["explanation"], again["target"]) == ("planned", "We plan it.", "2031-05")
    assert "to" not in again
    assert moves(session) == [(Status.PLANNED, "It comes.")]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize(
    ("role", "path", "data"),
    [
        (Role.MAINTAINER, "target-moves", {"target": "2031-05", "cause": "It is late."}),
        (Role.ADVOCATE, "merge-proposals", {"duplicate_of": "2", "words": "Both are dark."}),
        (Role.ADVOCATE, "status-changes", {"to": "needs_info", "explanation": "Which one?", "why": "They differ."}),
    ],
)
def test_a_form_that_the_item_offers_no_longer_is_drawn_with_what_was_typed(
    session: Session, browser_of: Callable[[Person | None], TestClient], owner: Person, item: Item, other: Item,
    role: Role, path: str, data: dict[str, str], headers: dict[str, str],
) -> None:  # fmt: skip
    factories.move(session, item, owner, Status.SHIPPED, "It is out.")
    browser = browser_of(factories.person(session, role=role))
    answer = browser.post(f"/items/1/{path}", data=data, headers=headers)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    again = typed_into(answer, f"/items/1/{path}")
    assert {name: again[name] for name in data} == data


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_whoever_has_chosen_no_name_is_asked_for_one_and_keeps_what_was_typed(
    session: Session, maintainer_browser: TestClient, maintainer: Person, item: Item, headers: dict[str, str]
) -> None:
    maintainer.name = people.provisional_name(maintainer)
    data = {"seen": "new", "to": "planned", "explanation": "We do it."}
    answer = maintainer_browser.post("/items/1/status-changes", data=data, headers=headers)
    problem = "Choose your name in your profile first: what the team answers stands under a name."
    assert (answer.status_code, words(answer, 'id="move-problem-to"', "</p>")) == (409, problem)
    again = typed_into(answer, "/items/1/status-changes")
    assert {name: again[name] for name in data} == data
    data = {"body": "We do it.", "official": "yes"}
    answer = maintainer_browser.post("/items/1/comments", data=data, headers=headers)
    assert (answer.status_code, words(answer, 'id="problem-body"', "</p>")) == (409, problem)
    assert typed_into(answer, "/items/1/comments") == data
    assert moves(session) == []


@pytest.mark.parametrize(
    ("status", "code"),
    [("", 422), ("done", 422), ("new", 409)],
)
def test_only_a_status_that_may_follow_is_taken(
    maintainer_browser: TestClient, item: Item, status: str, code: int
) -> None:
    data = {"to": status, "explanation": "Words."}
    assert maintainer_browser.post("/items/1/status-changes", data=data).status_code == code


def test_the_form_fits_the_role_and_the_status(
    session: Session, visitor_browser: TestClient, member_browser: TestClient, advocate_browser: TestClient,
    maintainer_browser: TestClient, maintainer: Person, item: Item,
) -> None:  # fmt: skip
    everything = ["acknowledged", "needs_info", "planned", "in_progress", "shipped", "declined", "duplicate"]
    browsers = (visitor_browser, member_browser, advocate_browser, maintainer_browser)
    assert [statuses_offered(browser) for browser in browsers] == [[], [], ["needs_info"], everything]
    factories.move(session, item, maintainer, Status.PLANNED)
    assert statuses_offered(maintainer_browser) == [status for status in everything if status != "planned"]
    factories.move(session, item, maintainer, Status.SHIPPED)
    assert [statuses_offered(browser) for browser in browsers] == [[], [], [], ["acknowledged"]]
    assert "Open it again" in words(maintainer_browser.get("/items/1"), 'id="move"', "</form>")


def test_a_merge_is_undone_by_the_same_form(
    session: Session, maintainer_browser: TestClient, maintainer: Person, item: Item, other: Item
) -> None:
    data = {"to": "duplicate", "seen": "new", "explanation": "The same.", "duplicate_of": "#2"}
    assert maintainer_browser.post("/items/1/status-changes", data=data).status_code == 303
    assert (item.root, statuses_offered(maintainer_browser)) == (2, ["acknowledged"])
    assert "Undo the merge" in words(maintainer_browser.get("/items/1"), 'id="move"', "</form>")
    data = {"to": "acknowledged", "seen": "duplicate", "explanation": "Not the same."}
    assert maintainer_browser.post("/items/1/status-changes", data=data).status_code == 303
    assert (item.root, item.status) == (1, Status.ACKNOWLEDGED)


POSTS = [
    "/items/1/status-changes", "/items/1/target-moves", "/items/1/merge-proposals", "/items/1/tags", "/items/1/board",
    "/merge-proposals/1/rejection", "/status-changes/1/correction",
]  # fmt: skip


@pytest.mark.parametrize("path", POSTS)
def test_what_is_for_the_team_is_absent_for_members(
    session: Session,
    member_browser: TestClient,
    maintainer: Person,
    advocate: Person,
    item: Item,
    other: Item,
    path: str,
) -> None:
    proposals.propose(session, item, advocate, "2", "The same.")
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED)
    assert member_browser.post(path, data={}).status_code == 404


def test_an_advocate_asks_and_moves_nothing_else(session: Session, advocate_browser: TestClient, item: Item) -> None:
    for to in ("acknowledged", "declined", "duplicate"):
        data = {"to": to, "explanation": "Words.", "reason": "obsolete", "duplicate_of": "1"}
        assert advocate_browser.post("/items/1/status-changes", data=data).status_code == 403
    data = {"to": "needs_info", "explanation": "Which version?", "why": "They differ."}
    assert advocate_browser.post("/items/1/status-changes", data=data).status_code == 303
    assert moves(session) == [(Status.NEEDS_INFO, "Which version?")]


@pytest.mark.parametrize("path", ["/items/99/status-changes", "/status-changes/99/correction",
                                  f"/status-changes/{10**30}/correction", "/merge-proposals/99/rejection"])  # fmt: skip
def test_what_is_not_there_is_not_found(maintainer_browser: TestClient, item: Item, path: str) -> None:
    assert maintainer_browser.post(path, data={}).status_code == 404


def test_a_correction_has_a_page_of_its_own(
    session: Session, maintainer_browser: TestClient, maintainer: Person, item: Item
) -> None:
    row = factories.move(session, item, maintainer, Status.PLANNED, "In Mai.")
    path = f"/status-changes/{row.id}/correction"
    assert typed_into(maintainer_browser.get(path), path) == {"explanation": "In Mai."}
    answer = maintainer_browser.post(path, data={"explanation": "x" * 10_001})
    assert (answer.status_code, typed_into(answer, path)) == (422, {"explanation": "x" * 10_001})
    answer = maintainer_browser.post(path, data={"explanation": "In May."})
    assert (answer.status_code, answer.headers["location"]) == (303, "/items/1")
    (earlier,) = earlier_words(maintainer_browser.get("/items/1"))
    assert "In Mai." in words(maintainer_browser.get(earlier))
    assert item.answer == "In May."


def test_a_target_moves_with_its_cause(
    session: Session, maintainer_browser: TestClient, maintainer: Person, item: Item
) -> None:
    path = "/items/1/target-moves"
    factories.move(session, item, maintainer, Status.PLANNED, target="2031-05")
    answer = maintainer_browser.post(path, data={"target": "soon", "cause": "It is late."})
    assert (answer.status_code, typed_into(answer, path)) == (422, {"target": "soon", "cause": "It is late."})
    assert words(answer, 'id="target-problem-target"', "</p>") == (
        "Target: write a month like 2026-12 or a quarter like 2027-Q1."
    )
    assert maintainer_browser.post(path, data={"target": "2031-q3", "cause": "It is late."}).status_code == 303
    assert item.target == "2031-Q3"


def test_an_advocate_proposes_a_merge_and_a_maintainer_decides(
    session: Session, advocate_browser: TestClient, maintainer_browser: TestClient, item: Item, other: Item
) -> None:
    path = "/items/1/merge-proposals"
    answer = advocate_browser.post(path, data={"duplicate_of": "77", "words": "Both are dark."})
    assert (answer.status_code, typed_into(answer, path)) == (422, {"duplicate_of": "77", "words": "Both are dark."})
    assert advocate_browser.post(path, data={"duplicate_of": "2", "words": "Both are dark."}).status_code == 303
    answer = advocate_browser.post(path, data={"duplicate_of": "2", "words": "Both are dark."})
    assert (answer.status_code, len(session.exec(select(MergeProposal)).all())) == (409, 1)
    (proposal,) = session.exec(select(MergeProposal))
    shown = words(maintainer_browser.get("/items/1"), f'id="proposal-{proposal.id}"', "</form>")
    assert shown.startswith("Chiara Moretti holds this to be the same as #2 A dark theme : Both are dark. Decide")
    answer = maintainer_browser.post(f"/merge-proposals/{proposal.id}/rejection")
    assert (answer.status_code, answer.headers["location"]) == (303, "/items/1")
    assert maintainer_browser.post(f"/merge-proposals/{proposal.id}/rejection").status_code == 409


def test_tags_are_put_on_an_item(session: Session, advocate_browser: TestClient, owner: Person, item: Item) -> None:
    for name in ("Maps", "Print"):
        tags.add(session, owner, name)
    assert advocate_browser.post("/items/1/tags", data={"tags": ["maps", "print"]}).status_code == 303
    assert typed_into(advocate_browser.get("/items/1"), "/items/1/tags") == {"tags": ["maps", "print"]}
    answer = advocate_browser.post("/items/1/tags", data={"tags": ["maps", "teapots"]})
    assert (answer.status_code, typed_into(answer, "/items/1/tags")) == (422, {"tags": "maps"})
    assert advocate_browser.post("/items/1/tags", data={}).status_code == 303
    assert tags.of_items(session, [1]) == {1: []}


def test_an_item_is_put_on_another_board(session: Session, maintainer_browser: TestClient, item: Item) -> None:
    board = factories.board(session, "maps")
    assert maintainer_browser.post("/items/1/board", data={"board": "teapots"}).status_code == 422
    assert maintainer_browser.post("/items/1/board", data={"board": "maps"}).status_code == 303
    assert item.board_id == board.id


def test_a_number_is_found_by_the_words_of_a_title(
    session: Session,
    advocate_browser: TestClient,
    member_browser: TestClient,
    maintainer: Person,
    item: Item,
    other: Item,
) -> None:
    assert words(advocate_browser.get("/items/lookup?q=theme"), 'id="found"', "</ul>") == (
        "#2 A dark theme New Take #2"
    )
    factories.move(session, other, maintainer, Status.DUPLICATE, duplicate_of="1")
    assert words(advocate_browser.get("/items/lookup?q=dark"), 'id="found"', "</ul>") == "#1 Dark mode New Take #1"
    assert words(advocate_browser.get("/items/lookup?q=zebra"), 'id="found"', "</div>") == (
        "Nothing has such a title. Try other words."
    )
    assert advocate_browser.get("/items/lookup").status_code == 200
    assert member_browser.get("/items/lookup?q=dark").status_code == 404
