"""Merging: an item that is the same as another hands its voters over, as a union, and gets them back when undone.

Votes never move. `Item.merged_into` says what an item was merged into, `Item.root` for which item its votes count in
the end. An item, what was merged into it, and so on, are a family; merges take turns, so families change one by one.
"""

from collections.abc import Collection

from sqlalchemy import update
from sqlmodel import Session, col, select

from app import items, site, votes
from app.items import Item


def families(session: Session, numbers: Collection[int]) -> set[int]:
    """Take a turn at merging until the transaction ends; the families of these items.

    All of them are locked in order, as a vote does it, or two who hold what the other wants would wait for each other.
    """
    site.lock(session)
    roots = select(Item.root).where(col(Item.number).in_(numbers))
    return set(session.exec(select(Item.number).where(col(Item.root).in_(roots))))


def join(session: Session, item: Item, into: int) -> None:
    """Let the item, and all that were merged into it before, count for another. Both must be locked."""
    item.merged_into = item.root = into
    session.flush()
    session.execute(update(Item).where(col(Item.root) == item.number).values(root=into))
    _recount(session, item.number, into)


def part(session: Session, item: Item) -> None:
    """Take the item, and what was merged into it, out of the other again."""
    old_root = item.root
    item.merged_into, item.root = None, item.number
    session.flush()
    session.execute(update(Item).where(col(Item.number).in_(_below(session, item.number))).values(root=item.number))
    _recount(session, item.number, old_root)


def _below(session: Session, number: int) -> list[int]:
    """Everything that was merged into the item, directly or not."""
    found, fresh = [], [number]
    while fresh:
        fresh = list(session.exec(select(Item.number).where(col(Item.merged_into).in_(fresh))))
        found += fresh
    return found


def _recount(session: Session, *numbers: int) -> None:
    for item in items.lock(session, *numbers):
        votes.recount(session, item)
    session.flush()
