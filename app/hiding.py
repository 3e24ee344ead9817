"""Hiding: a maintainer puts something out of sight and says in public why; it can be brought back."""

from sqlmodel import Session

from app import db, policy, text
from app.items import Item
from app.people import Person
from app.words import _

BECAUSE_MOST = 1000


def hide(session: Session, item: Item, person: Person, because: str) -> None:
    """Put a whole item out of sight. Raises NotAllowed, Invalid."""
    policy.need(policy.may_hide(person))
    item.hidden_because = reason(because)
    item.hidden_at, item.hidden_by_id = db.now(), person.id
    session.add(item)


def show(session: Session, item: Item, person: Person) -> None:
    """Bring a hidden item back. Raises NotAllowed."""
    policy.need(policy.may_hide(person))
    item.hidden_at, item.hidden_by_id, item.hidden_because = None, None, ""
    session.add(item)


def reason(because: str) -> str:
    """The reason as it is shown in public. Raises Invalid."""
    check = text.Checks()
    because = check.line("because", because, label=_("Why it is hidden"), most=BECAUSE_MOST)
    check.done()
    return because
