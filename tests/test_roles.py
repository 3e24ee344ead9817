"""Roles: given by owners, written down, and never without an owner."""

from contextlib import suppress
from threading import Barrier, Thread

import pytest
from sqlmodel import Session, select

from app import roles, sign_in
from app.db import Database
from app.people import Person, Role
from app.refusals import NotAllowed, Refused
from app.roles import RoleChange
from tests import factories


def record(session: Session) -> list[tuple[int, int | None, Role, Role]]:
    rows = session.exec(select(RoleChange).order_by(RoleChange.id))
    return [(row.person_id, row.by_id, row.from_role, row.to_role) for row in rows]


def who(session: Session, key: str) -> Person | None:
    found = sign_in.recognise(session, key)
    return found[0] if found else None


def test_an_owner_gives_a_role_and_it_is_written_down(session: Session, owner: Person, member: Person) -> None:
    roles.give(session, member, Role.MAINTAINER, owner)
    assert member.role is Role.MAINTAINER
    assert record(session) == [(member.key, owner.key, Role.MEMBER, Role.MAINTAINER)]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ADVOCATE, Role.MAINTAINER])
def test_nobody_but_an_owner_gives_roles(session: Session, owner: Person, member: Person, role: Role) -> None:
    somebody = factories.person(session, "Somebody Else", role=role)
    with pytest.raises(NotAllowed):
        roles.give(session, somebody, Role.OWNER, somebody)
    assert (somebody.role, record(session)) == (role, [])


def test_a_new_role_ends_the_sessions_of_that_person_only(session: Session, owner: Person, member: Person) -> None:
    members, owners = sign_in.open_session(session, member), sign_in.open_session(session, owner)
    roles.give(session, member, Role.ADVOCATE, owner)
    assert who(session, members) is None
    assert who(session, owners) == owner


def test_the_same_role_again_changes_nothing(session: Session, owner: Person, member: Person) -> None:
    key = sign_in.open_session(session, member)
    roles.give(session, member, Role.MEMBER, owner)
    assert record(session) == []
    assert who(session, key) == member


def test_the_last_owner_keeps_the_role(session: Session, owner: Person) -> None:
    with pytest.raises(Refused, match="last owner"):
        roles.give(session, owner, Role.MEMBER, owner)
    assert owner.role is Role.OWNER


def test_one_of_two_owners_may_step_down(session: Session, owner: Person, member: Person) -> None:
    roles.give(session, member, Role.OWNER, owner)
    roles.give(session, owner, Role.MEMBER, owner)
    assert [person.key for person in session.exec(select(Person).where(Person.role == Role.OWNER))] == [member.key]


def test_who_was_owner_a_moment_ago_gives_no_roles(session: Session, owner: Person, member: Person) -> None:
    roles.give(session, member, Role.OWNER, owner)
    roles.give(session, owner, Role.MEMBER, member)
    with pytest.raises(NotAllowed):
        roles.give(session, member, Role.MEMBER, owner)


def test_two_owners_who_demote_each_other_at_once_leave_one(own_database: Database) -> None:
    with own_database.session() as session:
        pair = [factories.person(session, name, role=Role.OWNER).key for name in ("Noor Haddad", "Omar Diaz")]
    start = Barrier(2)

    def demote(by: int, whom: int) -> None:
        start.wait()
        with suppress(NotAllowed, Refused), own_database.session() as session:
            roles.give(session, session.get_one(Person, whom), Role.MEMBER, session.get_one(Person, by))

    threads = [Thread(target=demote, args=(pair[turn], pair[1 - turn])) for turn in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with own_database.session(writes=False) as session:
        assert len(session.exec(select(Person).where(Person.role == Role.OWNER)).all()) == 1
