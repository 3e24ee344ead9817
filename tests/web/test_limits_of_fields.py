"""Every field of every form has its limits and names them, and what was written stays on the page."""

from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import quote, urlencode

import pytest
from fastapi import FastAPI
from httpx import Response

from app import first_run
from app.web import kit, refusal_pages
from tests import fields, routes, scene
from tests.asking import Browser
from tests.fields import Form
from tests.fixtures.database import ONLY_SQLITE, RolledBack
from tests.scene import Scene

pytestmark = pytest.mark.thorough

HOME = "http://localhost"
URLENCODED = {"content-type": "application/x-www-form-urlencoded"}
HALF = "%ED%A0%80"
Sent = list[tuple[str, str]]


class Clerk:
    """Hands in forms, and says what was wrong with the answer."""

    def __init__(self, app: FastAPI, scene: Scene) -> None:
        self.app, self.scene = app, scene

    def hand_in(self, form: Form, sent: Sent) -> Response:
        browser = Browser(self.app, base_url=HOME, follow_redirects=False)
        if form.who:
            browser.cookies.set(kit.session_cookie(), self.scene.keys[form.who])
        address = form.path.format_map(self.scene.places)
        filled = [
            (name, value.format_map(self.scene.places) if value.startswith("{") else value) for name, value in sent
        ]
        if form.has_files:
            return browser.post(address, files=[(name, (None, value)) for name, value in filled])
        body = urlencode(filled).replace(quote(HALF), HALF)
        return browser.post(address, content=body, headers=URLENCODED)

    def problems(self, form: Form, sent: Sent, words: str) -> Iterator[str]:
        answer = self.hand_in(form, sent)
        page = unescape(answer.text).replace("\r\n", "\n")
        where = f"{form.path} with {[(name, value[:30]) for name, value in sent]}"
        if answer.status_code != 422:
            yield f"{where}: {answer.status_code}"
        elif words not in page:
            yield f"{where}: does not say “{words}”"
        for name, value in sent:
            if name in refusal_pages.WRITTEN and value.strip() not in page and HALF not in value and "\0" not in value:
                yield f"{where}: lost what was written as {name}"


@pytest.fixture
def forms(app: FastAPI, database: RolledBack) -> Iterator[tuple[Form, Clerk]]:
    """Every form with somebody who hands it in, first those of a board without an owner."""

    def each() -> Iterator[tuple[Form, Clerk]]:
        with database.session() as session:
            early = scene.before_anybody(session, first_run.owner_link)
        yield from ((form, Clerk(app, early)) for form in fields.BEFORE_ANYBODY)
        clerk = Clerk(app, scene.fill(database))
        yield from ((form, clerk) for form in [*fields.FORMS, *fields.EASY, *fields.BUTTONS])

    return each()


def all_problems(forms: Iterator[tuple[Form, Clerk]], wrong: Callable[[Form], Iterator[tuple[Sent, str]]]) -> list[str]:
    return [
        problem for form, clerk in forms for sent, words in wrong(form) for problem in clerk.problems(form, sent, words)
    ]


@ONLY_SQLITE
def test_what_a_field_cannot_take_is_refused_with_its_name_and_limit(forms: Iterator[tuple[Form, Clerk]]) -> None:
    def wrong(form: Form) -> Iterator[tuple[Sent, str]]:
        for name, field in form.fields.items():
            for value, words in field.refused.items() if form not in fields.EASY else ():
                yield list((form.filled_in | {name: value}).items()), words

    assert all_problems(forms, wrong) == []


@ONLY_SQLITE
def test_a_field_that_the_form_does_not_have_is_refused(forms: Iterator[tuple[Form, Clerk]]) -> None:
    def wrong(form: Form) -> Iterator[tuple[Sent, str]]:
        yield [*form.filled_in.items(), ("colour", "red")], "The form has no field “colour”."

    assert all_problems(forms, wrong) == []


@ONLY_SQLITE
def test_a_field_that_is_sent_twice_is_refused(forms: Iterator[tuple[Form, Clerk]]) -> None:
    def wrong(form: Form) -> Iterator[tuple[Sent, str]]:
        for name in (name for name, field in form.fields.items() if not field.is_list):
            yield [*form.filled_in.items(), (name, "again")], f"The field “{name}” was sent twice."

    assert all_problems(forms, wrong) == []


@ONLY_SQLITE
@pytest.mark.parametrize("odd", ["a\0b", f"a{HALF}b"], ids=["zero", "half a character"])
def test_what_is_no_text_is_refused(forms: Iterator[tuple[Form, Clerk]], odd: str) -> None:
    def wrong(form: Form) -> Iterator[tuple[Sent, str]]:
        for name in form.fields if not (form.has_files and HALF in odd) else ():
            yield list((form.filled_in | {name: odd}).items()), f"The field “{name}” has characters that are not text."

    assert all_problems(forms, wrong) == []


def test_every_field_in_which_people_write_is_kept_by_the_page_of_a_refusal() -> None:
    """Those whose own page shows them again, and in which one writes only a line or a number, need not be."""
    long = {
        name
        for form in fields.FORMS
        for name, field in form.fields.items()
        if any(len(value) > 100 for value in field.refused)
    }
    assert (
        long - refusal_pages.WRITTEN - {"act_body", "code", "email", "framers", "public_key", "shipped_link"} == set()
    )


def test_no_form_is_left_out() -> None:
    """A new address that takes a form needs a row in the table."""
    forms = [*fields.BEFORE_ANYBODY, *fields.FORMS, *fields.EASY, *fields.UNREAD, *fields.BUTTONS]
    known = [form.path for form in forms]
    taken = routes.pages("POST")
    assert [route.path for route in taken if not any(routes.is_at(route, path) for path in known)] == []
