"""Pages by a key: each begins behind the last item of the one before, by its number and by what that was sorted by."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

NUMBER_MOST = 2**31


def token(number: int, value: Any) -> str:
    """Where a page ended, as an address says it."""
    return f"{number}_{value.isoformat() if isinstance(value, date) else value}"


def start(after: str, read: Callable[[str], Any]) -> tuple[Any, int] | None:
    """The value, as `read` takes it from the token, and the number; None for none, or for what is no such token."""
    number, _sign, value = after.partition("_")
    try:
        return read(value), count(number)
    except (ValueError, OverflowError):
        return None


def count(value: str) -> int:
    return int(measure(value))


def measure(value: str) -> float:
    found = float(value)
    if not abs(found) < NUMBER_MOST:
        raise ValueError(value)
    return found


def moment(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError(value)
    return at.astimezone(UTC)


def month(value: str) -> str:
    date.fromisoformat(f"{value}-01")
    return value
