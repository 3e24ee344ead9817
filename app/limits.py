"""Limits: how often a person or a network may do something in a window of time. Rows, so that all processes agree."""

import ipaddress
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import Field, Session, SQLModel, col

from app import db
from app.refusals import TooMany
from app.words import _, span


class Spent(SQLModel, table=True):
    """How much of a limit was used in one window."""

    key: str = Field(max_length=160, primary_key=True)
    window: int = Field(primary_key=True)
    count: int = 1
    ends_at: int = Field(index=True)


def spend(session: Session, key: str, *, most: int, per: timedelta) -> None:
    """Use one of `most` in this window. Raises TooMany with the seconds until the next."""
    if not spend_each(session, {key: 1}, most=most, per=per)[key]:
        raise too_many(per)


def spend_each(session: Session, used: Mapping[str, int], *, most: int, per: timedelta) -> dict[str, int]:
    """Use that many of each of these limits; returns how many of them there were, by key: none is below zero."""
    current, ends_at = window(per)
    rows = [{"key": key, "window": current, "count": used[key], "ends_at": ends_at} for key in sorted(used)]
    counts = db.upsert(session, Spent, rows, _counted)
    return {key: max(0, min(used[key], most - (count - used[key]))) for key, count in counts}


def window(per: timedelta) -> tuple[int, int]:
    """The number of the present window of time, and the second in which it ends."""
    seconds = int(per.total_seconds())
    current = int(db.now().timestamp()) // seconds
    return current, (current + 1) * seconds


def too_many(per: timedelta) -> TooMany:
    """What is said to whoever used all of this window."""
    wait = window(per)[1] - int(db.now().timestamp())
    words = _("That was often enough for now. Please wait %s and try again.")
    return TooMany(words % span(timedelta(seconds=wait)), wait)


def _counted(insert: Any) -> Any:
    """Note more in a window that is there, and return how many that makes."""
    more = {"count": col(Spent.count) + insert.excluded.count}
    noted = insert.on_conflict_do_update(index_elements=["key", "window"], set_=more)
    return noted.returning(col(Spent.key), col(Spent.count))


def forget_past(session: Session) -> None:
    session.execute(delete(Spent).where(col(Spent.ends_at) < int(db.now().timestamp())))


def network(address: str) -> str:
    """The network an address belongs to: itself for IPv4, also where it is written as IPv6, else the /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:45]
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
