"""The product's language: every string a person reads goes through here.

One language serves a whole instance (`DAYLIGHT_LANGUAGE`), so that a page is the same bytes for every reader.
"""

import gettext as catalogue
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal

from app.config import settings

UNITS = (  # of a span: from how many seconds on, and how many each has
    ("year", 365 * 86400, 365 * 86400),
    ("month", 61 * 86400, 30 * 86400),
    ("day", 86400, 86400),
    ("hour", 3600, 3600),
    ("minute", 60, 60),
)
MINUTE = timedelta(minutes=1)
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
    value = value if value.tzinfo is UTC else value.astimezone(UTC)
    return f"{day(value)}, {value.hour:02}:{value.minute:02} UTC"


def span(value: timedelta) -> str:
    """12 days, in one unit, rounded down to what has fully passed."""
    seconds = int(value.total_seconds())
    for unit, least, size in UNITS:
        if seconds >= least:
            return _spelled(unit, seconds // size * size)
    return _("less than a minute")


@lru_cache(5_000)
def _spelled(unit: Any, seconds: int) -> str:
    return format_timedelta(timedelta(seconds=seconds), granularity=unit, threshold=10_000, locale=locale())


def ago(value: datetime, now: datetime) -> str:
    """12 days ago."""
    return _("just now") if now - value < MINUTE else _("%s ago") % span(now - value)


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
