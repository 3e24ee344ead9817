"""What is attached where, and to whom it may be shown."""

import asyncio
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from app import db, policy, sight
from app.attachments import store
from app.attachments.table import Attachment
from app.boards import Board
from app.comments import Comment
from app.items import Item
from app.people import Person
from app.refusals import NotFound


class Found(NamedTuple):
    """A file that may be shown to somebody, and whether to everybody else too."""

    file: Attachment
    item: Item
    is_public: bool


def of_item(session: Session, number: int) -> list[Attachment]:
    """All that is attached to an item and to what was said about it, in order; to be read."""
    return of_said(session, [number])


OF_SAID = (
    select(Attachment)
    .where(col(Attachment.item_number).in_(bindparam("numbers", expanding=True)))
    .order_by(col(Attachment.id))
)


def of_said(session: Session, numbers: Collection[int]) -> list[Attachment]:
    """The same of several items."""
    return db.read(session, OF_SAID, {"numbers": list(numbers)})


def find(session: Session, key: str, viewer: Person | None) -> Found:
    """A file that this person may see: with its item, and with the comment that it came with.

    Raises NotFound: absent, waiting, removed and forbidden are the same.
    """
    found = session.exec(
        select(Attachment, Item, Board, col(Comment.hidden_at))
        .join(Item, col(Item.number) == Attachment.item_number)
        .join(Board, col(Board.id) == Item.board_id)
        .join(Comment, col(Comment.id) == Attachment.comment_id, isouter=True)
        .where(Attachment.key == key, col(Attachment.removed_at).is_(None), sight.visible_to(viewer))
    ).one_or_none()
    if found is None:
        raise NotFound
    file, item, board, hidden_at = found
    if hidden_at is not None and not policy.may_hide(viewer):
        raise NotFound
    return Found(file, item, board.is_public and not item.is_hidden and hidden_at is None)


async def content(file: Attachment) -> bytes:
    """The file itself, from wherever it is stored. Raises NotFound for one that is there no longer."""
    try:
        return await asyncio.to_thread(store.opened().get, file.key)
    except FileNotFoundError:
        raise NotFound from None
