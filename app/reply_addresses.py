"""Where the answer to a mail goes, and where one comes back: addresses that say whom and what they are about."""

import re
from typing import NamedTuple

from sqlmodel import Session

from app import seals
from app.config import settings
from app.people import Person
from app.refusals import NotFound
from app.seals import For
from app.words import _

RETURNS = "back"
_TAG = re.compile(rf"(?P<about>\d{{1,10}}|{RETURNS})-(?P<seal>[\w-]{{3,80}})")


class Destination(NamedTuple):
    """Whose mail is answered, and the number of the item it was about: 0 for several, None if it came back."""

    person: Person
    number: int | None


def of(session: Session, person: Person, number: int = 0) -> str | None:
    """Where this person answers a mail about an item; None without an inbox."""
    return _address(f"{number}-{seals.of(session, person, For.REPLIES, number)}")


def return_address(session: Session, person: Person) -> str | None:
    """Where a mail to this person comes back that cannot be delivered; None without an inbox.

    Who answers, forwards or quotes a mail shows the address for answers to others. This one mail servers alone see.
    """
    return _address(f"{RETURNS}-{seals.of(session, person, For.RETURNS)}")


def _address(tag: str) -> str | None:
    user, _at, host = settings().reply_address.rpartition("@")
    return f"{user}+{tag}@{host}" if user else None


def opened(session: Session, recipient: str) -> Destination:
    """What an address stands for. Raises NotFound for one that was never given out."""
    tag = _tag(recipient.lower())
    if tag is None:
        raise NotFound(_("There is no such mailbox here."))
    if tag["about"] == RETURNS:
        return Destination(seals.opened(session, tag["seal"], For.RETURNS), None)
    number = int(tag["about"])
    return Destination(seals.opened(session, tag["seal"], For.REPLIES, number), number)


def _tag(recipient: str) -> re.Match[str] | None:
    user, _at, host = settings().reply_address.lower().rpartition("@")
    before, _plus, tag = recipient.rpartition("@")[0].rpartition("+")
    return _TAG.fullmatch(tag) if user and (before, recipient.rpartition("@")[2]) == (user, host) else None
