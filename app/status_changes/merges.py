"""Merging: an item that is the same as another hands its voters over, as a union, and gets them back when undone."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from app import items, votes
from app.items import Item
from app.status_changes import proposals


def join(session: Session, item: Item, into: int, at: datetime) -> None:
    """Let the item, and all that were merged into it before, count for another."""
    item.merged_into = into
    session.flush()
    items.lock(session, item.number, into)
    session.execute(update(Item).where(col(Item.root) == item.root).values(root=into))
    proposals.decide(session, item.number, at)
    _recount(session, item.number, into)


def part(session: Session, item: Item) -> None:
    """Take the item, and what was merged into it, out of the other again."""
    old_root, item.merged_into = item.root, None
    session.flush()
    items.lock(session, item.number, old_root)
    session.execute(update(Item).where(col(Item.number).in_(_below(session, item.number))).values(root=item.number))
    _recount(session, item.number, old_root)


def _below(session: Session, number: int) -> list[int]:
    """The item and everything that was merged into it, directly or not."""
    found, fresh = [number], [number]
    while fresh:
        fresh = list(session.exec(select(Item.number).where(col(Item.merged_into).in_(fresh))))
        found += fresh
    return found


def _recount(session: Session, *numbers: int) -> None:
    for item in items.lock(session, *numbers):
        votes.recount(session, item)
        votes.cool(session, item)
    session.flush()
