"""What the team does through the API: all that the page for triage does, and no rule less."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import db, people, status_changes, tags
from app.items import Item
from app.people import Person
from app.status_changes import StatusChange, proposals
from app.statuses import Status
from tests import factories

API = "/api/v1"
WORDS = {"explanation": "We looked into it."}

ScriptOf = Callable[[Person | None], TestClient]


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422
    return [error["pointer"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("asked", "wanting"),
    [
        ({"to": "acknowledged", "explanation": " "}, ["#/explanation"]),
        ({"to": "acknowledged"}, ["#/explanation"]),
        ({"to": "declined", **WORDS}, ["#/reason"]),
        ({"to": "declined", "explanation": "", "review_on": "soon"}, ["#/explanation", "#/reason", "#/review_on"]),
        ({"to": "needs_info", **WORDS}, ["#/why"]),
        ({"to": "needs_info", **WORDS, "why": "For us.", "due_on": "2020-01-01"}, ["#/due_on"]),
        ({"to": "needs_info", **WORDS, "why": "For us.", "checklist": ["x" * 81]}, ["#/checklist"]),
        ({"to": "needs_info", **WORDS, "why": "For us.", "checklist": [*"abcdefghi"]}, ["#/checklist"]),
        ({"to": "duplicate", **WORDS}, ["#/duplicate_of"]),
        ({"to": "planned", **WORDS, "target": "soon"}, ["#/target"]),
        ({"to": "shipped", **WORDS, "shipped_link": "javascript:x"}, ["#/shipped_link"]),
        ({"to": "gone", **WORDS}, ["#/to"]),
    ],
)
def test_no_move_is_made_without_its_words(
    session: Session, maintainer_script: TestClient, member: Person, asked: dict[str, Any], wanting: list[str]
) -> None:
    item = factories.item(session, member)
    assert pointers(maintainer_script.post(f"{API}{item.path}/status-changes", json=asked)) == wanting
    session.refresh(item)
    assert item.status is Status.NEW


def test_a_move_says_what_its_page_would_say(session: Session, maintainer_script: TestClient, member: Person) -> None:
    item = factories.item(session, member)
    asked = {"to": "declined", "explanation": "Not *now*.", "reason": "out_of_scope", "workaround": "Take the train.",
             "review_on": f"{db.now().date() + timedelta(days=30)}"}  # fmt: skip
    answer = maintainer_script.post(f"{API}{item.path}/status-changes", json=asked)
    told = answer.json()
    assert answer.status_code == 201
    assert {name: told[name] for name in asked if name != "to"} == {name: asked[name] for name in asked if name != "to"}
    assert (told["to_status"], told["html"], told["by"]["name"]) == (
        "declined", "<p>Not <em>now</em>.</p>\n", "Mira Okafor"
    )  # fmt: skip
    shown = maintainer_script.get(f"{API}{item.path}").json()
    assert (shown["status"], shown["workaround"], shown["answer"]["words"]) == (
        "declined",
        "Take the train.",
        "Not now.",
    )


def test_a_question_has_a_checklist(session: Session, maintainer_script: TestClient, member: Person) -> None:
    path = f"{API}{factories.item(session, member).path}/status-changes"
    asked = {"to": "needs_info", "why": "For us.", "checklist": ["The\nversion", "The log", "The log"], **WORDS}
    assert maintainer_script.post(path, json=asked).json()["checklist"] == ["The version", "The log"]
    (told,) = maintainer_script.get(path).json()["status_changes"]
    assert told["checklist"] == ["The version", "The log"]


def test_who_was_slower_is_told_what_happened(
    session: Session, maintainer_script: TestClient, member: Person, owner: Person
) -> None:
    item = factories.item(session, member)
    factories.move(session, item, owner, Status.PLANNED, "We begin.")
    answer = maintainer_script.post(f"{API}{item.path}/status-changes",
                                    json={"to": "acknowledged", "seen": "new", **WORDS})  # fmt: skip
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith(
        f"Somebody was faster: Noor Haddad, Founder moved #{item.number} to “Planned”"
    )


def test_several_move_with_words_written_once(session: Session, maintainer_script: TestClient, member: Person) -> None:
    chosen = [factories.item(session, member, f"Item {number}") for number in range(3)]
    asked = {"to": "planned", "target": "2027-Q1", **WORDS,
             "chosen": [{"number": item.number, "seen": "new"} for item in chosen]}  # fmt: skip
    answer = maintainer_script.post(f"{API}/status-changes", json=asked)
    assert [(each["item"], each["target"]) for each in answer.json()] == [(item.number, "2027-Q1") for item in chosen]
    rows = session.exec(select(StatusChange).order_by(col(StatusChange.item_number))).all()
    assert [(row.item_number, row.explanation) for row in rows] == [
        (item.number, WORDS["explanation"]) for item in chosen
    ]


def test_of_several_all_move_or_none(session: Session, maintainer_script: TestClient, member: Person) -> None:
    one, other = factories.item(session, member), factories.item(session, member)
    late = {"to": "planned", **WORDS, "chosen": [{"number": one.number, "seen": "new"},
                                                 {"number": other.number, "seen": "acknowledged"}]}  # fmt: skip
    absent = {"to": "planned", **WORDS, "chosen": [{"number": one.number}, {"number": 999}]}
    assert maintainer_script.post(f"{API}/status-changes", json=late).status_code == 409
    assert pointers(maintainer_script.post(f"{API}/status-changes", json=absent)) == ["#/chosen"]
    assert pointers(maintainer_script.post(f"{API}/status-changes", json=absent | {"chosen": []})) == ["#/chosen"]
    many = [{"number": number} for number in range(1, 102)]
    assert pointers(maintainer_script.post(f"{API}/status-changes", json=absent | {"chosen": many})) == ["#/chosen"]
    assert session.exec(select(StatusChange)).all() == []


def test_an_advocate_asks_and_moves_nothing_else(
    session: Session, script_of: ScriptOf, member: Person, advocate: Person
) -> None:
    item, script = factories.item(session, member), script_of(advocate)
    path = f"{API}{item.path}/status-changes"
    assert script.post(path, json={"to": "planned", **WORDS}).status_code == 403
    assert script.post(path, json={"to": "needs_info", "why": "To see it.", **WORDS}).status_code == 201


def test_an_explanation_is_corrected_in_public(
    session: Session, maintainer_script: TestClient, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    move = factories.move(session, item, maintainer, Status.ACKNOWLEDGED, "We read it.")
    told = maintainer_script.patch(f"{API}/status-changes/{move.id}", json={"explanation": "We have read it."}).json()
    assert (told["explanation"], [each["words"] for each in told["earlier"]]) == ("We have read it.", ["We read it."])


def test_a_target_moves_with_its_cause(
    session: Session, maintainer_script: TestClient, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    factories.move(session, item, maintainer, Status.PLANNED, target="2027-01")
    path = f"{API}{item.path}/target-moves"
    assert pointers(maintainer_script.post(path, json={"target": "2027-02", "cause": ""})) == ["#/cause"]
    answer = maintainer_script.post(path, json={"target": "2027-02", "cause": "It takes longer."})
    assert (answer.status_code, answer.json()["from_target"], answer.json()["to_target"]) == (201, "2027-01", "2027-02")


def test_a_merge_is_proposed_and_decided(
    session: Session, script_of: ScriptOf, member: Person, advocate: Person, maintainer: Person
) -> None:
    root, twin, third = (factories.item(session, member, f"Export {number}") for number in range(3))
    script = script_of(maintainer)
    for item in (twin, third):
        asked = {"duplicate_of": root.number, "words": "The same."}
        assert script_of(advocate).post(f"{API}{item.path}/merge-proposals", json=asked).status_code == 201
    waiting = script.get(f"{API}/triage?show=merges").json()
    assert [(each["item"], each["duplicate_of"], each["words"]) for each in waiting["proposals"]] == [
        (twin.number, root.number, "The same."), (third.number, root.number, "The same.")
    ]  # fmt: skip
    asked = {"to": "duplicate", "duplicate_of": root.number, "explanation": "It is the same."}
    assert script.post(f"{API}{twin.path}/status-changes", json=asked).json()["duplicate_of"] == root.number
    assert script.delete(f"{API}/merge-proposals/{waiting['proposals'][1]['id']}").status_code == 204
    assert script.get(f"{API}/triage?show=merges").json()["proposals"] == []
    assert proposals.waiting(session) == []


def test_triage_lists_who_waits_longest_first(session: Session, maintainer_script: TestClient, member: Person) -> None:
    late = factories.item(session, member, "Late", at=db.now() - timedelta(days=2))
    later = factories.item(session, member, "Later", at=db.now() - timedelta(days=9))
    told = maintainer_script.get(f"{API}/triage").json()
    assert [item["number"] for item in told["items"]] == [later.number, late.number]
    assert told["counts"] == {"waiting": 2, "unanswered": 2, "answered": 0, "questions": 0, "targets": 0, "reviews": 0,
                              "merges": 0}  # fmt: skip
    assert (told["items"][0]["reporter"]["name"], told["next"]) == ("Ada Lind", None)


def test_triage_goes_on_where_a_page_ended(session: Session, maintainer_script: TestClient, member: Person) -> None:
    for number in range(31):
        factories.item(session, member, f"Item {number}")
    first = maintainer_script.get(f"{API}/triage").json()
    second = maintainer_script.get(f"{API}/triage", params={"after": first["next"]}).json()
    assert [len(page["items"]) for page in (first, second)] == [30, 1]
    assert second["next"] is None


def test_tags_and_board_of_an_item(
    session: Session, maintainer_script: TestClient, member: Person, owner: Person
) -> None:
    item = factories.item(session, member)
    factories.board(session, "phone")
    tags.add(session, owner, "Speed")
    assert maintainer_script.put(f"{API}{item.path}/tags", json={"tags": ["speed"]}).json()["tags"] == ["speed"]
    assert pointers(maintainer_script.put(f"{API}{item.path}/tags", json={"tags": ["none"]})) == ["#/tags"]
    assert maintainer_script.put(f"{API}{item.path}/board", json={"board": "phone"}).json()["board"] == "phone"
    assert pointers(maintainer_script.put(f"{API}{item.path}/board", json={"board": "none"})) == ["#/board"]


def test_an_item_is_hidden_with_a_reason_and_shown_again(
    session: Session, maintainer_script: TestClient, visitor_script: TestClient, member: Person
) -> None:
    item = factories.item(session, member)
    path = f"{API}{item.path}/hiding"
    assert pointers(maintainer_script.put(path, json={"because": ""})) == ["#/because"]
    assert maintainer_script.put(path, json={"because": "Advertising."}).json()["hidden_because"] == "Advertising."
    assert visitor_script.get(f"{API}{item.path}").status_code == 404
    assert maintainer_script.delete(path).json()["hidden_because"] == ""
    assert visitor_script.get(f"{API}{item.path}").status_code == 200


def test_comments_are_hidden_shown_and_made_official(
    session: Session, maintainer_script: TestClient, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    theirs, ours = factories.comment(session, item, member), factories.comment(session, item, maintainer, "We do.")
    path = f"{API}{item.path}/comments"
    hidden = maintainer_script.put(f"{path}/{theirs.id}/hiding", json={"because": "Rude."}).json()
    assert hidden["hidden_because"] == "Rude."
    assert maintainer_script.delete(f"{path}/{theirs.id}/hiding").json()["hidden_because"] == ""
    assert maintainer_script.put(f"{path}/{ours.id}/official").json()["is_official"] is True
    assert maintainer_script.put(f"{path}/{ours.id}/hiding", json={"because": "x"}).status_code == 409


def test_whoever_has_chosen_no_name_is_asked_for_one(
    session: Session, maintainer_script: TestClient, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    maintainer.name = people.provisional_name(maintainer)
    move = maintainer_script.post(f"{API}{item.path}/status-changes", json={"to": "acknowledged", **WORDS})
    comment = maintainer_script.post(f"{API}{item.path}/comments", json={"body": "We do it.", "official": True})
    for answer in (move, comment):
        assert (answer.status_code, answer.json()["detail"]) == (
            409, "Choose your name in your profile first: what the team answers stands under a name."
        )  # fmt: skip


def test_many_moves_cost_no_query_of_an_answer_each(
    session: Session, maintainer_script: TestClient, member: Person
) -> None:
    """As many as the page allows, in one request that is answered at once."""
    chosen = [factories.item(session, member, f"Item {number}") for number in range(status_changes.CHOSEN_MOST)]
    asked = {"to": "acknowledged", **WORDS, "chosen": [{"number": item.number} for item in chosen]}
    assert len(maintainer_script.post(f"{API}/status-changes", json=asked).json()) == 100
    session.expire_all()
    assert {item.status for item in session.exec(select(Item))} == {Status.ACKNOWLEDGED}
