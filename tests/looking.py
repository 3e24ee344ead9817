"""How tests look at pages, and count what they cost."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

from httpx import Response
from sqlalchemy import event
from sqlmodel import Session, select

from app import sight
from app.items import Item
from app.people import Person


def words(answer: Response, start: str = "<main", end: str = "</main>") -> str:
    """The text of a page from one piece of its source to another, tags and doubled white space left out."""
    part = answer.text.partition(start)[2].partition(end)[0]
    return " ".join(unescape(" ".join(piece.partition(">")[2] for piece in part.split("<"))).split())


def is_too_often(answer: Response, per: timedelta, start: str = "<main", end: str = "</main>") -> bool:
    """Whether the answer says, in this piece of its source, that it was too often, and for how long to wait."""
    waits = 0 < int(answer.headers.get("retry-after", 0)) <= per.total_seconds()
    return answer.status_code == 429 and waits and "That was often enough for now." in words(answer, start, end)


def earlier_words(answer: Response) -> list[str]:
    """Where the page of an item leads to what was written before its edits."""
    return re.findall(r'href="(/items/\d+/edits/\d+)"', answer.text)


def numbers_visible_to(viewer: Person | None) -> Any:
    """A select of the numbers of all items that this person may see."""
    return select(Item.number).where(sight.visible_to(viewer))


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that are executed meanwhile, without those that only open and close transactions."""
    session.flush()
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.lower().startswith(("savepoint", "release", "rollback", "pragma")):
            statements.append(statement)

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


class _Fields(HTMLParser):
    """The fields of the form with this action, as a browser would send them."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.sent: dict[str, list[str]] = {}
        self.is_inside = False
        self.textarea = self.select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.is_inside = about.get("action", "").partition("#")[0] == self.action
        if not self.is_inside or "form" in about:
            return
        name = about.get("name", "")
        if tag == "textarea":
            self.textarea = name
            self.sent.setdefault(name, []).append("")
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and (self.select not in self.sent or "selected" in about):
            self.sent[self.select] = [about.get("value", "")]
        elif (
            tag == "input"
            and name
            and about.get("type") != "file"
            and (about.get("type") not in {"radio", "checkbox"} or "checked" in about)
        ):
            self.sent.setdefault(name, []).append(about.get("value", ""))

    def handle_data(self, text: str) -> None:
        if self.textarea:
            self.sent[self.textarea][-1] += text

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
        elif tag == "textarea" and self.textarea:
            self.sent[self.textarea][-1] = self.sent[self.textarea][-1].removeprefix("\n")
            self.textarea = ""
        elif tag == "select":
            self.select = ""


def typed_into(answer: Response, action: str) -> dict[str, str | list[str]]:
    """What a browser would send with the form of a page that has this action; several values as a list."""
    fields = _Fields(action)
    fields.feed(answer.text)
    return {name: values if len(values) > 1 else values[0] for name, values in fields.sent.items()}
