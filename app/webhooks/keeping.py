"""What an owner does with webhooks: adding, changing, pausing, another secret."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app import db, outgoing, people, text
from app.people import Person, Role
from app.refusals import NotFound, Refused
from app.webhooks.table import OFFERED, Delivery, Webhook, new_secret
from app.words import _, number

MOST = 20
OVERLAP = timedelta(hours=24)


def every(session: Session) -> list[Webhook]:
    return list(session.exec(select(Webhook).order_by(col(Webhook.id))))


def find(session: Session, key: int) -> Webhook:
    webhook = session.get(Webhook, key)
    if webhook is None:
        raise NotFound(_("There is no such webhook."))
    return webhook


def add(session: Session, person: Person, url: str, happenings: Collection[str]) -> Webhook:
    """Have a program hear of these things from now on. Raises NotAllowed, Invalid, Refused."""
    people.need(person, Role.OWNER)
    url, chosen = _checked(url, happenings)
    if len(every(session)) >= MOST:
        raise Refused(_("There are %s webhooks already, which is the limit. Remove one first.") % number(MOST))
    webhook = Webhook(url=url, happenings=chosen)
    session.add(webhook)
    session.flush()
    return webhook


def change(session: Session, webhook: Webhook, person: Person, url: str, happenings: Collection[str]) -> None:
    """Raises NotAllowed, Invalid."""
    people.need(person, Role.OWNER)
    webhook.url, webhook.happenings = _checked(url, happenings)
    session.add(webhook)


def _checked(url: str, happenings: Collection[str]) -> tuple[str, list[str]]:
    check = text.Checks()
    url = check.link("url", url, label=_("Address"))
    if not url:
        check.wrong("url", _("Address: please write something here."))
    elif not check.problems and outgoing.is_plainly_forbidden(url):
        check.wrong("url", _("Address: it is on a private network, where DAYLIGHT_PRIVATE_NETWORKS=on would allow it."))
    for each in happenings:
        check.choice("happenings", each, set(OFFERED), label=_("What it hears of"))
    if not happenings:
        check.wrong("happenings", _("What it hears of: choose at least one."))
    check.done()
    return url, [each.value for each in OFFERED if each in happenings]


def rotate(session: Session, webhook: Webhook, person: Person) -> None:
    """Give it another secret; for a day, the earlier one signs as well."""
    people.need(person, Role.OWNER)
    webhook.earlier_secret, webhook.earlier_until = webhook.secret, db.now() + OVERLAP
    webhook.secret = new_secret()
    session.add(webhook)


def pause(session: Session, webhook: Webhook, person: Person) -> None:
    """Let it hear of nothing until it is resumed."""
    people.need(person, Role.OWNER)
    stop(session, webhook, _("%s has paused it.") % person.name)


def stop(session: Session, webhook: Webhook, because: str) -> None:
    webhook.paused_at, webhook.paused_because = db.now(), because[:500]
    session.add(webhook)


def resume(session: Session, webhook: Webhook, person: Person) -> None:
    people.need(person, Role.OWNER)
    webhook.paused_at, webhook.paused_because, webhook.failing_since = None, "", None
    session.add(webhook)


def remove(session: Session, webhook: Webhook, person: Person) -> None:
    """Take it away with the log of its deliveries."""
    people.need(person, Role.OWNER)
    session.execute(delete(Delivery).where(col(Delivery.webhook_id) == webhook.id))
    session.delete(webhook)
