"""Whose a request to the API is, what a token opens, and what pages of other sites can do with it."""

from collections.abc import Callable

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app import tokens
from app.db import Database
from app.main import create_app
from app.people import Person, Role
from app.web.memory import Memory
from tests import factories
from tests.asking import Browser

ME = "/api/v1/me"
ITEMS = "/api/v1/items"


def with_token(client: TestClient, session: Session, person: Person, *scopes: str) -> str:
    secret = tokens.make(session, person, "Script", scopes, "30")[1]
    client.headers["Authorization"] = f"Bearer {secret}"
    return secret


@pytest.mark.parametrize("header", ["Bearer daylight_none", "Bearer", "Basic YTpi", "", "daylight_none"])
def test_a_token_that_is_none_is_refused_and_not_passed_over(visitor_script: TestClient, header: str) -> None:
    answer = visitor_script.get(ITEMS, headers={"Authorization": header})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert answer.json() == {
        "type": "about:blank", "title": "Unauthorized", "status": 401,
        "detail": "This token is not known here, or it has ended.",
    }  # fmt: skip


def test_a_cookie_opens_nothing(member_browser: TestClient) -> None:
    assert member_browser.get("/me").status_code == 200
    answer = member_browser.get(ME)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_token_opens_no_page(member_script: TestClient) -> None:
    assert member_script.get(ME).status_code == 200
    assert member_script.get("/me").status_code == 401


def test_a_cookie_beside_a_token_is_not_looked_at(
    session: Session, member_browser: TestClient, maintainer: Person
) -> None:
    with_token(member_browser, session, maintainer, "read")
    assert member_browser.get(ME).json()["name"] == "Mira Okafor"


def test_a_token_opens_what_it_was_made_for(session: Session, visitor_script: TestClient, maintainer: Person) -> None:
    with_token(visitor_script, session, maintainer, "read")
    assert visitor_script.get(ME).status_code == 200
    answer = visitor_script.get("/api/v1/people")
    assert (answer.status_code, answer.json()["detail"]) == (403, "This token lacks the scope “moderate”.")


def test_a_token_loses_what_its_person_loses(
    session: Session, maintainer_script: TestClient, maintainer: Person
) -> None:
    assert maintainer_script.get("/api/v1/people").status_code == 200
    maintainer.role = Role.MEMBER
    session.add(maintainer)
    assert maintainer_script.get("/api/v1/people").status_code == 404


def test_pages_of_other_sites_may_read(visitor_script: TestClient) -> None:
    answer = visitor_script.get(ITEMS, headers={"Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert "access-control-allow-credentials" not in answer.headers


def test_a_browser_that_asks_first_is_told_what_it_may_send(visitor_script: TestClient) -> None:
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "PUT",
             "Access-Control-Request-Headers": "authorization"}  # fmt: skip
    answer = visitor_script.options(f"{ITEMS}/1/vote", headers=asked)
    allowed = {name: answer.headers[f"access-control-allow-{name}"] for name in ("origin", "methods", "headers")}
    assert (answer.status_code, allowed) == (204, {
        "origin": "*", "methods": "GET, POST, PUT, PATCH, DELETE",
        "headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match",
    })  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/items/1/vote", "/api"])
def test_no_page_is_open_to_other_sites(visitor_script: TestClient, path: str) -> None:
    for answer in (visitor_script.get(path), visitor_script.options(path)):
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [("GET", "/api/v1/none", 404, None), ("GET", "/api/none", 404, None), ("GET", "/api/v1/items/0", 404, None),
     ("PATCH", ITEMS, 405, "GET")],
)  # fmt: skip
def test_what_the_framework_refuses_is_a_problem_too(
    visitor_script: TestClient, method: str, path: str, status: int, allow: str | None
) -> None:
    answer = visitor_script.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (answer.json()["status"], answer.headers.get("allow")) == (status, allow)


def test_what_is_public_is_remembered_and_what_a_token_sees_is_not(own_database: Database) -> None:
    with own_database.session() as session:
        ada = factories.person(session, "Ada Lind")
        factories.item(session, ada, "Dark mode")
        secret = tokens.make(session, ada, "Script", ["read"], "30")[1]
    memory = Memory(create_app(own_database), own_database)
    script = Browser(memory, base_url="http://localhost")
    mine = script.get(ITEMS, headers={"Authorization": f"Bearer {secret}"})
    assert (mine.json()["items"][0]["voted"], mine.headers["cache-control"]) == (True, "private, no-store")
    assert memory.answers == {}
    first = script.get(ITEMS)
    assert first.json()["items"][0]["voted"] is None
    assert first.headers["vary"] == "accept-encoding, authorization, cookie"
    again = script.get(ITEMS, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.headers["access-control-allow-origin"]) == (304, "*")


def test_the_document_is_whole(script_of: Callable[[Person | None], TestClient]) -> None:
    document = script_of(None).get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "http://localhost:8000"}]
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert [each["operationId"] for each in operations if not each.get("description")] == []
    assert {each["responses"]["default"]["$ref"] for each in operations} == {"#/components/responses/Problem"}
    assert list(document["components"]["responses"]["Problem"]["content"]) == ["application/problem+json"]


@pytest.mark.parametrize(
    ("headers", "sent", "status"),
    [({"Host": "evil.example"}, b"", 400), ({"Content-Type": "application/json"}, b"a" * 2_000_001, 413)],
)  # fmt: skip
def test_what_is_refused_before_a_handler_is_a_problem_too(
    member_script: TestClient, headers: dict[str, str], sent: bytes, status: int
) -> None:
    answer = member_script.post(ITEMS, headers=headers, content=sent)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (answer.json()["status"], answer.headers["access-control-allow-origin"]) == (status, "*")
    assert answer.headers["x-content-type-options"] == "nosniff"
