"""The product's language: every string a person reads goes through here.

One language serves a whole instance (`DAYLIGHT_LANGUAGE`), so that a page is the same bytes for every reader.
"""

import gettext as catalogue
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal

from app.config import settings

Unit = Literal["year", "month", "day", "hour", "minute"]
UNITS: tuple[tuple[Unit, int, int], ...] = (  # of a span: from how many seconds on, and how many each has
    ("year", 365 * 86400, 365 * 86400),
    ("month", 61 * 86400, 30 * 86400),
    ("day", 86400, 86400),
    ("hour", 3600, 3600),
    ("minute", 60, 60),
)
MINUTES = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60)]  # of a day
LOCALE_DIR = Path(__file__).parent / "locale"


@cache
def translations() -> catalogue.NullTranslations:
    return catalogue.translation("daylight", LOCALE_DIR, languages=[settings().language], fallback=True)


def _(message: str) -> str:
    return translations().gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    return translations().ngettext(one, many, count)


def N_(message: str) -> str:  # noqa: N802 - the customary name of "translate me later"
    return message


@cache
def locale() -> Locale:
    return Locale.parse(settings().language)


def day(value: date | datetime) -> str:
    """3 May 2026."""
    return _day(value.year, value.month, value.day)


@lru_cache(5_000)
def _day(year: int, month: int, day: int) -> str:
    return format_date(date(year, month, day), "d MMMM y", locale())


def moment(value: datetime) -> str:
    """3 May 2026, 14:02 UTC."""
    value = in_utc(value)
    return f"{day(value)}, {clock(value)} UTC"


def in_utc(value: datetime) -> datetime:
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def clock(value: datetime) -> str:
    """14:02."""
    return MINUTES[value.hour * 60 + value.minute]


def span(value: timedelta) -> str:
    """12 days, in one unit, rounded down to what has fully passed."""
    return _span(*_roughly(value))


def ago(value: datetime, now: datetime) -> str:
    """12 days ago."""
    return _ago(*_roughly(now - value))


def _roughly(value: timedelta) -> tuple[int, int]:
    """Its days, or the minutes of what is shorter: words tell no more, so there are few to remember."""
    if value.days > 0:
        return value.days, 0
    return 0, value.seconds // 60 if value.days == 0 else 0


@lru_cache(5_000)
def _span(days: int, minutes: int) -> str:
    seconds = days * 86400 + minutes * 60
    for unit, least, size in UNITS:
        if seconds >= least:
            whole = timedelta(seconds=seconds // size * size)
            return format_timedelta(whole, granularity=unit, threshold=10_000, locale=locale())
    return _("less than a minute")


@lru_cache(5_000)
def _ago(days: int, minutes: int) -> str:
    return _("%s ago") % _span(days, minutes) if days or minutes else _("just now")


@lru_cache(5_000)
def number(value: int) -> str:
    """1,234."""
    return format_decimal(value, locale=locale())


def size(count: int) -> str:
    """12 kB, for a number of bytes."""
    if count < 1000:  # noqa: PLR2004 - as the unit says
        return _("%s B") % number(count)
    unit, words = (10**6, _("%s MB")) if count >= 10**6 else (1000, _("%s kB"))
    shape = "#,##0.#" if count < 10 * unit else "#,##0"
    return words % format_decimal(count / unit, shape, locale=locale())
