"""Taking an import out as a whole. What people have said and done since is theirs: it is counted, and asked about."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlmodel import Session, col, select

from app import db
from app.boards import Board
from app.comments import Comment
from app.edits import Edit, Subject
from app.imports import batches, removal
from app.imports.batches import Import, State
from app.items import Item
from app.people import Person
from app.refusals import Refused
from app.status_changes import MergeProposal, StatusChange, TargetMove
from app.subscriptions import Because, Subscription
from app.tags import Tag
from app.votes import Vote
from app.words import _

TOGETHER = 100


def begin(session: Session, batch: Import, *, keep_touched: bool, here: bool = False) -> Import:
    """Let the import go out, all of it or all that nobody has touched; `here` keeps it for this process.

    Raises Refused if there is nothing to undo.
    """
    batch = batches.lock(session, batch)
    if batch.state in {State.PREPARED, State.UNDOING, State.UNDONE}:
        raise Refused(_("This import is not on the board."))
    batch.report = batch.report | {"keep_touched": keep_touched}
    batch.state, batch.done, batch.trouble = State.UNDOING, 0, ""
    batch.total = session.exec(_numbers(batch, func.count())).one()
    batch.leased_until = db.now() + batches.LEASE if here else None
    session.add(batch)
    return batch


def item_count(session: Session, batch: Import) -> int:
    return session.exec(select(func.count()).where(Item.import_id == batch.id)).one()


def touched_count(session: Session, batch: Import) -> int:
    """How many items of the import people have voted, said or decided something about since it came in."""
    return session.exec(select(func.count()).where(Item.import_id == batch.id, _touched(batch))).one()


def take_some(session: Session, batch: Import) -> bool:
    """Take some more items out; whether there may be others. The import must be locked."""
    numbers = session.exec(_numbers(batch, Item.number).order_by(col(Item.number).desc()).limit(TOGETHER)).all()
    if numbers:
        removal.remove_items(session, numbers)
        batch.done += len(numbers)
        return True
    for table in (Tag, Person):
        removal.remove_unused(session, batch, table)
    if session.exec(select(Board.id).where(col(Board.import_id).is_distinct_from(batch.id))).first():
        removal.remove_unused(session, batch, Board)
    return False


def _numbers(batch: Import, selected: Any) -> Any:
    """A select over the items that go."""
    going = select(selected).select_from(Item).where(Item.import_id == batch.id)
    return going.where(~_touched(batch)) if batch.report.get("keep_touched") else going


def _touched(batch: Import) -> ColumnElement[bool]:
    number = Item.number
    by_people = col(StatusChange.person_id).is_not(None)
    return or_(
        exists().where(col(Vote.item_number) == number),
        exists().where(and_(col(Comment.item_number) == number, col(Comment.at) > batch.started_at)),
        exists().where(_about(StatusChange.item_number, StatusChange.duplicate_of), by_people),
        exists().where(col(TargetMove.item_number) == number),
        exists().where(_about(MergeProposal.item_number, MergeProposal.into)),
        exists().where(col(Edit.subject) == Subject.ITEM, col(Edit.subject_id) == number),
        exists().where(col(Subscription.item_number) == number, col(Subscription.because) == Because.FOLLOWED),
    )


def _about(*columns: Any) -> ColumnElement[bool]:
    return or_(*(column == Item.number for column in columns))
