"""What the OpenAPI document says is so: Schemathesis sends what it allows and what it forbids, and reads what comes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from app.people import Person
from tests import scene
from tests.fixtures.database import ONLY_SQLITE, RolledBack

pytestmark = pytest.mark.thorough

ScriptOf = Callable[[Person | None], TestClient]

EXAMPLES = 3
HERE = {"Host": "localhost"}
# A board that is not there, or a move that lacks a reason, is refused though no schema can tell.
UNTOLD = {"checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422"]}}}


@pytest.fixture
def document(app: FastAPI) -> Any:
    """Of the program without its work in the background, which would meddle with the one transaction of a test."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await app(scope, receive, send)
            return
        for done in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{done}.complete"})

    config = SchemathesisConfig.from_dict(UNTOLD)
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", answering, config=config, headers=HERE)


def test_an_owner_is_answered_as_the_document_says(document: Any, database: RolledBack, script_of: ScriptOf) -> None:
    token = script_of(scene.fill(database).people["owner"]).headers["Authorization"]
    assert list(troubles(document, {"Authorization": token})) == []


@ONLY_SQLITE
def test_a_member_is_answered_as_the_document_says(document: Any, database: RolledBack, script_of: ScriptOf) -> None:
    token = script_of(scene.fill(database).people["member"]).headers["Authorization"]
    assert list(troubles(document, {"Authorization": token})) == []


@ONLY_SQLITE
def test_a_visitor_who_reads_is_answered_as_the_document_says(document: Any, database: RolledBack) -> None:
    scene.fill(database)
    assert list(troubles(document.include(method="GET"), {})) == []


def troubles(document: Any, headers: dict[str, str]) -> Iterator[str]:
    """What was answered otherwise than the document says."""
    for found in document.get_all_operations():
        for mode in GenerationMode:
            try:
                _try(found.ok(), mode, HERE | headers)
            except Unsatisfiable:  # there is nothing that the document forbids
                continue
            except FailureGroup as trouble:
                yield f"{found.ok().label}, {mode}: {trouble.exceptions}"


def _try(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
              phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        case.call_and_validate(headers=headers)

    each()
