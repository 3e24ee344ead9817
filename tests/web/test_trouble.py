"""What is said when the database is in trouble: nothing that may be stored is said to have failed."""

from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from app import db
from app.web.refusal_pages import NO_STORAGE, PERHAPS_STORED
from tests.fixtures.database import ONLY_SQLITE, RolledBack

LOST = OperationalError("commit", {}, Exception("The line was cut."), connection_invalidated=True)
REFUSED = OperationalError("commit", {}, Exception("The disk is full."))


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("trouble", "said"),
    [(db.Unheard(), PERHAPS_STORED), (LOST, PERHAPS_STORED), (db.Silent(), NO_STORAGE), (REFUSED, NO_STORAGE)],
)
def test_who_sent_something_is_told_whether_it_may_be_stored(
    trouble: Exception,
    said: str,
    member_browser: TestClient,
    member_script: TestClient,
    database: RolledBack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(*_asked: Any, **_how: Any) -> None:
        raise trouble

    monkeypatch.setattr(database, "run", fail)
    answers = [member_browser.post("/me/seen"), member_browser.get("/me")]
    assert [(answer.status_code, answer.text) for answer in answers] == [(503, said), (503, NO_STORAGE)]
    problems = [member_script.put("/api/v1/items/1/vote"), member_script.get("/api/v1/items")]
    assert [(answer.status_code, answer.json()["detail"]) for answer in problems] == [(503, said), (503, NO_STORAGE)]
