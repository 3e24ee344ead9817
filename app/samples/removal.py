"""Taking the samples out again: every row they made, and every row that was made about them."""

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from app import comments, items, site, votes
from app.boards import Board
from app.comments import Comment
from app.defect_questions import DefectQuestion
from app.events import Event
from app.imports import removal
from app.imports.batches import SAMPLE, Import
from app.items import Item
from app.people import Person
from app.roles import RoleChange
from app.sessions import SessionRow
from app.subscriptions import Subscription
from app.tags import ItemTag, Tag
from app.votes import Vote


def batch(session: Session) -> Import | None:
    """The samples that are on the board now."""
    return session.exec(select(Import).where(Import.source == SAMPLE)).one_or_none()


def are_here(session: Session) -> bool:
    return session.exec(select(Import.id).where(Import.source == SAMPLE)).first() is not None


def remove(session: Session) -> None:
    """Remove all samples. What others posted on a sample board moves to the first board of your own."""
    samples = batch(session)
    if samples is None:
        return
    removal.remove_items(session, session.exec(select(Item.number).where(Item.import_id == samples.id)).all())
    _remove_acts(session, samples)
    _empty_boards(session, samples)
    session.execute(delete(ItemTag).where(col(ItemTag.tag_id).in_(select(Tag.id).where(Tag.import_id == samples.id))))
    for table in (Tag, Board, Person):
        removal.remove_unused(session, samples, table)
    _restore_site(session, samples)
    session.delete(samples)
    session.flush()


def _remove_acts(session: Session, samples: Import) -> None:
    """What sample people did to other items. They cannot sign in, so that they answered and moved none."""
    people = select(Person.id).where(Person.import_id == samples.id)
    voted = session.exec(select(Vote.item_number).where(col(Vote.person_id).in_(people))).all()
    said = session.exec(select(Comment.item_number).where(col(Comment.person_id).in_(people))).all()
    for table in (Event, Vote, Comment, Subscription, SessionRow, RoleChange):
        session.execute(delete(table).where(col(table.person_id).in_(people)))
    roots = session.exec(select(Item.root).where(col(Item.number).in_(voted))).all()
    for item in items.lock(session, *voted, *said, *roots):
        votes.recount(session, item)
        comments.recount(session, item)


def _empty_boards(session: Session, samples: Import) -> None:
    """Leave nothing on the sample boards: items of others move. Where there is no board but these, they are kept."""
    own = select(Board.id).where(col(Board.import_id).is_(None)).order_by(col(Board.position), col(Board.id))
    first = session.exec(own).first()
    if first is None:
        session.execute(update(Board).values(import_id=None))
    else:
        of_samples = select(Board.id).where(Board.import_id == samples.id)
        session.execute(update(Item).where(col(Item.board_id).in_(of_samples)).values(board_id=first))
        session.execute(delete(DefectQuestion).where(col(DefectQuestion.board_id).in_(of_samples)))


def _restore_site(session: Session, samples: Import) -> None:
    """Take back the description, and the item numbers that nothing uses."""
    the = site.lock(session)
    if the.description == samples.report["description"]:
        the.description = ""
    the.last_item_number = session.exec(select(func.max(Item.number))).one() or 0
    session.add(the)
