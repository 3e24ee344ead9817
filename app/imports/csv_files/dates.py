"""Reading dates as the world writes them. Only the order of day and month in `03/04/2021` needs to be told."""

import re
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from functools import cache

from babel.dates import get_month_names

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "ru", "uk", "tr", "sv", "da", "nb", "fi", "hu", "el")
MONTHS = 12
EXCEL_BEGINS = datetime(1899, 12, 30, tzinfo=UTC)
_TIME = (
    r"(?:[\sT,]+(?:at\s+|um\s+|à\s+)?(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?:[.,]\d+)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?:GMT|UTC)?(?P<zone>Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
    r"(?:\s*\([^)]*\)|\s+[A-Z]{2,5})?)?\s*"
)
_WEEKDAY = r"(?:[^\W\d]{2,12}\.?,?\s+)?"
_NAME = r"(?P<name>[^\W\d]{3,12})\.?"
_ORDINAL = r"(?:st|nd|rd|th|er|\.|º)?"


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern + _TIME, re.IGNORECASE)


_NUMBERS = _form(
    _WEEKDAY + r"(?P<one>\d{1,2})(?P<between>[/.-])\s?(?P<two>\d{1,2})(?P=between)\s?(?P<year>\d{4}|\d{2})"
)
_FORMS = [
    _form(r"(?P<year>\d{4})\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})[.日]?"),
    _form(
        _WEEKDAY + rf"(?P<day>\d{{1,2}}){_ORDINAL}(?:[\s/-]+|\s+de\s+){_NAME}"
        r"(?:[\s/,-]+|\s+de\s+)(?P<year>\d{4}|\d{2})"
    ),
    _form(_WEEKDAY + rf"{_NAME}[\s-]+(?P<day>\d{{1,2}}){_ORDINAL},?[\s-]+(?P<year>\d{{4}})"),
]
_SECONDS = re.compile(r"(\d{9,10})(?:\.\d+)?|(\d{12,13})")
_EXCEL = re.compile(r"([2-5]\d{4})(?:[.,]\d+)?")


def read(text: str, *, day_first: bool) -> datetime | None:
    """The moment that is meant, or None. A time without a zone is taken as UTC."""
    text = text.strip()
    try:
        if match := _NUMBERS.fullmatch(text):
            parts = (match["one"], match["two"]) if day_first else (match["two"], match["one"])
            return _moment(match, day=int(parts[0]), month=int(parts[1]))
        for form in _FORMS:
            if match := form.fullmatch(text):
                return _moment(match, day=int(match["day"]), month=_month(match))
        return _counted(text)
    except (ValueError, OverflowError):
        return None


class Order(StrEnum):
    """Which of the two numbers in `03/04/2021` is the day."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    EITHER = "either"


def order(text: str) -> Order | None:
    """What a date written in numbers alone tells about the order of day and month; None for anything else."""
    match = _NUMBERS.fullmatch(text.strip())
    if match is None:
        return None
    if int(match["one"]) > MONTHS or match["between"] == ".":
        return Order.DAY_FIRST
    return Order.MONTH_FIRST if int(match["two"]) > MONTHS or match["half"] else Order.EITHER


def _month(match: re.Match[str]) -> int:
    found = match.groupdict()
    if not found.get("name"):
        return int(found["month"])
    name = found["name"].casefold()
    return _months()[name if name in _months() else name[:3]]


def _moment(match: re.Match[str], *, day: int, month: int) -> datetime:
    year = int(match["year"])
    if len(match["year"]) == 2:  # noqa: PLR2004 - two digits
        year += 1900 if year >= 70 else 2000  # noqa: PLR2004 - as POSIX does
    hour = int(match["hour"] or 0)
    if match["half"]:
        hour = hour % 12 + 12 * (match["half"][0] in "pP")
    return datetime(
        year, month, day, hour, int(match["minute"] or 0), int(match["second"] or 0), tzinfo=_zone(match["zone"])
    ).astimezone(UTC)


def _zone(written: str | None) -> timezone:
    if written in {None, "Z", "z"}:
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-away if written[0] == "-" else away)


def _counted(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970, or days since the year 1900 as spreadsheets count them."""
    if match := _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(match[1]) if match[1] else int(match[2]) / 1000, UTC)
    if _EXCEL.fullmatch(text):
        return EXCEL_BEGINS + timedelta(days=float(text.replace(",", ".")))
    return None


@cache
def _months() -> dict[str, int]:
    """The number of a month by its name, long or short, in many languages."""
    found: dict[str, int] = {}
    for language in LANGUAGES:
        for width in ("abbreviated", "wide"):
            for context in ("format", "stand-alone"):
                names = get_month_names(width, context, language)
                found = {name.casefold().rstrip("."): month for month, name in names.items()} | found
    return found
