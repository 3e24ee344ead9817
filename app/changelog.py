"""The changelog: what shipped, the latest first, in the words that were said when it did."""

from dataclasses import dataclass

from sqlmodel import Session, col, select, tuple_

from app import db, sight, wording
from app.items import Item
from app.people import Person
from app.status_changes import StatusChange
from app.statuses import Status
from app.wording import Told

PAGE = 20


@dataclass(frozen=True)
class Page:
    """Moves to shipped; the page after this one begins behind `after`, if there is more. Else it is 0."""

    shipped: list[Told]
    after: int = 0
    is_first: bool = True


def page(session: Session, viewer: Person | None, after: str = "") -> Page:
    """What is out, as far as this person may see it. Begins behind the move `after`, if there is such a one."""
    statement = (
        select(StatusChange, Item, Person)
        .join(Item, col(Item.number) == StatusChange.item_number)
        .outerjoin(Person, col(Person.id) == StatusChange.person_id)
        .where(sight.visible_to(viewer), col(Item.status) == Status.SHIPPED)
        .where(col(StatusChange.to_status) == Status.SHIPPED, StatusChange.at == Item.status_changed_at)
        .order_by(col(Item.status_changed_at).desc(), col(StatusChange.id).desc())
    )
    id_ = db.row_id(after)
    last = session.get(StatusChange, id_) if id_ else None
    if last is not None:
        statement = statement.where(tuple_(Item.status_changed_at, col(StatusChange.id)) < tuple_(last.at, last.id))
    rows = session.exec(statement.limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    told = [wording.of(item, person, change) for change, item, person in shown]
    later = shown[-1][0].id or 0 if len(rows) > PAGE else 0
    return Page(told, later, is_first=last is None)
