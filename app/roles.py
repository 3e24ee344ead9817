"""Roles: who gave or took which, and when. Somebody always remains owner."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col, select

from app import db, sessions, text
from app.people import Person, Role
from app.refusals import NotAllowed, Refused
from app.words import _


class RoleChange(SQLModel, table=True):
    """Who gave or took which role, and when: appended, never changed."""

    __tablename__ = "role_change"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    at: datetime = Field(default_factory=db.now)
    from_role: Role = Field(sa_type=db.Word(Role))
    to_role: Role = Field(sa_type=db.Word(Role))


class RoleGiven(NamedTuple):
    """A role change, whose role it is, and who changed it if that was a person."""

    change: RoleChange
    person: Person
    by: Person | None


def changes(session: Session, person_id: int | None = None, most: int = 50) -> list[RoleGiven]:
    """Who gave or took which role, the latest first; of one person only, if given."""
    by = aliased(Person)
    given = (
        select(RoleChange, Person, by)
        .join(Person, col(Person.id) == RoleChange.person_id)
        .join(by, by.id == RoleChange.by_id, isouter=True)  # type: ignore[arg-type]
        .order_by(col(RoleChange.id).desc())
        .limit(most)
    )
    if person_id is not None:
        given = given.where(RoleChange.person_id == person_id)
    return [RoleGiven(*row) for row in session.exec(given)]


def give(session: Session, person: Person, role: Role, by: Person) -> None:
    """Give a person another role, which an owner may do; they sign in again to use it.

    Raises NotAllowed, and Refused for a deleted account or when nobody would be owner.
    """
    owners = lock_owners(session)
    if by.id not in owners:
        raise NotAllowed(_("Only an owner gives and takes roles."))
    if person.is_deleted:
        raise Refused(_("This account was deleted."))
    if person.role is role:
        return
    need_another_owner(session, person)
    change(session, person, role, by)
    sessions.revoke_all(session, person.key)


def appoint(session: Session, person: Person, by: Person, *, role: str, title: str) -> None:
    """Give a person a role and the title under which they answer. Raises Invalid, and what `give` does."""
    check = text.Checks()
    role = check.choice("role", role, set(Role), label=_("Role"))
    title = check.line("title", title, label=_("Title"), most=text.NAME_MOST, needed=False)
    check.done()
    give(session, person, Role(role), by)
    person.title = title
    session.add(person)


def need_another_owner(session: Session, person: Person) -> None:
    """Raise Refused if nobody but this person is an owner."""
    if lock_owners(session) == {person.id}:
        raise Refused(_("The last owner stays. Make somebody else an owner first."))


def lock_owners(session: Session) -> set[int]:
    """The ids of all owners, who cannot change until the transaction ends: so one always remains."""
    owners = select(Person).where(Person.role == Role.OWNER, col(Person.deleted_at).is_(None)).order_by(col(Person.id))
    locked = owners.with_for_update(key_share=True).execution_options(populate_existing=True)
    return {owner.key for owner in session.exec(locked)}


def change(session: Session, person: Person, role: Role, by: Person) -> None:
    """Write down who made the person what, and make it so. Who may do it is asked before."""
    session.add(RoleChange(person_id=person.key, by_id=by.key, from_role=person.role, to_role=role))
    person.role = role
    session.add(person)
