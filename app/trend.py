"""Trending: the order of items by their votes, of which each fades."""

import math
from datetime import datetime, timedelta

HALF_LIFE = timedelta(days=14)
EPOCH = datetime.fromisoformat("2020-01-01T00:00:00+00:00")


def heat(at: datetime) -> float:
    """How warm one vote or one post at this time is, as a logarithm in half-lives since 2020.

    Trending orders items by the sum of their votes, each fading by half every two weeks. Because all fade alike, the
    order of the logarithms of the sums never changes by time alone, and a sum is kept by adding only.
    """
    return (at - EPOCH) / HALF_LIFE


def warmer(one: float, other: float) -> float:
    """The sum of two heats."""
    high, low = max(one, other), min(one, other)
    return high + math.log2(1 + 2.0 ** (low - high))
