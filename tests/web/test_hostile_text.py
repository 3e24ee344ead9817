"""Hostile strings through every field and every address: nothing breaks, and what was written comes back as it was.

Lines are folded at white space, texts lose their blank edges, and both are composed (NFC); nothing else may change.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import quote

import pytest
from markupsafe import escape
from sqlalchemy import delete
from sqlmodel import SQLModel
from starlette.testclient import TestClient

from app import boards, site, tags, text
from app.comments import Comment
from app.imports.batches import Import
from app.items import Item
from app.limits import Spent
from app.outbox import Mail
from app.people import Person
from app.sign_in import SignIn
from app.status_changes import StatusChange, TargetMove
from app.status_changes.proposals import MergeProposal
from tests import naughty
from tests.fixtures.database import ONLY_SQLITE
from tests.fixtures.hostile import Stranger

pytestmark = [pytest.mark.scene, pytest.mark.thorough]

LINE, TEXT = "line", "text"


@dataclass(frozen=True)
class Spot:
    """A form: its fields with what each holds and how much, how its row is read back, and where it shows as written.

    `rest` are the other fields; `before` is done first each time, to make the same act possible again. The page is
    looked at by `reader`, after every so many forms.
    """

    path: str
    who: str
    fields: Mapping[str, tuple[str, int]]
    stored: Callable[[Stranger], Mapping[str, str | None]]
    shown: str = ""
    rest: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[Stranger], object] = id
    reader: str | None = None
    look_every: int = 1


def item(place: str, *names: str) -> Callable[[Stranger], dict[str, str | None]]:
    def read(stranger: Stranger) -> dict[str, str | None]:
        found = stranger.session.get_one(Item, stranger.number(place))
        columns = {"title": found.title, "body": found.body, **found.details}
        return {name: columns.get(name) for name in names}

    return read


def row(table: type[SQLModel], *names: str, place: str = "") -> Callable[[Stranger], dict[str, str | None]]:
    """These columns of a row: of the latest one, unless a place names another."""

    def read(stranger: Stranger) -> dict[str, str | None]:
        found = stranger.session.get_one(table, stranger.number(place)) if place else stranger.latest(table)
        return {name: getattr(found, {"because": "hidden_because"}.get(name, name)) for name in names}

    return read


def question(stranger: Stranger) -> dict[str, str | None]:
    found = stranger.latest(StatusChange)
    return {"explanation": found.explanation, "why": found.why, "checklist": "\n".join(found.checklist)}


def given(stranger: Stranger) -> dict[str, str | None]:
    return {"given": stranger.latest(Comment).body.removeprefix("**Έκδοση**\n\n")}


def person(stranger: Stranger) -> dict[str, str | None]:
    found = stranger.session.get_one(Person, stranger.scene.people["maintainer"].key)
    return {"name": found.name, "title": found.title}


def appointed(stranger: Stranger) -> dict[str, str | None]:
    return {"title": stranger.session.get_one(Person, stranger.number("person")).title}


def the_site(stranger: Stranger) -> dict[str, str | None]:
    found = site.the(stranger.session)
    return {"name": found.name, "description": found.description}


def board(stranger: Stranger) -> dict[str, str | None]:
    found = boards.find(stranger.session, "kinito")
    return {"name": found.name, "description": found.description}


def tag(stranger: Stranger) -> dict[str, str | None]:
    return {"name": tags.find(stranger.session, "αναζήτηση").name}


def again(place: str, *forms: tuple[str, dict[str, str]]) -> Callable[[Stranger], None]:
    """Send these forms first, as a maintainer, about the item at this place."""

    def send(stranger: Stranger) -> None:
        for path, data in forms:
            stranger.post(f"/items/{{{place}}}/{path}", data, "maintainer")

    return send


def forget_limits(stranger: Stranger) -> None:
    stranger.session.execute(delete(Spent))


def turn_target(stranger: Stranger) -> None:
    stranger.scene.places["quarter"] = "2027-Q1" if stranger.scene.places.get("quarter") == "2027-Q3" else "2027-Q3"


def decide(stranger: Stranger) -> None:
    stranger.session.execute(delete(MergeProposal))


REOPENED = ("status-changes", {"to": "acknowledged", "explanation": "Πάλι."})
EXPLANATION = {"explanation": (TEXT, 10_000)}

# Each string alone, in every one of these fields.
ALONE = [
    Spot("/items/{needs_info}/edit", "member",
         {"title": (LINE, 200), **dict.fromkeys(("body", "expected", "steps", "version"), (TEXT, 10_000))},
         item("needs_info", "title", "body", "expected", "steps", "version"), "/items/{needs_info}/edit",
         before=forget_limits),
    Spot("/me/profile", "maintainer", {"name": (LINE, 80), "title": (LINE, 80)}, person, "/items/{acknowledged}",
         reader="", look_every=3),
    Spot("/settings", "owner", {"name": (LINE, 80), "description": (LINE, 300)}, the_site, "/settings",
         {"accent": "#3d4f9f", "indexed": "yes"}, look_every=5),
    Spot("/settings/boards/kinito", "owner", {"name": (LINE, 80), "description": (LINE, 300)}, board,
         "/settings/boards/kinito", {"access": "public"}, look_every=5),
    Spot("/settings/tags/{tag_to_name}", "owner", {"name": (LINE, 40)}, tag, "/settings/tags", look_every=5),
    Spot("/sign-in", "", {"name": (LINE, 80)}, row(SignIn, "name"), "", {"email": "nina@example.org"}, forget_limits),
]  # fmt: skip

# Many strings in one text, because each of these fields goes the way of one above.
TOGETHER = [
    Spot("/items/{new}/comments", "member", {"body": (TEXT, 10_000)}, row(Comment, "body"), "", {}, forget_limits),
    Spot("/items/{new}/comments", "member", {"given": (TEXT, 9_000)}, given, "", {"asked": "Έκδοση"}, forget_limits),
    Spot("/items/{planned}/comments/{comment}/edit", "member", {"body": (TEXT, 10_000)},
         row(Comment, "body", place="comment"), "/items/{planned}/comments/{comment}/edit", before=forget_limits),
    Spot("/items/{planned}/comments/{told}/hiding", "maintainer", {"because": (LINE, 1000)},
         row(Comment, "because", place="told"), "/items/{planned}"),
    Spot("/items/{hidden}/hiding", "maintainer", {"because": (LINE, 1000)}, row(Item, "because", place="hidden"),
         "/items/{hidden}"),
    Spot("/status-changes/{change}/correction", "maintainer", EXPLANATION,
         row(StatusChange, "explanation", place="change"), "/status-changes/{change}/correction"),
    Spot("/items/{declined}/status-changes", "maintainer", {**EXPLANATION, "workaround": (TEXT, 10_000)},
         row(StatusChange, "explanation", "workaround"), "", {"to": "declined", "reason": "obsolete"},
         again("declined", REOPENED)),
    Spot("/items/{acknowledged}/status-changes", "maintainer",
         {**EXPLANATION, "why": (TEXT, 10_000), "checklist": (LINE, 80)},
         question, "", {"to": "needs_info"}, again("acknowledged", REOPENED)),
    Spot("/items/{shipped}/status-changes", "maintainer", {"shipped_in": (LINE, 80)}, row(StatusChange, "shipped_in"),
         "/items/{shipped}", {"to": "shipped", "explanation": "Έτοιμο."}, again("shipped", REOPENED), look_every=20),
    Spot("/items/{planned}/target-moves", "maintainer", {"cause": (TEXT, 10_000)}, row(TargetMove, "cause"), "",
         {"target": "{quarter}"}, turn_target),
    Spot("/items/{new}/merge-proposals", "advocate", {"words": (TEXT, 10_000)}, row(MergeProposal, "words"), "",
         {"duplicate_of": "{planned}"}, decide),
    Spot("/settings/people/{person}", "owner", {"title": (LINE, 80)}, appointed, "/settings/people/{person}",
         {"role": "maintainer"}, look_every=10),
    Spot("/settings/import/{import}", "owner", {"source": (LINE, 40)}, row(Import, "source", place="import"),
         "/settings/import/{import}", {"then": "check"}, look_every=20),
]  # fmt: skip


def fitted(string: str, kind: str, most: int) -> str:
    """What of the string the field takes, as it is stored."""
    value = unicodedata.normalize("NFC", string)
    value = " ".join(value.split()) if kind == LINE else value.replace("\r\n", "\n").replace("\r", "\n")
    value = value[:most].strip()
    return "Ω" if text.is_blank(value) else value


def go_through(stranger: Stranger, spot: Spot, sent: Mapping[str, str], *, look: bool) -> Iterator[str]:
    """Send the form; whatever is not as it should be afterwards."""
    spot.before(stranger)
    rest = {name: value.format_map(stranger.scene.places) for name, value in spot.rest.items()}
    answer = stranger.post(spot.path, {**rest, **sent}, spot.who)
    if answer.status_code != 303:
        yield f"{spot.path}: {answer.status_code} for {sent}"
        return
    if (stored := spot.stored(stranger)) != sent:
        yield f"{spot.path}: {sent} became {stored}"
    if spot.shown and look:
        page = stranger.get(spot.shown, spot.who if spot.reader is None else spot.reader)
        yield from (f"{spot.shown}: no {value!r}" for value in sent.values() if escape(value) not in page.text)
        yield from naughty.frame(page.text)[1]


def rotated(strings: list[str], spot: Spot) -> Iterator[dict[str, str]]:
    """Forms so filled in that each string comes into each field once."""
    for at in range(len(strings)):
        values = (strings[(at + step) % len(strings)] for step in range(len(spot.fields)))
        yield {name: fitted(value, *limits) for (name, limits), value in zip(spot.fields.items(), values, strict=True)}


def name_of(spot: Spot) -> str:
    return f"{spot.path} {' '.join(spot.fields)}"


def all_odd(stranger: Stranger, spot: Spot, texts: list[str]) -> list[str]:
    """PostgreSQL, which stores the same values, gets fewer of them; what pages show does not depend on it."""
    forms = list(rotated(texts if stranger.is_on_sqlite else texts[::10], spot))
    looks = (stranger.is_on_sqlite and at % spot.look_every == 0 for at in range(len(forms)))
    return [odd for sent, look in zip(forms, looks, strict=True) for odd in go_through(stranger, spot, sent, look=look)]


@pytest.mark.parametrize("spot", ALONE, ids=name_of)
def test_what_was_written_comes_back_as_it_was(stranger: Stranger, spot: Spot) -> None:
    stranger.scene.places["tag_to_name"] = quote("αναζήτηση")
    assert all_odd(stranger, spot, naughty.strings()) == []


@pytest.mark.parametrize("spot", TOGETHER, ids=name_of)
def test_many_of_them_in_one_text_come_back_as_they_were(stranger: Stranger, spot: Spot) -> None:
    most = min(limit for _kind, limit in spot.fields.values())
    assert all_odd(stranger, spot, list(naughty.together(naughty.strings(), min(most, 2000)))) == []


REDRAWN = [
    ("/sign-in", "", ("email",), {"name": "Νίνα"}),
    ("/me/address", "member", ("email",), {}),
    ("/me/deletion", "member", ("email",), {}),
    ("/items/{new}/status-changes", "maintainer", ("review_on", "explanation"), {"to": "declined"}),
    ("/items/{new}/status-changes", "maintainer", ("due_on", "why"), {"to": "needs_info"}),
    ("/items/{new}/status-changes", "maintainer", ("target", "shipped_in"), {"to": "planned"}),
    ("/items/{new}/status-changes", "maintainer", ("shipped_link", "workaround"), {"to": "shipped", "explanation": ""}),
    ("/items/{new}/status-changes", "maintainer", ("duplicate_of",), {"to": "duplicate"}),
    ("/items/{planned}/target-moves", "maintainer", ("target", "cause"), {}),
    ("/items/{new}/merge-proposals", "advocate", ("duplicate_of", "words"), {}),
    ("/settings", "owner", ("accent", "description"), {"name": ""}),
    ("/items", "member", ("title", "body", "expected", "steps", "version"), {"kind": "defect", "board": "none"}),
]


@ONLY_SQLITE
@pytest.mark.parametrize(("path", "who", "names", "rest"), REDRAWN)
def test_what_cannot_be_taken_is_drawn_again_as_it_was(
    stranger: Stranger, path: str, who: str, names: tuple[str, ...], rest: dict[str, str]
) -> None:
    strings = naughty.strings()[:: 1 if path == "/sign-in" else 10]
    for at in range(len(strings)):
        sent = {name: fitted(strings[at - step], TEXT, 10_000) for step, name in enumerate(names)}
        page = stranger.post(path, {**rest, **sent}, who)
        odd = [value for value in sent.values() if escape(value) not in page.text]
        assert (page.status_code, odd, naughty.frame(page.text)[1]) == (422, [], []), sent


def test_what_signing_in_interrupts_is_done_as_it_was_written(stranger: Stranger, visitor_browser: TestClient) -> None:
    path = f"/items/{stranger.number('new')}/comments"
    for string in naughty.strings()[::20]:
        forget_limits(stranger)
        visitor_browser.cookies.clear()
        words = fitted(string, TEXT, 10_000)
        asked = visitor_browser.post(path, data={"body": words})
        assert (asked.status_code, naughty.frame(asked.text)[1]) == (401, [])
        hidden = re.findall(r'<input type="hidden" name="(\w+_(?:path|body))" value="([^"]*)">', asked.text)
        plan = {name: unescape(value) for name, value in hidden}
        told = visitor_browser.post("/sign-in", data=plan | {"email": "nina@example.org"})
        code = re.findall(r"^    (\d{6})$", stranger.latest(Mail).body, re.MULTILINE)[0]
        assert visitor_browser.post(told.headers["location"], data={"code": code}).status_code == 303
        assert row(Comment, "body")(stranger) == {"body": words}
