"""Numbers that no row has, in every address and every body that takes one: absent or refused, never a fault."""

import re
from collections.abc import Iterator

import pytest

from app import tokens
from app.tokens import Scope
from app.web import guard, kit
from tests import routes
from tests.fixtures.hostile import Stranger

pytestmark = [pytest.mark.scene, pytest.mark.thorough]

NUMBERS = ["0", "-1", "2147483647", "2147483648", "9999999999", "9223372036854775808", "9" * 5000, "1e3", "1.0", "٣",
           "1_0", "0x1", "%20", "%00", "%2b1", "٣%00"]  # fmt: skip
IN_BODIES = ["0", "-1", "-0", "2147483648", "9223372036854775808", "9" * 400, "9" * 5000, "1.5", "1e5", "1e400", "01",
             "NaN", "true", '"1"', "null", "[]", "{}", "-"]  # fmt: skip
A_NUMBER = re.compile(r"\{(\w+):int\}")
ANOTHER = {"form": "json", "seal": "1-x", "mark": "x", "slug": "general", "handle": "x", "secret": "x", "token": "x"}


def addresses(method: str) -> Iterator[str]:
    """The addresses of the routes that take numbers, each with one `{odd}` and the other numbers those of rows."""
    for route in routes.every(method):
        path = re.sub(r"\{(\w+)\}", lambda part: ANOTHER.get(part[1], "x"), A_NUMBER.sub(r"<\1>", route.path))
        names = re.findall(r"<(\w+)>", path)
        for name in names:
            yield re.sub(r"<(\w+)>", lambda part, name=name: "{odd}" if part[1] == name else "1", path)


class Owner:
    """Somebody to whom everything is open, with a browser and with a script."""

    def __init__(self, stranger: Stranger) -> None:
        self.stranger = stranger
        made = tokens.make(stranger.session, stranger.scene.people["owner"], "Script", list(Scope), "30")
        self.cookie = {"cookie": f"{kit.session_cookie()}={stranger.scene.keys['owner']}"}
        self.bearer = {"authorization": f"Bearer {made[1]}", "content-type": "application/json"}

    def status(self, method: str, path: str, content: str = "") -> int:
        headers = self.bearer if path.startswith(guard.API) else self.cookie
        body = content.encode() if path.startswith(guard.API) and method != "GET" else b""
        request = self.stranger.client.request(method, path, headers=headers, content=body)
        return self.stranger.runner.run(request).status_code


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_no_address_breaks_at_a_number(stranger: Stranger, method: str) -> None:
    owner, asked = Owner(stranger), list(addresses(method))
    assert asked
    statuses = {
        (path, number[:20]): owner.status(method, path.format(odd=number), "{}") for path in asked for number in NUMBERS
    }
    odd = {where: status for where, status in statuses.items() if status not in {303, 403, 404, 405, 409, 422}}
    assert odd == {}


BODIES = {
    "/api/v1/items/1/status-changes": '{"to": "duplicate", "explanation": "The same.", "duplicate_of": %s}',
    "/api/v1/items/1/merge-proposals": '{"words": "The same.", "duplicate_of": %s}',
    "/api/v1/status-changes": '{"to": "planned", "explanation": "We do.", "chosen": [{"number": %s}]}',
}


@pytest.mark.parametrize("path", BODIES)
def test_no_body_breaks_at_a_number(stranger: Stranger, path: str) -> None:
    owner = Owner(stranger)
    answers = {value[:9]: owner.status("POST", path, BODIES[path] % value) for value in IN_BODIES}
    assert {value: status for value, status in answers.items() if status not in {400, 422}} == {}


FORMS = [
    ("/items/{new}/status-changes", {"to": "duplicate", "explanation": "The same."}, "duplicate_of"),
    ("/items/{new}/merge-proposals", {"words": "The same."}, "duplicate_of"),
    ("/triage/status-changes", {"to": "planned", "explanation": "We do."}, "chosen"),
    ("/settings/rota", {}, "order"),
]


@pytest.mark.parametrize(("path", "form", "name"), FORMS)
def test_no_form_breaks_at_a_number(stranger: Stranger, path: str, form: dict[str, str], name: str) -> None:
    given = [*(number for number in NUMBERS if "%" not in number), "\t", "#", "-"]
    answers = {number[:20]: stranger.post(path, form | {name: number}, "owner").status_code for number in given}
    assert answers == dict.fromkeys(answers, 422)
