"""Text with a realistic distribution of words: few are everywhere, most are rare (Zipf)."""

import itertools
import random
from functools import cache

VOCABULARY = 17_000
SYLLABLES = [first + vowel + last for first in "bcdfglmnprst" for vowel in "aeiou" for last in ("", "n", "r", "s", "l")]


@cache
def vocabulary() -> list[str]:
    """Distinct words of two or three syllables, the shorter ones first."""
    two = ("".join(pair) for pair in itertools.product(SYLLABLES, repeat=2))
    words = sorted(set(itertools.islice(two, 60_000)))
    random.Random(1).shuffle(words)
    return words[:VOCABULARY]


@cache
def _weights() -> list[float]:
    return list(itertools.accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))


def text(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(vocabulary(), cum_weights=_weights(), k=count))


def title(chance: random.Random) -> str:
    return text(chance, chance.randint(4, 9)).capitalize()
