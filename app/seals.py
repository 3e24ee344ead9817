"""Seals: private addresses that stand in mails and let their reader do one thing without signing in.

A seal is worked out from the site's secret, so that every mail can carry it and nothing of it is stored.
"""

import hmac
from enum import StrEnum

from sqlmodel import Session

from app import site
from app.people import Person
from app.refusals import NotFound
from app.words import _


class For(StrEnum):
    """What a seal lets its reader do."""

    MAILS = "mails"
    REPLIES = "replies"


def of(session: Session, person: Person, what: For, number: int = 0) -> str:
    """The seal of a person, as it stands in an address; for an item if a number is given. No letter of it is a capital,
    because not every mail program keeps those.
    """
    about = f"{what} {person.key} {number}"
    mac = hmac.digest(site.the(session).secret.encode(), about.encode(), "sha256")
    return f"{person.key}-{mac[:16].hex()}"


def opened(session: Session, seal: str, what: For, number: int = 0) -> Person:
    """The person whose seal it is. Raises NotFound for one that was never made."""
    key = seal.partition("-")[0]
    person = session.get(Person, int(key)) if key.isascii() and key.isdecimal() and len(key) < 10 else None  # noqa: PLR2004
    if person is None or person.email is None or not hmac.compare_digest(of(session, person, what, number), seal):
        raise NotFound(_("There is nothing at this address."))
    return person
