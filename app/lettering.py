"""Words in pictures: how much room they take, where the reader's own system draws them, and how they break in lines."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial

NARROW, WIDE = frozenset(" !'(),.:;I[]fijlrt|·’“”"), frozenset("%@MWmw—…")
NO_XML = re.compile("[^\\t\\n\\r -\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")  # what XML 1.0 cannot hold


def clean(words: str) -> str:
    """The words without the characters that XML cannot hold."""
    return NO_XML.sub(" ", words)


def width(words: str, size: float) -> int:
    """In the unit of the size of the letters: an estimate, on the wide side."""
    return round(sum(map(_share, words)) * size)


def lines(words: str, size: float, most: int, count: int) -> list[str]:
    """The words in at most `count` lines of a width, as an XML document may hold them."""
    return broken(clean(words), partial(width, size=size), most, count)


def broken(words: str, measure: Callable[[str], float], most: int, count: int) -> list[str]:
    """The words in at most `count` lines that measure no more than `most`; what does not fit ends in an ellipsis."""
    found = list(_broken(words, measure, most))
    if len(found) > count:
        last = found[count - 1]
        while measure(f"{last}…") > most:
            last = last[:-1]
        found[count - 1 :] = [last.rstrip(" ,.;:") + "…"]
    return found


def _share(character: str) -> float:
    """How wide a letter is, as a share of its height."""
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in NARROW:
        return 0.34
    if character in WIDE:
        return 0.95
    return 0.7 if character.isupper() else 0.58


def _broken(words: str, measure: Callable[[str], float], most: int) -> Iterator[str]:
    line = ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and measure(longer) > most:
            yield line
            longer = word
        while measure(longer) > most:
            end = max(1, next(end for end in range(len(longer), -1, -1) if measure(longer[:end]) <= most))
            yield longer[:end]
            longer = longer[end:]
        line = longer
    yield line
