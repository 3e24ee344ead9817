"""What people do through the API: the verbs of the pages, with their rules and their limits."""

import json
import unicodedata
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app import subscriptions, taking_part, text, tokens, votes
from app.db import Database
from app.db.engines import POSTGRESQL_THREADS
from app.items import Item
from app.main import create_app
from app.people import Person
from app.statuses import Kind, Status
from app.web.api.route import BODY_MOST
from tests import factories
from tests.asking import Browser

API = "/api/v1"
IDEA = {"board": "general", "title": "Dark mode", "body": "For the *night*."}

ScriptOf = Callable[[Person | None], TestClient]


def narrow(script: TestClient, session: Session, person: Person, *scopes: str) -> TestClient:
    """The script with a token for less."""
    script.headers["Authorization"] = f"Bearer {tokens.make(session, person, 'Narrow', scopes, '30')[1]}"
    return script


def wrong(answer: Any) -> dict[str, str]:
    """What the pointers of a problem say."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code == 422
    return {error.get("pointer", error["field"]): error["detail"] for error in answer.json()["errors"]}


def test_an_item_is_posted_with_its_authors_vote(session: Session, member_script: TestClient, member: Person) -> None:
    answer = member_script.post(f"{API}/items", json=IDEA)
    item = session.exec(select(Item)).one()
    assert (answer.status_code, answer.headers["location"]) == (201, f"http://localhost:8000{API}/items/{item.number}")
    told = answer.json()
    assert (told["title"], told["html"], told["votes"], told["voted"]) == (
        "Dark mode", "<p>For the <em>night</em>.</p>\n", 1, True
    )  # fmt: skip
    assert subscriptions.follows(session, item, member)
    assert member_script.get(answer.headers["location"].removeprefix("http://localhost:8000")).json() == told


def test_every_field_that_is_wrong_is_named_at_once(member_script: TestClient) -> None:
    asked = {"kind": "defect", "board": "none", "title": "x" * 201, "steps": "x" * 10_001}
    assert wrong(member_script.post(f"{API}/items", json=asked)) == {
        "#/board": "Board: choose one of those offered.",
        "#/title": "Title: 201 characters are too many; the limit is 200.",
        "#/body": "What happened: please write something here.",
        "#/steps": "Steps to see it: 10,001 characters are too many; the limit is 10,000.",
    }


@pytest.mark.parametrize(
    ("asked", "problems"),
    [
        ({"title": "x"}, {"#/board": "This is needed."}),
        (IDEA | {"colour": "red"}, {"#/colour": "There is no such field."}),
        (IDEA | {"title": 7}, {"#/title": "Give a text."}),
        (IDEA | {"title": None}, {"#/title": "Give a text."}),
        (IDEA | {"title": "a\0b"}, {"#/title": "This has characters that are not text."}),
        (IDEA | {"kind": "wish"}, {"#/kind": "Choose one of 'idea' or 'defect'."}),
        ([], {"body": "Give an object with fields."}),
    ],
)
def test_what_is_no_such_body_is_refused_by_its_fields(
    member_script: TestClient, asked: Any, problems: dict[str, str]
) -> None:
    assert wrong(member_script.post(f"{API}/items", json=asked)) == problems


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"{", "Expecting property name enclosed in double quotes"), (b'{"a": NaN}', "“NaN” is no number"),
        (b'{"title": "a", "title": "b"}', "a field was sent twice"),
        (json.dumps(dict.fromkeys(range(101), 1)).encode(), "an object has more than 100 fields"),
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused(member_script: TestClient, sent: bytes, said: str) -> None:
    answer = member_script.post(f"{API}/items", content=sent, headers={"Content-Type": "application/json"})
    assert wrong(answer) == {"body": f"This is not JSON: {said}."}


@pytest.mark.parametrize("sent", [b"\xff\xfe", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"])
def test_what_cannot_be_read_is_refused(member_script: TestClient, sent: bytes) -> None:
    answer = member_script.post(f"{API}/items", content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_brackets_are_counted_before_they_are_read(member_script: TestClient) -> None:
    """A few hundred kilobytes of them would hold the interpreter for a third of a second; in a text they are text."""
    headers = {"Content-Type": "application/json"}
    mostly = b"[" + b",".join([b"[{}]"] * 500) + b"]"
    assert member_script.post(f"{API}/items", content=mostly, headers=headers).status_code == 400
    said = IDEA | {"body": '"[{' * 500}
    assert member_script.post(f"{API}/items", json=said).status_code == 201


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_has_to_call_itself_json(session: Session, member_script: TestClient, media_type: str) -> None:
    answer = member_script.post(f"{API}/items", content=b"title=x", headers={"Content-Type": media_type})
    assert (answer.status_code, answer.json()["title"]) == (415, "Unsupported Media Type")
    assert session.exec(select(Item)).all() == []


def test_an_edit_changes_what_it_names(session: Session, member_script: TestClient, member: Person) -> None:
    item = factories.item(session, member, "Export stops", kind=Kind.DEFECT, body="It stops.", steps="Press it.")
    told = member_script.patch(f"{API}{item.path}", json={"body": "It stops at half."}).json()
    assert [told[name] for name in ("title", "body", "steps")] == ["Export stops", "It stops at half.", "Press it."]
    assert told["edited_at"] is not None


def test_the_words_of_others_are_edited_with_a_token_for_that(
    session: Session, script_of: ScriptOf, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    script = narrow(script_of(None), session, maintainer, "write")
    answer = script.patch(f"{API}{item.path}", json={"title": "Better words"})
    assert (answer.status_code, answer.json()["detail"]) == (403, "This token lacks the scope “moderate”.")
    assert script_of(maintainer).patch(f"{API}{item.path}", json={"title": "Better words"}).status_code == 200


def test_a_vote_is_one_however_often_it_is_cast(
    session: Session, script_of: ScriptOf, member: Person, other_member: Person
) -> None:
    item, script = factories.item(session, member), script_of(other_member)
    path = f"{API}{item.path}/vote"
    counted = {"item": item.number, "votes": 2, "imported_votes": 0, "voted": True, "weight": None}
    assert [script.put(path).json() for _each in range(2)] == [counted, counted]
    assert script.put(path, json={"weight": "important"}).json() == counted | {"weight": "important"}
    assert script.put(path).json()["weight"] == "important"
    assert script_of(None).get(path).json() == counted | {"voted": None}
    assert script.delete(path).json() == counted | {"votes": 1, "voted": False}
    assert script.delete(path).json()["votes"] == 1


def test_a_vote_for_a_duplicate_counts_where_it_was_merged(
    session: Session, script_of: ScriptOf, member: Person, other_member: Person, maintainer: Person
) -> None:
    root, twin = factories.item(session, member), factories.item(session, member)
    factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(root.number))
    told = script_of(other_member).put(f"{API}{twin.path}/vote").json()
    assert (told["item"], told["votes"]) == (root.number, 2)


def test_following(session: Session, script_of: ScriptOf, member: Person, other_member: Person) -> None:
    item, script = factories.item(session, member), script_of(other_member)
    assert script.put(f"{API}{item.path}/follow").status_code == 204
    assert subscriptions.follows(session, item, other_member)
    assert script.delete(f"{API}{item.path}/follow").status_code == 204
    assert not subscriptions.follows(session, item, other_member)


def test_a_comment_is_written_and_edited(session: Session, member_script: TestClient, member: Person) -> None:
    item = factories.item(session, member)
    answer = member_script.post(f"{API}{item.path}/comments", json={"body": "Me *too*."})
    told = answer.json()
    assert (answer.status_code, told["html"], told["is_official"]) == (201, "<p>Me <em>too</em>.</p>\n", False)
    edited = member_script.patch(f"{API}{item.path}/comments/{told['id']}", json={"body": "Me too."}).json()
    assert (edited["body"], [each["words"] for each in edited["earlier"]]) == ("Me too.", ["Me *too*."])


def test_the_reporters_comment_answers_a_question(
    session: Session, member_script: TestClient, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    factories.move(session, item, maintainer, Status.NEEDS_INFO)
    member_script.post(f"{API}{item.path}/comments", json={"body": "Version 3."})
    session.refresh(item)
    assert (item.due_on, item.waiting_since is None) == (None, False)


def test_only_maintainers_speak_officially_and_with_a_token_for_that(
    session: Session, script_of: ScriptOf, member: Person, maintainer: Person
) -> None:
    item, words = factories.item(session, member), {"body": "We build it.", "official": True}
    path = f"{API}{item.path}/comments"
    assert script_of(member).post(path, json=words).status_code == 403
    assert narrow(script_of(None), session, maintainer, "write").post(path, json=words).status_code == 403
    assert script_of(maintainer).post(path, json=words).json()["is_official"] is True


@pytest.mark.parametrize(
    ("key", "most", "per", "method", "path", "asked"),
    [
        ("post", taking_part.POSTS_MOST, taking_part.POSTS_PER, "POST", "/items", IDEA),
        ("comment", taking_part.COMMENTS_MOST, taking_part.COMMENTS_PER, "POST", "/items/{n}/comments", {"body": "x"}),
        ("edit", taking_part.EDITS_MOST, taking_part.EDITS_PER, "PATCH", "/items/{n}", {"title": "x"}),
        ("edit", taking_part.EDITS_MOST, taking_part.EDITS_PER, "PATCH", "/items/{n}/comments/{c}", {"body": "x"}),
        ("vote", taking_part.VOTES_MOST, taking_part.VOTES_PER, "PUT", "/items/{n}/vote", None),
        ("api", 300, taking_part.VOTES_PER, "PUT", "/items/{n}/follow", None),
    ],
)
def test_limits_are_those_of_the_pages(
    session: Session, script_of: ScriptOf, member: Person, key: str, most: int, per: Any, method: str, path: str,
    asked: Any,
) -> None:  # fmt: skip
    item = factories.item(session, member)
    comment = factories.comment(session, item, member)
    factories.spent(session, f"{key}:{member.id}", most, per)
    answer = script_of(member).request(method, API + path.format(n=item.number, c=comment.id), json=asked)
    assert (answer.status_code, answer.json()["title"]) == (429, "Too Many Requests")
    assert 0 < int(answer.headers["retry-after"]) <= per.total_seconds()


def test_a_token_for_reading_changes_nothing(session: Session, script_of: ScriptOf, member: Person) -> None:
    item = factories.item(session, member)
    script = narrow(script_of(None), session, member, "read")
    acts = [script.post(f"{API}/items", json=IDEA), script.delete(f"{API}{item.path}/vote"),
            script.patch(f"{API}{item.path}", json={"title": "x"})]  # fmt: skip
    assert [answer.status_code for answer in acts] == [403] * 3
    assert votes.of(session, member, [item.number]) == {item.number: None}


def test_a_page_of_another_site_may_act_with_a_token_and_with_nothing_else(
    session: Session, member_script: TestClient, member_browser: TestClient, member: Person
) -> None:
    item = factories.item(session, member)
    elsewhere = {"Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"}
    path = f"{API}{item.path}/vote"
    answer = member_script.delete(path, headers=elsewhere)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert member_browser.put(path, headers=elsewhere).status_code == 401
    session.refresh(item)
    assert item.vote_count == 0


def test_a_refused_act_leaves_nothing(session: Session, member_script: TestClient, member: Person) -> None:
    item = factories.item(session, member)
    votes.withdraw(session, item, member)
    path = f"{API}{item.path}/vote"
    assert member_script.put(path, json={"weight": "very"}).status_code == 422
    session.refresh(item)
    assert item.vote_count == 0


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", "Ω≈ç√ 田中 \N{PILE OF POO}", "'; DROP TABLE item; --", "e\u0301"]
)
def test_words_come_back_as_they_went_in(member_script: TestClient, title: str) -> None:
    told = member_script.post(f"{API}/items", json=IDEA | {"title": title, "body": title}).json()
    whole = unicodedata.normalize("NFC", title)
    assert [told["title"], told["body"]] == [whole, whole]
    assert "<script" not in told["html"]
    assert member_script.get(f"{API}/items", params={"q": title}).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("POST", "items"), ("PUT", "items/1/vote"), ("PATCH", "items/1")])
@pytest.mark.parametrize("token", [{}, {"Authorization": "Bearer daylight_none"}])
def test_nothing_is_read_of_what_somebody_without_a_token_sends(
    visitor_script: TestClient, method: str, path: str, token: dict[str, str]
) -> None:
    headers = {"Content-Type": "application/json", **token}
    assert visitor_script.request(method, f"{API}/{path}", content="[" * 600_000, headers=headers).status_code == 401


def test_what_is_sent_is_read_while_others_write(own_database: Database) -> None:
    """On SQLite one thread writes; nobody waits there for brackets that somebody else has sent."""
    with own_database.session() as session:
        token = tokens.make(session, factories.person(session), "Script", ["write"], "30")[1]
    script = Browser(
        create_app(own_database), base_url="http://localhost", headers={"Authorization": f"Bearer {token}"}
    )
    is_let_go = Event()
    waiting = [own_database.write(lambda _session: is_let_go.wait(60)) for _each in range(POSTGRESQL_THREADS)]
    answer = script.post(f"{API}/items", content="[1,", headers={"Content-Type": "application/json"})
    assert not any(each.done() for each in waiting)
    is_let_go.set()
    assert wrong(answer) == {"body": "This is not JSON: Expecting value."}
    assert all(each.result() for each in waiting)


def test_the_longest_request_is_taken_however_it_is_written(member_script: TestClient) -> None:
    most = {"title": text.TITLE_MOST, "body": text.BODY_MOST} | dict.fromkeys(
        ("expected", "steps", "version"), text.WORDS_MOST
    )
    asked = IDEA | {"kind": "defect"} | {field: "\N{SUNFLOWER}" * length for field, length in most.items()}
    headers = {"Content-Type": "application/json"}
    assert member_script.post(f"{API}/items", content=json.dumps(asked), headers=headers).status_code == 201
    too_long = json.dumps(asked).ljust(BODY_MOST + 1)
    assert member_script.post(f"{API}/items", content=too_long, headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("sent", "place", "said"),
    [
        (b'{"board": "general", "title": "a\\ud800b"}', "#/title", "This has characters that are not text."),
        (b'{"a\\ud800b": 1}', "body", "This is not JSON: the name of a field is not text."),
    ],
)
def test_half_a_character_is_refused(member_script: TestClient, sent: bytes, place: str, said: str) -> None:
    answer = member_script.post(f"{API}/items", content=sent, headers={"Content-Type": "application/json"})
    assert wrong(answer) == {place: said}
