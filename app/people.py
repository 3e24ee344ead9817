"""People: name, e-mail, public title and role. Roles each include the one before."""

from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import bindparam, false, or_, true
from sqlmodel import Field, Session, SQLModel, col, select

from app import db, text
from app.hearing import Hear
from app.refusals import NotAllowed, Refused
from app.words import N_, _


class Role(StrEnum):
    """What a person may do; a visitor, who has no account, is None instead of a person."""

    MEMBER = "member"
    ADVOCATE = "advocate"
    MAINTAINER = "maintainer"
    OWNER = "owner"

    @property
    def label(self) -> str:
        return _(ROLE_LABELS[self])

    @property
    def meaning(self) -> str:
        return _(ROLE_MEANINGS[self])

    @cached_property
    def rank(self) -> int:
        return list(Role).index(self)


ROLE_LABELS = {
    Role.MEMBER: N_("Member"),
    Role.ADVOCATE: N_("Advocate"),
    Role.MAINTAINER: N_("Maintainer"),
    Role.OWNER: N_("Owner"),
}
ROLE_MEANINGS = {
    Role.MEMBER: N_("posts, votes, comments and follows"),
    Role.ADVOCATE: N_("also tags items, proposes merges and asks for information"),
    Role.MAINTAINER: N_("also answers and moves items, merges them, and hides what has to be hidden"),
    Role.OWNER: N_("also keeps these settings and gives roles"),
}


class Person(SQLModel, table=True):
    """Somebody with an account. After deletion the row stays, without name and e-mail, behind the words they wrote.

    `case_link` counts the private addresses of their cases that they have had; while none works, it is below zero.
    """

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(default="", max_length=text.NAME_MOST)
    email: str | None = Field(default=None, max_length=254, unique=True)
    title: str = Field(default="", max_length=text.NAME_MOST)
    role: Role = Field(default=Role.MEMBER, sa_type=db.Word(Role))
    joined_at: datetime = Field(default_factory=db.now)
    deleted_at: datetime | None = None
    import_id: int | None = Field(default=None, foreign_key="import.id", index=True)
    hears: Hear = Field(default=Hear.AT_ONCE, sa_type=db.Word(Hear), sa_column_kwargs={"server_default": Hear.AT_ONCE})
    hears_team: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    digest_on: date | None = Field(default_factory=lambda: db.now().date())
    bounced_at: datetime | None = None
    bounced_because: str = Field(default="", max_length=300, sa_column_kwargs={"server_default": ""})
    hears_comments: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    case_link: int = Field(default=1, sa_column_kwargs={"server_default": "1"})

    @property
    def key(self) -> int:
        """The id of a person who has been stored."""
        assert self.id is not None  # noqa: S101 - narrows the type; a stored row has an id
        return self.id

    @property
    def byline(self) -> str:
        """Mira Okafor, CTO."""
        return f"{self.shown_name}, {self.title}" if self.title else self.shown_name

    @property
    def shown_name(self) -> str:
        return self.name or former_member()

    @property
    def is_unnamed(self) -> bool:
        """Whether they have not chosen a name yet."""
        return self.name == provisional_name(self)

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def has_case_link(self) -> bool:
        """Whether there is a private address at which their cases can be read."""
        return self.case_link > 0

    def has_role(self, role: Role) -> bool:
        return self.role.rank >= role.rank


def need(person: Person, role: Role) -> None:
    """Raise NotAllowed unless the person has the role."""
    if not person.has_role(role):
        raise NotAllowed(_("You may not do this."))


def former_member() -> str:
    """What stands for the name of somebody who has left."""
    return _("A former member")


def clean_email(value: str) -> str | None:
    """The address in the form it is stored, or None when it is none."""
    try:
        return validate_email(value.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def checked_email(check: text.Checks, value: str) -> str:
    """The address in the form it is stored; what is wrong with it is told to `check`."""
    address = clean_email(value)
    if address is None:
        check.wrong("email", _("E-mail: write an address like mira@example.org."))
    return address or ""


def masked(email: str) -> str:
    """An address as it may be shown to others: m***@example.org."""
    name, at, host = email.rpartition("@")
    return f"{name[:1]}***{at}{host}"


def with_email(session: Session, email: str) -> Person | None:
    return session.exec(select(Person).where(Person.email == email)).one_or_none()


WITH_IDS = select(Person).where(col(Person.id).in_(bindparam("ids", expanding=True)))


def by_ids(session: Session, ids: set[int]) -> dict[int, Person]:
    """People by id, to be read, in one query."""
    return {person.key: person for person in db.read(session, WITH_IDS, {"ids": list(ids)})} if ids else {}


STAYS = (
    select(Person.id)
    .where(col(Person.id) == bindparam("id"), col(Person.deleted_at).is_(None))
    .with_for_update(read=True, key_share=True)
)


def keep(session: Session, person: Person) -> None:
    """Nobody deletes this account until the transaction ends. Raises Refused if they just have.

    Called before an item is locked, as deleting does it. Who acts hinders nobody else who acts.
    """
    if not db.run(session, STAYS, {"id": person.key}):
        raise Refused(_("This account was deleted."))


def lock(session: Session, person: Person) -> None:
    """Wait until nothing is under way that needs the account, and let nothing begin."""
    session.exec(select(Person.id).where(Person.id == person.id).with_for_update())


def team(session: Session) -> list[Person]:
    """Everybody with a role above member, the highest first."""
    above = select(Person).where(Person.role != Role.MEMBER, col(Person.email).is_not(None))
    return sorted(session.exec(above), key=lambda person: (-person.role.rank, person.name.casefold(), person.key))


def members(session: Session, query: str, *, after: int = 0, most: int = 50) -> list[Person]:
    """Those with an account whose name or address has the query in it, as they joined, beginning after an id."""
    found = or_(col(Person.name).icontains(query, autoescape=True), col(Person.email).icontains(query, autoescape=True))
    accounts = select(Person).where(col(Person.email).is_not(None), found, col(Person.id) > after)
    return list(session.exec(accounts.order_by(col(Person.id)).limit(most)))


def join(session: Session, email: str) -> Person:
    """A new member with this address, who has no name yet."""
    person = Person(email=email)
    session.add(person)
    session.flush()
    return person


def provisional_name(person: Person) -> str:
    """What a member is called until they choose a name."""
    return _("Member %s") % person.id


def introduce(session: Session, person: Person, name: str, title: str) -> None:
    """A person says what they are called in public; who answers for the team also with which title.

    Raises Invalid, and Refused for an account that was deleted meanwhile.
    """
    check = text.Checks()
    name = check.line("name", name, label=_("Your name"), most=text.NAME_MOST)
    title = check.line("title", title, label=_("Title"), most=text.NAME_MOST, needed=False)
    check.done()
    keep(session, person)
    person.name = name
    if person.has_role(Role.MAINTAINER):
        person.title = title
    session.add(person)


def revoke_case_link(session: Session, person: Person) -> None:
    """The private address of a person's cases works no longer, and there is no other one until they want it."""
    person.case_link = -abs(person.case_link)
    session.add(person)


def renew_case_link(session: Session, person: Person) -> None:
    """Another private address takes the place of the earlier one."""
    person.case_link = abs(person.case_link) + 1
    session.add(person)


def note_bounce(session: Session, person: Person, because: str) -> None:
    """Mails to this person come back: no news are written to them until their address has proved to work."""
    person.bounced_at, person.bounced_because = db.now(), because[:300]
    session.add(person)


def note_arrival(session: Session, person: Person) -> None:
    """A mail has reached this person."""
    person.bounced_at, person.bounced_because = None, ""
    session.add(person)
