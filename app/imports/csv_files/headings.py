"""What a column holds, by its heading in many languages or, without one that we know, by its values."""

import re
import tomllib
import unicodedata
from enum import StrEnum
from functools import cache
from pathlib import Path

from app.items import DETAILS
from app.text import composed
from app.words import N_, _


class Field(StrEnum):
    """What an item can be given from a column; the order is that of the form."""

    TITLE = "title"
    BODY = "body"
    KIND = "kind"
    STATUS = "status"
    RESOLUTION = "resolution"
    SOURCE_ID = "source_id"
    POSTED_AT = "posted_at"
    CLOSED_AT = "closed_at"
    REPORTER = "reporter"
    EMAIL = "email"
    VOTES = "votes"
    IMPORTED_VOTES = "imported_votes"
    TAGS = "tags"
    BOARD = "board"
    ANSWER = "answer"
    WORKAROUND = "workaround"
    TARGET = "target"
    LINK = "link"
    EXPECTED = "expected"
    STEPS = "steps"
    VERSION = "version"
    SHIPPED_IN = "shipped_in"
    ORIGINAL = "original"

    @property
    def label(self) -> str:
        return _(LABELS[self])


LABELS = {
    Field.TITLE: N_("Title"),
    Field.BODY: N_("Description"),
    Field.KIND: N_("Kind"),
    Field.STATUS: N_("Status"),
    Field.RESOLUTION: N_("Resolution"),
    Field.SOURCE_ID: N_("Id in the source"),
    Field.POSTED_AT: N_("Posted on"),
    Field.CLOSED_AT: N_("Closed on"),
    Field.REPORTER: N_("Name of the reporter"),
    Field.EMAIL: N_("E-mail of the reporter"),
    Field.VOTES: N_("Number of votes"),
    Field.IMPORTED_VOTES: N_("Number of imported votes"),
    Field.TAGS: N_("Tags"),
    Field.BOARD: N_("Board"),
    Field.ANSWER: N_("Answer"),
    Field.WORKAROUND: N_("Workaround"),
    Field.TARGET: N_("Target"),
    Field.LINK: N_("Address in the source"),
    Field.EXPECTED: DETAILS["expected"],
    Field.STEPS: DETAILS["steps"],
    Field.VERSION: DETAILS["version"],
    Field.SHIPPED_IN: N_("Shipped in"),
    Field.ORIGINAL: N_("Duplicate of"),
}


def plain(heading: str) -> str:
    """A heading without case, accents and punctuation."""
    letters = unicodedata.normalize("NFKD", composed(heading).casefold())
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.findall(r"\w+", letters.replace("_", " ")))


LIKE = 1000


@cache
def _ranks() -> dict[Field, dict[str, int]]:
    """The headings of each field, the best first. Read when somebody imports, which few processes are there for."""
    known = tomllib.loads(Path(__file__).with_name("headings.toml").read_text(encoding="utf-8"))
    return {
        field: {plain(words): rank for rank, words in reversed(list(enumerate(known[field].split(";"))))}
        for field in Field
    }


def rank(field: Field, heading: str) -> int | None:
    """How well a heading fits the field, 0 best; those that only contain the words come after all that are them."""
    words = plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading))
    ranks = _ranks()[field]
    if words in ranks:
        return ranks[words]
    parts = set(words.split())
    contained = [place for known, place in ranks.items() if set(known.split()) <= parts]
    return LIKE * len(parts) + min(contained) if contained else None


def is_heading(text: str) -> bool:
    """Whether this is a heading that some field has."""
    return any(plain(text) in ranks for ranks in _ranks().values())
