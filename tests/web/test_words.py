"""A language is a file: with a catalogue that marks each message, no visible word of a page or mail stays unmarked.

What people wrote on the board of the tour is Greek, and so are dates and numbers; Latin letters are the program's.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages import Catalog, mofile, pofile
from sqlmodel import select

from app import db, digests, letters, outbox, sign_in, words
from app.config import settings
from app.main import create_app
from app.notifications import mailing
from app.outbox import Mail
from app.people import Person
from app.status_changes import questions
from app.web import drawing
from tests import scene, tour
from tests.fixtures.content import tell
from tests.fixtures.database import ONLY_SQLITE, RolledBack

pytestmark = pytest.mark.thorough

SPOKEN = {
    "alt",
    "aria-description",
    "aria-label",
    "data-lost",
    "data-too-large",
    "data-warning",
    "label",
    "placeholder",
    "title",
}
UNSEEN = {"code", "kbd", "script", "textarea"}  # there, what was typed, or code to copy
ADDRESSES = r"[\w.*-]+@[\w.-]+|https?://\S+|/[\w/-]+"
OF_THE_FILE = r"[\w.-]+\.(?:csv|log|png)\b|\b(?:id|title|status|created|category|votes)\b"
NOT_WORDS = re.compile(rf"{ADDRESSES}|{OF_THE_FILE}|\bUTC\b|#[0-9a-f]{{6}}\b")


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The program speaks «like this», and counts and dates in Greek."""
    template = words.LOCALE_DIR / "daylight.pot"
    catalogue = Catalog(locale="el")
    with template.open("rb") as file:
        for message in pofile.read_po(file):
            if message.id:
                many = message.id if isinstance(message.id, tuple) else None
                said = tuple(f"«{each}»" for each in many) if many else f"«{message.id}»"
                catalogue.add(message.id, said, context=message.context, flags=message.flags)
    compiled = tmp_path / "el" / "LC_MESSAGES" / "daylight.mo"
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as file:
        mofile.write_mo(file, catalogue)
    monkeypatch.setattr(words, "LOCALE_DIR", tmp_path)
    monkeypatch.setenv("DAYLIGHT_LANGUAGE", "el")
    forget()
    yield
    monkeypatch.undo()
    forget()


def forget() -> None:
    """Let everything that was made for one language be made again."""
    said = (words.translations, words.locale, words._day, words._span, words._ago, words.number)
    environments = (drawing.environment, drawing.loaded, letters.environment)
    drawn = (drawing._day, drawing._number, drawing._votes)
    for remembered in (settings, *said, *environments, *drawn):
        remembered.cache_clear()


class Reader(HTMLParser):
    """Hears all that a page says: its text, and apart from it what only some attributes tell."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.aside: list[str] = []
        self.unseen = 0
        self.in_english: list[str] = []  # the tags that are open since one said that its words are in no other language
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.unseen += tag in UNSEEN
        if ("lang", "en") in attributes or tag in self.in_english:
            self.in_english.append(tag)
        self.aside += [] if self.in_english else [value for name, value in attributes if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in UNSEEN
        if tag in self.in_english:
            self.in_english.pop()

    def handle_data(self, data: str) -> None:
        self.text += "" if self.unseen or self.in_english else f"{data}\n"


def unmarked(said: str) -> list[str]:
    """The lines of it that have letters of the program's own language outside of all marks."""
    while said != (said := re.sub(r"«[^«»]*»", "", said)):
        pass
    return [line.strip() for line in NOT_WORDS.sub("", said).splitlines() if re.search(r"[A-Za-z]", line)]


def unmarked_in(page: str) -> list[str]:
    reader = Reader(page)
    return [words for said in (reader.text, *reader.aside) for words in unmarked(said)]


@ONLY_SQLITE
def test_every_word_of_every_page_can_be_said_in_another_language(database: RolledBack, marked: None) -> None:
    app = create_app(database)  # the usual one remembers what it has drawn
    silent = {stop.name: unmarked_in(answer.text) for stop, answer in tour.walk(app, database)}
    assert {name: words for name, words in silent.items() if words} == {}


@ONLY_SQLITE
def test_every_word_of_every_mail_can_be_said_in_another_language(database: RolledBack, marked: None) -> None:
    full = scene.fill(database)
    with database.session() as session:
        for days in (12, 30):
            questions.follow_up(session, db.now() + timedelta(days=days))
        member = session.get_one(Person, full.people["member"].key)
        sign_in.complete_change(session, sign_in.find(session, full.places["address"], member), member)
        outbox.put(session, "owner@example.org", *letters.write("test", site_name="Πίνακας"))
        paused = {"url": "https://hooks.example.org/", "because": "«…»", "path": "/settings/webhooks/1"}
        outbox.put(session, "owner@example.org", *letters.write("webhook_paused", site_name="Πίνακας", **paused))
        monday = db.now() + timedelta(days=7 - db.now().weekday())
        digests.write(session, monday)
        tell(session)
        mailing.mail_some(session, db.now() + timedelta(days=31))
    mails = database.of_test.exec(select(Mail)).all()
    news = {mail.subject for mail in mails if mail.unsubscribe_path and "#" in mail.subject}
    several = {mail.subject for mail in mails if mail.subject.startswith("«News of")}
    others = {mail.subject for mail in mails} - news - several - {"Νέα"}  # the tour's own
    assert len(others) + 1 == len(list(letters.TEMPLATES.glob("[a-z]*.txt")))
    assert news
    assert several
    silent = {mail.subject: unmarked(mail.subject) + unmarked(mail.body) for mail in mails}
    assert {subject: words for subject, words in silent.items() if words} == {}


def test_a_word_without_a_mark_is_found() -> None:
    page = '<p title="left">«Posted by <b>Άννα</b>, «now»» Hello <a href="/x">«there»</a></p>'
    assert unmarked_in(page) == ["Hello", "left"]
