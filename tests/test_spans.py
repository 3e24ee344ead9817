"""Spans of time in words: one unit, rounded down to what has fully passed."""

from datetime import timedelta

import pytest

from app import db, words


@pytest.mark.parametrize(
    ("passed", "told"),
    [
        (timedelta(seconds=-90), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=60), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=60, hours=23), "60 days"),
        (timedelta(days=61), "2 months"),
        (timedelta(days=364), "12 months"),
        (timedelta(days=365), "1 year"),
        (timedelta(days=-3), "less than a minute"),
    ],
)
def test_a_span_is_told_in_one_unit(passed: timedelta, told: str) -> None:
    now = db.now()
    assert words.span(passed) == told
    assert words.ago(now - passed, now) == ("just now" if told == "less than a minute" else f"{told} ago")
