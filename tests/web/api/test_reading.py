"""What the API tells, to whom."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app import boards, comments, defect_questions, hiding, status_changes, tags, votes
from app.boards import Access
from app.defect_questions import DefectQuestion
from app.people import Person
from app.statuses import Kind, Status
from tests import factories, looking

API = "/api/v1"
AT = datetime.fromisoformat("2026-05-03T10:00:00+00:00")


def told(script: TestClient, path: str) -> Any:
    answer = script.get(API + path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_item_of_a_list(
    session: Session, visitor_script: TestClient, member: Person, maintainer: Person, owner: Person
) -> None:
    item = factories.item(session, member, "Dark mode", at=AT)
    factories.move(session, item, maintainer, Status.PLANNED, "We *begin* soon.", at=AT + timedelta(hours=1),
                   target="2027-q1")  # fmt: skip
    tags.put(session, item.number, maintainer, [tags.add(session, owner, "Look").slug])
    assert told(visitor_script, "/items") == {
        "items": [
            {
                "number": item.number, "url": f"http://localhost:8000/items/{item.number}", "kind": "idea",
                "title": "Dark mode", "board": "general", "tags": ["look"], "status": "planned", "is_open": True,
                "votes": 1, "imported_votes": 0, "voted": None, "comments": 0,
                "posted_at": "2026-05-03T10:00:00Z", "status_changed_at": "2026-05-03T11:00:00Z",
                "answer": {
                    "words": "We begin soon.", "by": {"name": "Mira Okafor", "title": "CTO"},
                    "at": "2026-05-03T11:00:00Z",
                },
                "waiting_since": None, "target": "2027-Q1", "reason": None, "review_on": None, "merged_into": None,
            }
        ],
        "next": None,
    }  # fmt: skip


def test_one_item_says_what_its_page_says(
    session: Session, script_of: Callable[[Person | None], TestClient], member: Person, other_member: Person,
    maintainer: Person,
) -> None:  # fmt: skip
    item = factories.item(session, member, kind=Kind.DEFECT, body="It *stops*.", steps="1. press")
    twin = factories.item(session, other_member, "The same")
    factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(item.number))
    votes.weigh(session, item, member, "blocks_me")
    one = told(script_of(other_member), f"/items/{item.number}")
    asked = ("body", "steps", "expected", "html", "reporter", "merged", "weights", "voted", "following", "votes")
    assert {name: one[name] for name in asked} == {
        "body": "It *stops*.", "steps": "1. press", "expected": "",
        "html": "<p>It <em>stops</em>.</p>\n\n<h3>Steps to see it</h3>\n<ol>\n<li>press</li>\n</ol>\n",
        "reporter": {"name": "Ada Lind", "title": ""}, "merged": [twin.number], "weights": {"blocks_me": 1},
        "voted": True, "following": True, "votes": 2,
    }  # fmt: skip
    assert told(script_of(member), f"/items/{twin.number}")["merged_into"] == item.number


def test_what_an_item_was_merged_into_is_named_only_to_who_may_know_of_it(
    session: Session, script_of: Callable[[Person | None], TestClient], member: Person, maintainer: Person
) -> None:
    board = factories.board(session, "inside")
    item, twin = factories.item(session, member, board="inside"), factories.item(session, member, "The same")
    factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(item.number))
    hiding.hide(session, item, maintainer, "It names a customer.")
    board.access = Access.MEMBERS
    session.flush()

    def named_to(reader: Person | None) -> list[int | None]:
        (listed,) = told(script_of(reader), "/items?status=duplicate")["items"]
        return [listed["merged_into"], told(script_of(reader), f"/items/{twin.number}")["merged_into"]]

    assert [named_to(None), named_to(maintainer)] == [[None, None], [item.number, item.number]]


def test_lists_have_the_filters_and_orders_of_the_board(
    session: Session, visitor_script: TestClient, member: Person, maintainer: Person, other_member: Person
) -> None:
    first, second = factories.item(session, member, "Dark mode"), factories.item(session, member, "Light mode")
    defect = factories.item(session, member, "Export stops", kind=Kind.DEFECT)
    votes.cast(session, second, other_member)
    factories.move(session, first, maintainer, Status.SHIPPED)

    def numbers(query: str) -> list[int]:
        return [item["number"] for item in told(visitor_script, f"/items?{query}")["items"]]

    assert numbers("sort=votes")[0] == second.number
    assert numbers("status=shipped") == [first.number]
    assert numbers("kind=defect&board=general") == [defect.number]
    assert sorted(numbers("q=mode")) == [first.number, second.number]
    assert numbers("sort=waiting") == [second.number, defect.number]


def test_a_cursor_leads_through_all_items_once(session: Session, visitor_script: TestClient, member: Person) -> None:
    made = [factories.item(session, member, f"Item {number}").number for number in range(45)]
    path, found, pages = "/items?sort=new", [], 0
    while path:
        page = told(visitor_script, path)
        found += [item["number"] for item in page["items"]]
        path = (page["next"] or "").removeprefix(f"http://localhost:8000{API}")
        pages += 1
    assert (pages, found) == (3, made[::-1])


@pytest.mark.parametrize("path", ["/items?", "/items?sort=new&", "/items?sort=votes&", "/items?q=none&", "/triage?",
                                  "/triage?show=targets&", "/triage?show=merges&"])  # fmt: skip
def test_a_cursor_that_means_nothing_is_refused_by_name(maintainer_script: TestClient, path: str) -> None:
    """A program that goes from page to page would otherwise begin again, and never end."""
    words = "after: no page of this list ended there. Begin again without it."
    for after in ("x", "1", "1_x", "_", "9" * 500, "1_0001-01-01T00:00+23:59", "-"):
        if (path, after) == ("/triage?show=merges&", "1"):
            continue  # where a page of proposals could have ended
        answer = maintainer_script.get(f"{API}{path}after={after}")
        assert answer.status_code == 422, after
        assert answer.json()["errors"] == [{"field": "after", "detail": words}]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=loudest", "sort"), ("status=lost", "status"), ("board=none", "board"), ("tag=none", "tag"),
        ("colour=red", "colour"), ("q=a&q=b", "q"), ("q=%00", "q"),
    ],
)  # fmt: skip
def test_a_parameter_that_means_nothing_is_refused_by_its_name(
    visitor_script: TestClient, query: str, field: str
) -> None:
    answer = visitor_script.get(f"{API}/items?{query}")
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])


def test_items_like_a_title_are_found_with_their_answer(
    session: Session, visitor_script: TestClient, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member, "Dark mode for the night")
    factories.move(session, item, maintainer, Status.DECLINED, "Not this year.")
    (found,) = told(visitor_script, "/items/similar?title=dark mode")["items"]
    assert (found["number"], found["status"], found["answer"]["words"]) == (item.number, "declined", "Not this year.")


def test_comments_with_their_earlier_words(
    session: Session, visitor_script: TestClient, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    comment = factories.comment(session, item, member, "Me *too*.", at=AT)
    comments.edit(session, comment, member, "Me too.")
    (one,) = told(visitor_script, f"/items/{item.number}/comments")
    assert one["edited_at"] == one["earlier"][0].pop("at")
    assert one | {"edited_at": None} == {
        "id": comment.id, "item": item.number, "by": {"name": "Ada Lind", "title": ""}, "at": "2026-05-03T10:00:00Z",
        "body": "Me too.", "html": "<p>Me too.</p>\n", "is_official": False, "edited_at": None,
        "earlier": [{"field": "body", "words": "Me *too*."}], "hidden_because": "", "attachments": [],
    }  # fmt: skip


def test_files_are_listed_where_they_belong(
    session: Session, visitor_script: TestClient, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    comment = factories.comment(session, item, member)
    move = factories.move(session, item, maintainer, Status.PLANNED)
    of = {said: factories.attach(session, item, member, said=row) for said, row in
          (("item", None), ("comment", comment), ("move", move))}  # fmt: skip
    shown = {
        said: {
            "name": "crash.log", "kind": "text", "media_type": "text/plain; charset=utf-8", "size": 11,
            "sha256": file.sha256, "url": f"http://localhost:8000/attachments/{file.key}",
        }
        for said, file in of.items()
    }  # fmt: skip
    assert told(visitor_script, item.path)["attachments"] == [shown["item"]]
    assert told(visitor_script, f"{item.path}/comments")[0]["attachments"] == [shown["comment"]]
    moves = told(visitor_script, f"{item.path}/status-changes")["status_changes"]
    assert moves[0]["attachments"] == [shown["move"]]
    comments.hide(session, comment, maintainer, "It names a customer.")
    assert told(visitor_script, f"{item.path}/comments")[0]["attachments"] == []


def test_hidden_words_are_for_maintainers(
    session: Session, visitor_script: TestClient, maintainer_script: TestClient, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    comment = factories.comment(session, item, member, "Buy this!")
    comments.edit(session, comment, member, "Buy that!")
    comments.hide(session, comment, maintainer, "Advertising.")
    (one,) = told(visitor_script, f"/items/{item.number}/comments")
    assert (one["body"], one["html"], one["earlier"], one["hidden_because"]) == ("", "", [], "Advertising.")
    (one,) = told(maintainer_script, f"/items/{item.number}/comments")
    assert (one["body"], len(one["earlier"])) == ("Buy that!", 1)


def test_a_hidden_item_says_why(
    session: Session, script_of: Callable[[Person | None], TestClient], member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member, "Buy this")
    hiding.hide(session, item, maintainer, "Advertising.")
    answer = script_of(None).get(f"{API}/items/{item.number}")
    assert (answer.status_code, answer.json()["detail"]) == (
        404, "This item was put out of sight. The reason: Advertising."
    )  # fmt: skip
    assert told(script_of(member), f"/items/{item.number}")["hidden_because"] == "Advertising."


def test_moves_of_an_item_and_of_its_target(
    session: Session, visitor_script: TestClient, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    factories.move(session, item, maintainer, Status.PLANNED, "We begin.", target="2027-01")
    status_changes.move_target(session, item, maintainer, "2027-Q2", "It takes longer.")
    moved = factories.move(session, item, maintainer, Status.DECLINED, "We stop.", workaround="Wait.")
    status_changes.correct(session, moved, maintainer, "We have stopped.")
    story = told(visitor_script, f"/items/{item.number}/status-changes")
    moves = [(one["from_status"], one["to_status"], one["explanation"], one["target"]) for one in
             story["status_changes"]]  # fmt: skip
    assert moves == [("new", "planned", "We begin.", "2027-01"), ("planned", "declined", "We have stopped.", None)]
    last = story["status_changes"][-1]
    assert (last["id"], last["reason"], last["workaround"], last["by"]) == (
        moved.id, "out_of_scope", "Wait.", {"name": "Mira Okafor", "title": "CTO"}
    )  # fmt: skip
    assert [each["words"] for each in last["earlier"]] == ["We stop."]
    promises = [(one["from_target"], one["to_target"], one["cause"]) for one in story["target_moves"]]
    assert promises == [
        (None, "2027-01", "We begin."),
        ("2027-01", "2027-Q2", "It takes longer."),
        ("2027-Q2", None, "We have stopped."),
    ]  # fmt: skip


def test_boards_and_tags(
    session: Session, visitor_script: TestClient, maintainer_script: TestClient, owner: Person
) -> None:
    tags.add(session, owner, "Speed")
    defect_questions.put(session, boards.find(session, "general"), owner, [("Which phone?", "They differ.")])
    (board,) = told(visitor_script, "/boards")
    assert (board["slug"], board["access"]) == ("general", "public")
    assert board["defect_questions"] == [{"question": "Which phone?", "why": "They differ."}]
    assert told(visitor_script, "/tags") == []
    assert told(maintainer_script, "/tags") == [{"slug": "speed", "name": "Speed"}]


def test_people_are_for_maintainers(session: Session, maintainer_script: TestClient, member: Person) -> None:
    page = told(maintainer_script, "/people?q=ada")
    (ada,) = page["people"]
    assert (ada["id"], ada["email"], ada["role"], page["next"]) == (member.id, "ada.lind@example.org", "member", None)


def test_a_script_learns_who_it_is(member_script: TestClient) -> None:
    me = told(member_script, "/me")
    assert (me["name"], me["role"], me["scopes"]) == ("Ada Lind", "member", ["read", "write", "moderate"])


@pytest.mark.parametrize(
    "path", ["/items", "/items?q=request", "/items/{number}/comments", "/people", "/tags", "/boards"]
)
def test_no_answer_costs_more_queries_for_more_rows(
    session: Session, maintainer_script: TestClient, member: Person, maintainer: Person, path: str
) -> None:
    item = factories.item(session, member, "Request 0")

    def add(number: int) -> None:
        factories.item(session, factories.person(session), f"Request {number}")
        factories.comment(session, item, factories.person(session), f"I need it {number} times.")
        board = factories.board(session, f"board-{number}")
        session.add(DefectQuestion(board_id=board.id, place=0, question="Which phone?", why="They differ."))
        session.flush()

    add(1)
    address = path.format(number=item.number)
    told(maintainer_script, address)  # the first notes that the token is used
    with looking.counted(session) as few:
        told(maintainer_script, address)
    for number in range(2, 8):
        add(number)
    with looking.counted(session) as many:
        told(maintainer_script, address)
    assert len(few) == len(many)
