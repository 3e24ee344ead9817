"""Leaving: an account is deleted. Votes go and are counted again, words stay without the name."""

from sqlalchemy import delete, or_
from sqlmodel import Session, col

from app import attachments, db, notifications, people, products, repeats, roles, sessions, tokens, votes
from app.outbox import Mail
from app.people import Person, Role
from app.refusals import Invalid
from app.sign_in import SignIn
from app.subscriptions import Subscription
from app.words import _


def leave(session: Session, person: Person, typed_email: str) -> None:
    """Delete the account of a person who says so by typing their address.

    Raises Invalid for another address, and Refused for the last owner, who gives the role to somebody first.
    """
    if people.clean_email(typed_email) != person.email:
        raise Invalid({"email": _("E-mail: type the address of this account to delete it.")})
    people.lock(session, person)
    roles.need_another_owner(session, person)
    votes.withdraw_all(session, person)
    session.execute(delete(Subscription).where(col(Subscription.person_id) == person.id))
    notifications.forget_all(session, person)
    attachments.forget_person(session, person)
    session.execute(delete(SignIn).where(or_(col(SignIn.person_id) == person.id, col(SignIn.email) == person.email)))
    session.execute(delete(Mail).where(col(Mail.recipient) == person.email))
    sessions.revoke_all(session, person.key)
    tokens.revoke_all(session, person)
    products.forget_person(session, person)
    repeats.forget(session, person.key)
    _forget(session, person)


def _forget(session: Session, person: Person) -> None:
    """Leave only the row that the words of this person point to."""
    if person.role is not Role.MEMBER:
        roles.change(session, person, Role.MEMBER, person)
    person.name, person.title, person.email, person.deleted_at = "", "", None, db.now()
    person.bounced_at, person.bounced_because = None, ""  # mail servers name the address that they refuse
    session.add(person)
