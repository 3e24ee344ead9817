"""What search engines are told of: the items that everybody may see."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from app import sight, site
from app.items import Item
from app.statuses import Status

PAGE = 5_000  # addresses in a file: as many as the protocol allows would keep other readers waiting for half a second


class Entry(NamedTuple):
    number: int
    changed_at: datetime


def page_count(session: Session) -> int:
    """How many files it takes, by the public numbers, which have no gaps."""
    return -(-site.the(session).last_item_number // PAGE)


def page(session: Session, number: int) -> list[Entry]:
    """The items of one file, counted from 1. Duplicates are left to the items they were merged into."""
    statement = (
        select(col(Item.number), col(Item.changed_at))
        .where(sight.visible_to(None), col(Item.status) != Status.DUPLICATE)
        .where(col(Item.number).between((number - 1) * PAGE + 1, number * PAGE))
        .order_by(col(Item.number))
    )
    return [Entry(*row) for row in session.execute(statement)]
