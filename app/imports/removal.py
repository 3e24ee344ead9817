"""Taking out again what came in as a batch: rows go, and what stays is counted as if they had never been."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, delete, exists
from sqlmodel import Session, SQLModel, col, select

from app import items, search, votes
from app.comments import Comment
from app.edits import Edit, Subject
from app.imports import parting
from app.imports.batches import Import
from app.items import Item
from app.status_changes import StatusChange, merges


def remove_items(session: Session, numbers: Collection[int]) -> None:
    """Remove items with everything that was said and done about them, by anybody."""
    others = merges.families(session, numbers) - set(numbers)
    parting.part(session, numbers)
    _remove_edits(session, numbers)
    for column in references("item.number"):
        if column.table.name != "item":
            session.execute(delete(column.table).where(column.in_(numbers)))
    session.execute(delete(Item).where(col(Item.number).in_(numbers)))
    search.remove(session, numbers)
    for item in items.lock(session, *others):
        votes.recount(session, item)
    session.flush()


def remove_unused(session: Session, batch: Import, table: type[SQLModel]) -> None:
    """Remove the batch's people, boards or tags that nothing points to any more."""
    (key,) = table.__table__.primary_key.columns  # type: ignore[attr-defined]
    used = [exists().where(column == key) for column in references(f"{key.table.name}.{key.name}")]
    of_batch = key.table.c.import_id == batch.id
    session.execute(delete(key.table).where(of_batch, *(~pointing for pointing in used)))


def references(to: str) -> list[Column[Any]]:
    """Every column that points to this one; tables that depend on others come first."""
    tables = reversed(SQLModel.metadata.sorted_tables)
    return [key.parent for table in tables for key in table.foreign_keys if key.target_fullname == to]


def _remove_edits(session: Session, numbers: Collection[int]) -> None:
    about: dict[Subject, Any] = {
        Subject.ITEM: numbers,
        Subject.COMMENT: select(Comment.id).where(col(Comment.item_number).in_(numbers)),
        Subject.STATUS_CHANGE: select(StatusChange.id).where(col(StatusChange.item_number).in_(numbers)),
    }
    for subject, ids in about.items():
        session.execute(delete(Edit).where(col(Edit.subject) == subject, col(Edit.subject_id).in_(ids)))
