"""Seals: private addresses that stand in mails and let their reader do one thing without signing in.

A seal is worked out from the site's secret, so that every mail can carry it and nothing of it is stored.
"""

import hmac
from enum import StrEnum

from sqlmodel import Session

from app import db, site
from app.people import Person
from app.refusals import NotFound


class For(StrEnum):
    """What a seal lets its reader do: stop mails, read cases until that is revoked, answer a mail about an item, and
    say that a mail came back; that last one is for mail servers and shown to nobody.
    """

    MAILS = "mails"
    CASES = "cases"
    REPLIES = "replies"
    RETURNS = "returns"


def of(session: Session, person: Person, what: For, number: int = 0) -> str:
    """The seal of a person, as it stands in an address; for an item if a number is given. No letter of it is a capital,
    because not every mail program keeps those.
    """
    about = f"{what} {person.key} {person.case_link if what is For.CASES else number}"
    mac = hmac.digest(site.the(session).secret.encode(), about.encode(), "sha256")
    return f"{person.key}-{mac[:16].hex()}"


def opened(session: Session, seal: str, what: For, number: int = 0) -> Person:
    """The person whose seal it is. Raises NotFound for one that was never made or is revoked."""
    person = _named(session, seal.partition("-")[0])
    is_open = person is not None and person.email is not None and (what is not For.CASES or person.has_case_link)
    if person is None or not is_open or not _is_same(of(session, person, what, number), seal):
        raise NotFound
    return person


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _named(session: Session, key: str) -> Person | None:
    return session.get(Person, db.row_id(key))


def paths(session: Session, person: Person) -> dict[str, str]:
    """The private addresses at the foot of a mail; no address of cases for who revoked it."""
    return {
        "mail_path": f"/mail/{of(session, person, For.MAILS)}",
        "cases_path": f"/cases/{of(session, person, For.CASES)}" if person.has_case_link else "",
    }
