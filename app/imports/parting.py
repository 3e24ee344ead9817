"""When an item is taken out, those that stay and were merged into it stand by themselves, as if it had never been."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from app import items
from app.comments import Comment
from app.items import Item
from app.people import Person
from app.status_changes import StatusChange, TargetMove, merges
from app.statuses import Status


def part(session: Session, gone: Collection[int]) -> None:
    """Tell the stories of the items that stay without their merges into these."""
    merged = select(StatusChange.item_number).where(col(StatusChange.duplicate_of).in_(gone)).distinct()
    for item in items.lock(session, *(set(session.exec(merged)) - set(gone))):
        latest = _retell(session, item, gone)
        if item.merged_into in gone:
            _promise_again(session, item)
        item.status = latest.to_status if latest else Status.NEW
        item.status_changed_at = latest.at if latest else item.posted_at
        item.reason, item.review_on, item.due_on = (
            (latest.reason, latest.review_on, latest.due_on) if latest else (None, None, None)
        )
        if item.merged_into in gone:
            merges.part(session, item)
        _recall_answer(session, item)
        if item.due_on is not None:
            _hear_again(session, item)


def _retell(session: Session, item: Item, gone: Collection[int]) -> StatusChange | None:
    """Take the merges out of an item's story, and the moves that then move nothing; returns the last that is left."""
    latest = None
    story = select(StatusChange).where(StatusChange.item_number == item.number).order_by(col(StatusChange.id))
    for row in session.exec(story).all():
        status = latest.to_status if latest else Status.NEW
        if row.duplicate_of in gone or row.to_status is status:
            session.delete(row)
        else:
            row.from_status, latest = status, row
    session.flush()
    return latest


def _promise_again(session: Session, item: Item) -> None:
    """The merge ended what was promised; without it, that stands."""
    of_merge = select(TargetMove).where(TargetMove.item_number == item.number)
    ended = session.exec(of_merge.where(TargetMove.at == item.status_changed_at)).first()
    if ended is not None:
        item.target = ended.from_target
        session.delete(ended)


def _recall_answer(session: Session, item: Item) -> None:
    """Copy the latest official words from the rows that are left; without any, the item waits since it was posted."""
    moves = select(StatusChange.at, Person, StatusChange.explanation).where(StatusChange.item_number == item.number)
    words = select(Comment.at, Person, Comment.body).where(Comment.item_number == item.number, col(Comment.is_official))
    answers = [
        *session.exec(moves.join(Person, col(Person.id) == StatusChange.person_id)),
        *session.exec(words.join(Person, col(Person.id) == Comment.person_id)),
    ]
    waiting_since = item.waiting_since if answers else item.posted_at
    item.first_answered_at, item.answered_at, item.answer, item.answerer_id = None, None, "", None
    for at, person, explanation in sorted(answers, key=lambda answer: answer[0]):
        items.answered(session, item, person, explanation, at)
    item.waiting_since = waiting_since
    session.flush()


def _hear_again(session: Session, item: Item) -> None:
    """What the reporter has said since our question is an answer, for which the team has a turn."""
    theirs = select(Comment.at).where(Comment.item_number == item.number, Comment.person_id == item.reporter_id)
    since = theirs.where(col(Comment.at) > item.status_changed_at).order_by(col(Comment.at))
    if said_at := session.exec(since).all():
        answered_at = item.answered_at or item.status_changed_at
        item.due_on, item.waiting_since = None, next((at for at in said_at if at > answered_at), None)
        session.flush()
