"""What a page of a product can do with a ticket: vote and post, on what everybody may see."""

import time

import jwt
import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app import db, people, products
from app.boards import Access
from app.people import Person
from app.web.api import admission
from tests import factories

SESSION = "/api/v1/session"
ELSEWHERE = {"Origin": "https://product.example", "Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def secret(session: Session, owner: Person) -> str:
    return products.add_key(session, owner, "Planner")[1]


def signed(secret: str, **other: object) -> str:
    now = int(time.time())
    about = {"aud": "http://localhost:8000", "sub": "7", "email": "nina@example.org", "name": "Nina Berg"}
    return jwt.encode(about | {"iat": now, "exp": now + 300} | other, secret, "HS256")


@pytest.fixture
def widget(visitor_script: TestClient, secret: str) -> TestClient:
    """A page of the product, with a ticket."""
    visitor_script.headers.update(ELSEWHERE)
    answer = visitor_script.post(SESSION, json={"token": signed(secret)})
    assert (answer.status_code, answer.json()["name"]) == (201, "Nina Berg")
    assert (answer.headers["access-control-allow-origin"], answer.headers["cache-control"]) == (
        "*",
        "private, no-store",
    )
    assert [name for name in ("set-cookie", "access-control-allow-credentials") if name in answer.headers] == []
    visitor_script.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return visitor_script


def test_a_ticket_votes_and_takes_the_vote_back(session: Session, widget: TestClient, member: Person) -> None:
    path = f"/api/v1{factories.item(session, member).path}/vote"
    states = [widget.get(path), widget.put(path), widget.put(path), widget.delete(path)]
    assert [(each.json()["votes"], each.json()["voted"]) for each in states] == [
        (1, False), (2, True), (2, True), (1, False),
    ]  # fmt: skip


def test_a_ticket_posts_under_the_name_that_the_product_gave(widget: TestClient) -> None:
    made = widget.post("/api/v1/items", json={"board": "general", "title": "Dark mode"})
    assert (made.status_code, made.json()["reporter"]["name"], made.json()["votes"]) == (201, "Nina Berg", 1)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/v1/me"), ("GET", "/api/v1/items"), ("GET", "/api/v1/items/1"), ("PUT", "/api/v1/items/1/follow"),
     ("POST", "/api/v1/items/1/comments"), ("PATCH", "/api/v1/items/1"), ("GET", "/api/v1/people")],
)  # fmt: skip
def test_a_ticket_does_nothing_else(
    session: Session, widget: TestClient, member: Person, method: str, path: str
) -> None:
    factories.item(session, member)
    body = {} if method in {"POST", "PATCH"} else None
    assert widget.request(method, path, json=body).status_code in {403, 404}
    assert widget.get("/me").status_code == 401


def test_a_ticket_knows_nothing_of_what_is_not_public(session: Session, widget: TestClient) -> None:
    person = people.with_email(session, "nina@example.org")
    assert person is not None
    factories.board(session, "inside", access=Access.MEMBERS)
    inside = factories.item(session, person, board="inside")
    for method in ("GET", "PUT", "DELETE"):
        assert widget.request(method, f"/api/v1{inside.path}/vote").status_code == 404


def test_a_token_that_is_not_taken_says_why(visitor_script: TestClient, secret: str) -> None:
    answer = visitor_script.post(SESSION, json={"token": signed(secret, aud="https://other.example")})
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The token is not taken: Audience doesn’t match.".replace("’", "'")


def test_what_is_not_taken_is_counted_too(
    visitor_script: TestClient, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = db.now()
    monkeypatch.setattr(admission, "SESSIONS_MOST", 2)
    monkeypatch.setattr(db, "now", lambda: now)
    sent = [{"token": signed(secret, aud="https://other.example")}, {"token": 7}, {"token": signed(secret)}]
    answers = [visitor_script.post(SESSION, json=each) for each in sent]
    assert [answer.status_code for answer in answers] == [401, 422, 429]
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60


def test_what_is_longer_than_any_token_is_not_read(visitor_script: TestClient) -> None:
    """Read as JSON, it would keep all who write waiting."""
    answer = visitor_script.post(SESSION, json={"token": "x" * admission.BODY_MOST})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


def test_the_secret_is_shown_once_and_in_no_export(session: Session, owner_browser: TestClient) -> None:
    page = owner_browser.post("/settings/products", data={"product": "Planner"}).text
    (key,) = products.keys(session)
    assert page.count(key.secret) == 1
    assert key.secret not in owner_browser.get("/settings/products").text
    assert key.secret not in owner_browser.get("/me/dossier.json").text
