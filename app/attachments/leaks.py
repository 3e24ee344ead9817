"""Secrets that slip into logs: patterns to warn by before a file is posted. One list, for the browser and for us.

Each pattern begins with no space, takes no end of a line, means the same in Python and in JavaScript, and repeats
nothing without a limit, so that no text takes more than a time in proportion to its length. A hit is a hint, not a
verdict.
"""

import json
import re
from collections.abc import Iterator
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple

from app.words import N_, _

TOLD_MOST = 20
PIECE, LAP = 10_000, 300  # characters searched before others may work; and what no hit that begins in them goes beyond


class Leak(NamedTuple):
    """A kind of secret. Of a `card`, the digits must also add up (Luhn)."""

    kind: str
    label: str
    pattern: str


LEAKS = (
    Leak("private_key", N_("a private key"), r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY"),
    Leak("aws", N_("a key of Amazon Web Services"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    Leak("github", N_("a token of GitHub"), r"\b(?:gh[opsur]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{50})"),
    Leak("gitlab", N_("a token of GitLab"), r"\bglpat-[0-9A-Za-z_-]{20}"),
    Leak("slack", N_("a token of Slack"), r"\bxox[abeoprs]-[0-9A-Za-z-]{10}"),
    Leak("stripe", N_("a key of Stripe"), r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{16}"),
    Leak("google", N_("a key of Google"), r"\bAIza[0-9A-Za-z_-]{35}"),
    Leak("model", N_("a key of a language model"), r"\bsk-[0-9A-Za-z_-]{20}"),
    Leak("jwt", N_("a signed token (JWT)"), r"\beyJ(?:hbGciOi|0eXAiOi|raWQiOi)[0-9A-Za-z_-]{4}"),
    Leak(
        "authorization", N_("an Authorization header"),
        r"\b[Aa]uthorization[\"']?[^\S\n]{0,5}[:=][^\S\n]{0,5}[\"']?"
        r"(?:[Bb]earer|[Bb]asic|[Tt]oken)[^\S\n]{1,5}[0-9A-Za-z+/_.~=-]{8}",
    ),
    Leak(
        "cookie", N_("a cookie"),
        r"\b(?:[Ss]et-)?[Cc]ookie[\"']?[^\S\n]{0,5}:[^\S\n]{0,5}[\"']?[^\s=;]{1,60}=[^\s;]{12}",
    ),
    Leak("address", N_("an address with a password"), r"://[^\s/:@]{1,100}:(?!\*|<|\$|\{|xxx)[^\s/@]{1,100}@"),
    Leak(
        "password", N_("a password"),
        r"(?:[Pp]ass(?:word|wd|phrase)|PASS(?:WORD|WD|PHRASE)|[Ss]ecret|SECRET|[Aa]pi[_-]?[Kk]ey|API_?KEY"
        r"|[Aa]ccess_?[Tt]oken|ACCESS_?TOKEN)[\"']?[^\S\n]{0,5}[:=][^\S\n]{0,5}[\"']?"
        r"(?!null|none|None|true|True|false|False|undefined|\*|<|\$|\{|xxx)[^\s\"',;]{6}",
    ),
    Leak(
        "card", N_("a card number"),
        r"(?<![\d.-])(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6(?:011|5\d\d)|3[47]\d\d)(?:[ -]?\d){11,12}(?![\d.-])",
    ),
)  # fmt: skip
LABELS = {leak.kind: leak.label for leak in LEAKS}
_each = "|".join(f"(?P<{leak.kind}>{leak.pattern})" for leak in LEAKS)
_any = re.compile(rf"(?=\S)(?:{_each})", re.ASCII)  # at a space, or at the end of a line, no pattern is tried


def find(text: str) -> list[tuple[int, str]]:
    """The lines in which a secret may stand, each with the kind, the first twenty."""
    return list(islice(_found(text), TOLD_MOST))


def _found(text: str) -> Iterator[tuple[int, str]]:
    for line, hits in groupby(_hits(text), itemgetter(0)):
        kinds = {kind for _line, kind in hits}
        yield from ((line, leak.kind) for leak in LEAKS if leak.kind in kinds)


def _hits(text: str) -> Iterator[tuple[int, str | None]]:
    """The line and the kind of each. Lines are counted where something is found only: a text may have millions."""
    line, end = 1, 0
    for start in range(0, len(text), PIECE):
        for hit in _any.finditer(text, max(start, end), start + PIECE + LAP):
            if hit.start() >= start + PIECE:
                break  # it is whole in the next piece
            line, end = line + text.count("\n", end, hit.end()), hit.end()
            if hit.lastgroup != "card" or adds_up(hit[0]):
                yield line, hit.lastgroup


def adds_up(digits: str) -> bool:
    """Whether the last digit checks the others, as on every card (Luhn)."""
    total = 0
    for place, digit in enumerate(int(each) for each in reversed(digits) if each.isdigit()):
        total += digit if place % 2 == 0 else (2 * digit - 9 if digit > 4 else 2 * digit)  # noqa: PLR2004 - its rule
    return total % 10 == 0


def told(name: str, found: list[tuple[int, str]]) -> list[str]:
    """A sentence for each line, for whoever is about to post the file."""
    words = _("%(file)s, line %(line)s: this looks like %(what)s.")
    return [words % {"file": name, "line": line, "what": _(LABELS[kind])} for line, kind in found]


def for_browsers() -> bytes:
    """The same list for the script that looks before anything is sent."""
    return json.dumps([leak._replace(label=_(leak.label))._asdict() for leak in LEAKS]).encode()
