"""Who may do what. Each question is a plain predicate; `need` turns a no into a refusal."""

from app.items import Item
from app.people import Person, Role
from app.refusals import NotAllowed, Refused
from app.statuses import Status, may_follow
from app.words import _


def need(allowed: bool) -> None:
    """Raise NotAllowed unless the answer was yes."""
    if not allowed:
        raise NotAllowed(_("You may not do this."))


def need_name(person: Person) -> None:
    """Raise Refused for somebody who has not chosen the name under which they would answer."""
    if person.is_unnamed:
        raise Refused(_("Choose your name in your profile first: what the team answers stands under a name."))


def is_advocate(person: Person | None) -> bool:
    return person is not None and person.has_role(Role.ADVOCATE)


def is_maintainer(person: Person | None) -> bool:
    return person is not None and person.has_role(Role.MAINTAINER)


def is_owner(person: Person | None) -> bool:
    return person is not None and person.has_role(Role.OWNER)


def may_take_part(person: Person | None, item: Item) -> bool:
    """Vote, comment and follow: everybody with an account, on everything they see that is not hidden."""
    return person is not None and (not item.is_hidden or is_maintainer(person))


def may_edit(person: Person | None, item: Item) -> bool:
    return is_maintainer(person) or (person is not None and item.reporter_id == person.id and not item.is_hidden)


def may_tag(person: Person | None) -> bool:
    return is_advocate(person)


def may_propose_merge(person: Person | None) -> bool:
    return is_advocate(person) and not is_maintainer(person)


def may_move(person: Person | None, to: Status) -> bool:
    """Maintainers move items; advocates may ask for information."""
    return is_maintainer(person) or (to is Status.NEEDS_INFO and is_advocate(person))


def moves(person: Person | None, item: Item) -> list[Status]:
    """The statuses to which this person may move the item from where it stands."""
    return [status for status in may_follow(item.status) if may_move(person, status)]


def may_hide(person: Person | None) -> bool:
    return is_maintainer(person)
