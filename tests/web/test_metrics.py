"""`/metrics`: what was answered and what waits, for machines of the house only."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import Session
from starlette.testclient import TestClient

from app import outbox
from app.main import create_app
from app.people import Person
from app.web.metrics import Metrics
from tests import factories
from tests.asking import Browser
from tests.fixtures.database import RolledBack

HOUSE = ("10.1.2.3", 4000)


def client(database: RolledBack, address: tuple[str, int] = HOUSE) -> TestClient:
    return Browser(Metrics(create_app(database), database), base_url="http://10.1.2.3", client=address)


def figures(browser: TestClient) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(browser.get("/metrics").text)
    samples = [sample for family in families for sample in family.samples]
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


def test_it_says_what_waits_and_how_much_there_is(database: RolledBack, session: Session, member: Person) -> None:
    factories.item(session, member)
    outbox.put(session, "ada@example.org", "An answer", "It is out.")
    told = figures(client(database))
    assert {name: told[(f"daylight_{name}",)] for name in ("items", "items_waiting", "votes", "people")} == {
        "items": 1, "items_waiting": 1, "votes": 1, "people": 1,
    }  # fmt: skip
    assert told["daylight_mails_waiting",] == 1
    assert told["daylight_mails_given_up",] == 0


def test_it_counts_requests_by_the_pattern_of_their_address(database: RolledBack) -> None:
    browser = client(database)
    before = figures(browser)
    for path in ("/healthz", "/healthz", "/items/999999", "/nothing-here"):
        browser.get(path)
    after = figures(browser)
    grown = {key[1:]: value - before.get(key, 0) for key, value in after.items() if key[0] == "daylight_requests_total"}
    assert grown["GET", "/healthz", "200"] == 2
    assert grown["GET", "unknown", "404"] == 1
    assert [key for key in grown if "999999" in key[1]] == []
    assert after["daylight_request_seconds_count", "/healthz"] >= 2


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4001::1", "no address"])
def test_strangers_find_nothing_there(database: RolledBack, address: str) -> None:
    assert client(database, (address, 1)).get("/metrics").status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_what_came_past_a_proxy_finds_nothing_there(database: RolledBack, header: str) -> None:
    assert client(database).get("/metrics", headers={header: "10.1.2.3"}).status_code == 404


def test_without_the_switch_there_is_no_such_address(visitor_browser: TestClient) -> None:
    assert visitor_browser.get("/metrics").status_code == 404
