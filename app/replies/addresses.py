"""Where the answer to a mail goes: an address that only its reader knows, and that says whom and what it is about."""

import re
from typing import NamedTuple

from sqlmodel import Session

from app import seals
from app.config import settings
from app.people import Person
from app.refusals import NotFound
from app.seals import For
from app.words import _

_TAG = re.compile(r"(?P<number>\d{1,10})-(?P<seal>[\w-]{3,80})")


class Destination(NamedTuple):
    """Whose mail is answered, and the number of the item it was about; 0 for one about several."""

    person: Person
    number: int


def address(session: Session, person: Person, number: int = 0) -> str | None:
    """Where this person answers a mail about an item, and where the mail itself comes back; None without an inbox."""
    if not settings().reply_address:
        return None
    user, _at, host = settings().reply_address.rpartition("@")
    return f"{user}+{number}-{seals.of(session, person, For.REPLIES, number)}@{host}"


def opened(session: Session, recipient: str) -> Destination:
    """What an address stands for. Raises NotFound for one that was never given out."""
    tag = _tag(recipient)
    if tag is None:
        raise NotFound(_("There is no such mailbox here."))
    number = int(tag["number"])
    return Destination(seals.opened(session, tag["seal"].lower(), For.REPLIES, number), number)


def _tag(recipient: str) -> re.Match[str] | None:
    user, _at, host = settings().reply_address.rpartition("@")
    before, _plus, tag = recipient.rpartition("@")[0].rpartition("+")
    is_here = (before.lower(), recipient.rpartition("@")[2].lower()) == (user.lower(), host.lower())
    return _TAG.fullmatch(tag) if is_here and user else None
