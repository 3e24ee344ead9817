"""Text as the words it is found by, the same for both databases.

Case, width and accents do not matter. A compound as programmers write them (`StackOverflow`) is found by its parts as
well. Scripts that set no spaces, or whose words grow at both ends, are cut into overlapping pieces, so that any two or
three characters in a row are found.
"""

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

from app.text import composed

WORD_MOST = 40
WORDS_MOST = 5_000
BEGINNING_LEAST = 3
REMEMBERED_MOST = 0x20000
TELLING_MOST = 1_000  # a word in more items than these tells nothing of any of them

_UNSPACED = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"  # Chinese, Japanese, Korean
_GROWING = "\u05d0-\u05ea\u0620-\u08ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Hebrew, Arabic, Thai and near
_RUN = re.compile(f"(?P<unspaced>[{_UNSPACED}]+)|(?P<growing>[{_GROWING}]+)|[^\\s{_UNSPACED}{_GROWING}]+")
_PIECE = {"unspaced": 2, "growing": 3}
_ACCENTS = {*range(10, 37), *range(200, 255)}  # combining classes: marks of Hebrew, Arabic, Latin, Greek, Cyrillic
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Part(StrEnum):
    """Where the words of a query are looked for; the title first, because few items are read for it."""

    TITLE = "title"
    WHOLE = "whole"


class Row(NamedTuple):
    """What is kept of an item."""

    number: int
    title: list[str]
    body: list[str]


class Asked(NamedTuple):
    """A word of a query."""

    word: str
    is_beginning: bool


def of(text: str) -> list[str]:
    """The words of a text in their order, then the parts of its compounds, 5,000 at most."""
    compounds = [word for word in text.split() if _HUMP.search(word)]
    folded = _folded(" ".join([text, *(_HUMP.sub(" ", compound) for compound in compounds)]))
    return [piece for run in _RUN.finditer(folded) for piece in _pieces(run)][:WORDS_MOST]


def asked(query: str) -> list[Asked]:
    """What an item must have to answer a query: each word, the last one as a beginning."""
    folded = _folded(query)
    end = len(folded.rstrip())
    return list(dict.fromkeys(word for run in _RUN.finditer(folded) for word in _asked(run, is_last=run.end() == end)))


def _pieces(run: re.Match[str]) -> list[str]:
    """A word as it is, and of an unspaced or growing script every piece with the shorter ones at the end.

    So each two or three characters in a row begin some piece.
    """
    size = _PIECE.get(run.lastgroup or "")
    return [run[0][at : at + size] for at in range(len(run[0]))] if size else [run[0][:WORD_MOST]]


def _asked(run: re.Match[str], *, is_last: bool) -> list[Asked]:
    size = _PIECE.get(run.lastgroup or "")
    if size is None:
        return [Asked(run[0][:WORD_MOST], is_beginning=is_last and BEGINNING_LEAST <= len(run[0]) <= WORD_MOST)]
    if len(run[0]) < size:
        return [Asked(run[0], is_beginning=True)]
    return [Asked(piece, is_beginning=False) for piece in _pieces(run) if len(piece) == size]


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKD", composed(text)).casefold()
    return unicodedata.normalize("NFC", folded.translate(_plain))


class _Plain(dict[int, str]):
    """What each character counts as: letters, digits and vowel signs as themselves, a symbol as a word of its own,
    accents as nothing, and all else as a space. Remembers those that people use, not all of Unicode."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = self._of(character, unicodedata.category(character))
        if code < REMEMBERED_MOST:
            self[code] = plain
        return plain

    @staticmethod
    def _of(character: str, category: str) -> str:
        if category == "Cf" or unicodedata.combining(character) in _ACCENTS:
            return ""
        if category == "So":
            return f" {character} "
        return character if category[0] in "LMN" else " "


_plain = _Plain()
