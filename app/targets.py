"""Targets: the month or quarter that a planned item is promised for, written `2026-12` or `2027-Q1`."""

import re
from datetime import date
from typing import Any

from babel.dates import format_date
from sqlalchemy import ColumnElement, case, func

from app.words import _, locale

LENGTH = len("2027-Q1")
_FORM = re.compile(r"(20\d\d)-(?:(0[1-9]|1[0-2])|Q([1-4]))")


def is_target(value: str) -> bool:
    return _FORM.fullmatch(value) is not None


def last_day(target: str) -> date:
    """The day on which the target is due."""
    year, month, quarter = _parts(target)
    month = month or quarter * 3
    return date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)


def last_month(target: Any) -> ColumnElement[str]:
    """In SQL the month in which a target is due, like `2027-03`, by which targets can be compared and sorted."""
    month = case(
        {f"Q{quarter}": f"{quarter * 3:02}" for quarter in range(1, 5)},
        value=func.substr(target, 6, 2), else_=func.substr(target, 6, 2),
    )  # fmt: skip
    return func.substr(target, 1, 5) + month


def coming(today: date) -> list[str]:
    """The targets most often promised: the coming months of a year, then the quarters after this one."""
    return [month(today, ahead) for ahead in range(12)] + [quarter(today, ahead) for ahead in range(1, 7)]


def month(today: date, ahead: int) -> str:
    year, at = divmod(today.year * 12 + today.month - 1 + ahead, 12)
    return f"{year}-{at + 1:02}"


def quarter(today: date, ahead: int) -> str:
    year, at = divmod(today.year * 4 + (today.month - 1) // 3 + ahead, 4)
    return f"{year}-Q{at + 1}"


def shown(target: str) -> str:
    """December 2026, or the first quarter of 2027 as "Q1 2027"."""
    year, month, quarter = _parts(target)
    if quarter:
        return _("Q%(quarter)s %(year)s") % {"quarter": quarter, "year": year}
    return format_date(date(year, month, 1), "LLLL y", locale())


def _parts(target: str) -> tuple[int, int, int]:
    match = _FORM.fullmatch(target)
    if match is None:
        raise ValueError(target)
    year, month, quarter = match.groups()
    return int(year), int(month or 0), int(quarter or 0)
