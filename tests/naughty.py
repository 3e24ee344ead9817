"""Hostile strings, where the machine has them, and what a page may not show because of them."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

from tests.fixtures.needs import beside

OF_TEXTS = {"p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h3", "h4", "h5",
            "h6", "table", "thead", "tbody", "tr", "th", "td", "bdi"}  # fmt: skip
HARMLESS = ("/", "#", "http://", "https://", "mailto:")


def strings() -> list[str]:
    """The Big List of Naughty Strings; this project ships no copy of it."""
    found: list[str] = json.loads(beside("naughty-strings.json").read_text(encoding="utf-8"))
    return found


def together(strings: Iterable[str], most: int) -> Iterator[str]:
    """The same strings as few texts, each of at most so many characters."""
    text = ""
    for string in strings:
        if len(text) + len(string) + 2 > most:
            yield text
            text = ""
        text = f"{text}\n\n{string}" if text else string
    yield text


class _Frame(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.odd: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in OF_TEXTS:
            self.tags[tag] += 1
        for name, value in attributes:
            leads = name in {"href", "src", "action", "formaction"} and not (value or "").startswith(HARMLESS)
            if leads or name.startswith("on") or name in {"style", "srcdoc"}:
                self.odd.append(f"<{tag} {name}={value!r}>")


def frame(page: str) -> tuple[Counter[str], list[str]]:
    """What a page is made of, apart from what people's texts may bring, and whatever on it could do harm."""
    found = _Frame(page)
    return found.tags, found.odd
