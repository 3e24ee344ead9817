"""Trending: the order of items by their votes, of which each fades."""

import math
from datetime import datetime, timedelta

HALF_LIFE = timedelta(days=14)
TOLD_FROM = 1e-3  # of a sum; of less, its logarithm keeps too few digits
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


def cooler(whole: float, part: float) -> float | None:
    """What is left of a sum of heats without one of them; None where that is so little that the sum cannot tell."""
    left = 1 - 2.0 ** min(part - whole, 0.0)
    return whole + math.log2(left) if left > TOLD_FROM else None
