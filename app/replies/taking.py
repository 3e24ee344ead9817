"""What an answer by mail does: its words stand under the item, under the name of whoever got our mail."""

from sqlmodel import Session

from app import people, reply_addresses, sight, taking_part
from app.people import Person
from app.refusals import Refused
from app.replies.reading import Received
from app.words import _


def take(session: Session, recipient: str, mail: Received) -> None:
    """Do what a mail to one of our addresses asks for. What a program sends by itself says nothing, unless it comes to
    where mails come back.

    Raises NotFound, NotAllowed, Refused, Invalid or TooMany, whose words the sender's mail server hands back to them.
    """
    to = reply_addresses.opened(session, recipient)
    if to.number is None:
        if mail.failure:
            people.note_bounce(session, to.person, mail.failure)
    elif not mail.is_automatic:
        _need_sender(mail, to.person)
        if not to.number:
            raise Refused(_("That mail was about several items. Please answer on the page of one of them."))
        item = sight.find(session, to.number, to.person)
        taking_part.comment(session, item, to.person, mail.words)


def _need_sender(mail: Received, person: Person) -> None:
    if mail.sender.lower() != (person.email or "").lower():
        raise Refused(_("Please answer from the address that our mail went to."))
