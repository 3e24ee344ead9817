"""How much room words take in a picture whose letters the reader's own system draws: an estimate, on the wide side."""

import re
import unicodedata
from collections.abc import Iterator

NARROW, WIDE = frozenset(" !'(),.:;I[]fijlrt|·’“”"), frozenset("%@MWmw—…")
NO_XML = re.compile("[^\\t\\n\\r -\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def clean(words: str) -> str:
    """The words without the characters that XML cannot hold."""
    return NO_XML.sub(" ", words)


def width(words: str, size: float) -> int:
    """In the unit of the size of the letters."""
    return round(sum(map(_share, words)) * size)


def lines(words: str, size: float, most: int, count: int) -> list[str]:
    """The words in at most `count` lines of a width; what does not fit ends in an ellipsis."""
    broken = list(_broken(clean(words), size, most))
    if len(broken) > count:
        last = broken[count - 1]
        while width(f"{last}…", size) > most:
            last = last[:-1]
        broken[count - 1 :] = [last.rstrip(" ,.;:") + "…"]
    return broken


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


def _broken(words: str, size: float, most: int) -> Iterator[str]:
    line = ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and width(longer, size) > most:
            yield line
            longer = word
        while width(longer, size) > most:
            end = max(1, next(end for end in range(len(longer), -1, -1) if width(longer[:end], size) <= most))
            yield longer[:end]
            longer = longer[end:]
        line = longer
    yield line
