"""Other programs hear of what happens, signed, once, tried again over days, and never of what is not public."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from sqlmodel import Session, col, select
from standardwebhooks import Webhook as Standard
from standardwebhooks import WebhookVerificationError

from app import db, hiding, status_changes, votes, webhooks, wording
from app.boards import Access
from app.config import settings
from app.db import Database
from app.events import Event
from app.outbox import Mail
from app.people import Person, Role
from app.refusals import Invalid, NotAllowed, Refused
from app.statuses import Status
from app.webhooks import Delivery, Webhook, sending
from tests import factories
from tests.fixtures.content import tell
from tests.fixtures.mail import free_port
from tests.fixtures.receiver import Receiver

ALL = list(webhooks.OFFERED)


@pytest.fixture(autouse=True)
def on_private_networks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DAYLIGHT_PRIVATE_NETWORKS", "on")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


# What is told


@pytest.fixture
def hook(session: Session, owner: Person) -> Webhook:
    return webhooks.add(session, owner, "https://hooks.example.org/daylight", ALL)


def told(session: Session) -> list[dict[str, Any]]:
    """The messages so far, in order, and none of them again."""
    tell(session)
    rows = session.exec(select(Delivery).order_by(col(Delivery.id))).all()
    bodies = [json.loads(row.body) for row in rows]
    for row in rows:
        session.delete(row)
    return bodies


@pytest.mark.usefixtures("hook")
def test_a_move_is_told_with_all_that_was_said(session: Session, member: Person, maintainer: Person) -> None:
    item = factories.item(session, member, "Dark mode")
    told(session)
    factories.move(session, item, maintainer, Status.DECLINED, explanation="Too dear.", workaround="Use the system’s.")
    (message,) = told(session)
    change = message["data"]["change"]
    assert message["type"] == "item.status_changed"
    assert message["data"]["headline"] == "Mira Okafor, CTO, declined “Dark mode”"
    assert message["data"]["by"] == {"name": "Mira Okafor", "title": "CTO"}
    assert message["data"]["item"] | {"url": ""} == {
        "number": item.number, "kind": "idea", "title": "Dark mode", "board": "general", "status": "declined",
        "target": None, "votes": 1, "url": "",
    }  # fmt: skip
    assert {name: change[name] for name in ("from", "to", "explanation", "reason", "workaround")} == {
        "from": "new", "to": "declined", "explanation": "Too dear.", "reason": item.reason,
        "workaround": "Use the system’s.",
    }  # fmt: skip


@pytest.mark.usefixtures("hook")
def test_every_kind_of_event_is_told(
    session: Session, member: Person, other_member: Person, maintainer: Person
) -> None:
    item, twin = factories.item(session, member, "Dark mode"), factories.item(session, member, "Night mode")
    factories.comment(session, item, other_member)
    factories.comment(session, item, maintainer, "Yes.", official=True)
    factories.move(session, item, maintainer, Status.PLANNED, target="2027-03")
    status_changes.move_target(session, item, maintainer, "2027-06", "It takes longer.")
    factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(item.number))
    for number in range(10):
        votes.cast(session, item, factories.person(session, f"Voter {number}"))
    assert {message["type"] for message in told(session)} == set(ALL)


@pytest.mark.usefixtures("hook")
def test_no_address_is_told(session: Session, member: Person, maintainer: Person) -> None:
    item = factories.item(session, member)
    factories.comment(session, item, maintainer, "Yes.", official=True)
    factories.move(session, item, maintainer, Status.PLANNED)
    assert "@" not in json.dumps(told(session))


@pytest.mark.usefixtures("hook")
def test_what_a_visitor_may_not_see_is_not_told(session: Session, member: Person, maintainer: Person) -> None:
    for access in (Access.MEMBERS, Access.OWN_CASES):
        factories.board(session, access.value.replace("_", "-"), access=access)
        factories.item(session, member, board=access.value.replace("_", "-"))
    hidden = factories.item(session, member)
    hiding.hide(session, hidden, maintainer, "It was spam.")
    assert told(session) == []


@pytest.mark.usefixtures("hook")
def test_the_number_of_what_a_visitor_may_not_see_is_not_told(
    session: Session, member: Person, maintainer: Person
) -> None:
    public, private = factories.item(session, member), factories.item(session, member, "To be hidden")
    twins = [factories.item(session, member, title) for title in ("Twin one", "Twin two")]
    told(session)
    for twin, into in zip(twins, (public, private), strict=True):
        factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(into.number))
    hiding.hide(session, private, maintainer, "It was spam.")
    changes = [message["data"]["change"] for message in told(session) if "change" in message["data"]]
    assert [change["duplicate_of"] for change in changes] == [public.number, None]
    words = [told_of.words for told_of in wording.read(session, list(session.exec(select(Event)))) if told_of.change]
    assert [f"/items/{public.number}" in words[0], "/items/" in words[1]] == [True, False]


def test_a_webhook_hears_of_what_it_chose(session: Session, owner: Person, member: Person) -> None:
    webhooks.add(session, owner, "https://hooks.example.org/", ["comment.created"])
    item = factories.item(session, member)
    factories.comment(session, item, member)
    assert [message["type"] for message in told(session)] == ["comment.created"]


def test_a_paused_webhook_hears_of_nothing(session: Session, owner: Person, member: Person, hook: Webhook) -> None:
    webhooks.pause(session, hook, owner)
    factories.item(session, member)
    assert told(session) == []
    webhooks.resume(session, hook, owner)
    factories.item(session, member)
    assert len(told(session)) == 1


# What is kept


@pytest.mark.parametrize(
    ("url", "happenings", "wrong"),
    [("", ALL, "url"), ("ftp://x.org", ALL, "url"), ("javascript:alert(1)", ALL, "url"), ("https://", ALL, "url"),
     ("https://x.org/" + "x" * 500, ALL, "url"), ("https://x.org", [], "happenings"),
     ("https://x.org", ["item.exploded"], "happenings")],
)  # fmt: skip
def test_what_is_no_webhook_is_refused_by_field(
    session: Session, owner: Person, url: str, happenings: list[str], wrong: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        webhooks.add(session, owner, url, happenings)
    assert list(refusal.value.problems) == [wrong]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "192.168.1.7", "169.254.169.254"])
def test_an_address_of_a_private_network_is_refused_at_once(
    session: Session, owner: Person, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("DAYLIGHT_PRIVATE_NETWORKS", "off")
    settings.cache_clear()
    with pytest.raises(Invalid) as refusal:
        webhooks.add(session, owner, f"https://{host}/hook", ALL)
    assert list(refusal.value.problems) == ["url"]


def test_only_owners_keep_webhooks(session: Session, maintainer: Person, hook: Webhook) -> None:
    for act in (webhooks.rotate, webhooks.pause, webhooks.resume, webhooks.remove):
        with pytest.raises(NotAllowed):
            act(session, hook, maintainer)
    with pytest.raises(NotAllowed):
        webhooks.add(session, maintainer, "https://x.org", ALL)


def test_twenty_webhooks_are_enough(session: Session, owner: Person, hook: Webhook) -> None:
    for _ in range(19):
        webhooks.add(session, owner, "https://x.org", ALL)
    with pytest.raises(Refused):
        webhooks.add(session, owner, "https://x.org", ALL)


def test_old_deliveries_are_forgotten(session: Session, hook: Webhook) -> None:
    for age, is_done in ((31, True), (31, False), (29, True)):
        delivery = webhooks.test(session, hook)
        delivery.put_at -= timedelta(days=age)
        delivery.done_at = db.now() if is_done else None
    session.flush()
    webhooks.forget_old(session)
    assert len(webhooks.deliveries(session, hook, 9)) == 2


# How it leaves


@pytest.fixture
def sent_to(own_database: Database, receiver: Receiver) -> Callable[..., Webhook]:
    """A webhook that leads to the receiver, with so many tests due."""

    def made(count: int = 1, url: str = "") -> Webhook:
        with own_database.session() as session:
            noor = factories.person(session, "Noor Haddad", role=Role.OWNER)
            webhook = webhooks.add(session, noor, url or receiver.url, ALL)
            for _ in range(count):
                webhooks.test(session, webhook)
        return webhook

    return made


def log(database: Database) -> list[Delivery]:
    with database.session(writes=False) as session:
        return list(session.exec(select(Delivery).order_by(col(Delivery.id))))


def hook_of(database: Database) -> Webhook:
    with database.session(writes=False) as session:
        return session.exec(select(Webhook)).one()


def wait_no_longer(database: Database) -> None:
    with database.session() as session:
        for delivery in session.exec(select(Delivery)):
            delivery.run_at = db.now()


def test_a_message_is_signed_as_the_standard_says(
    own_database: Database, receiver: Receiver, sent_to: Callable[..., Webhook]
) -> None:
    webhook = sent_to()
    webhooks.deliver_due(own_database)
    (message,) = receiver.messages
    assert Standard(webhook.secret).verify(message.body, message.headers)["type"] == "webhook.test"
    with pytest.raises(WebhookVerificationError):
        Standard(webhook.secret).verify(message.body.replace("test", "tost"), message.headers)
    with pytest.raises(WebhookVerificationError):
        Standard("whsec_" + "A" * 43 + "=").verify(message.body, message.headers)


def test_during_a_rotation_both_secrets_prove_it(
    own_database: Database, receiver: Receiver, sent_to: Callable[..., Webhook]
) -> None:
    earlier = sent_to().secret
    with own_database.session() as session:
        webhook = session.exec(select(Webhook)).one()
        webhooks.rotate(session, webhook, session.exec(select(Person).where(Person.role == Role.OWNER)).one())
        later = webhook.secret
    webhooks.deliver_due(own_database)
    (message,) = receiver.messages
    for secret in (earlier, later):
        Standard(secret).verify(message.body, message.headers)
    with own_database.session() as session:
        session.exec(select(Webhook)).one().earlier_until = db.now() - timedelta(seconds=1)
        webhooks.again(session, session.exec(select(Delivery)).one())
    webhooks.deliver_due(own_database)
    with pytest.raises(WebhookVerificationError):
        Standard(earlier).verify(receiver.messages[1].body, receiver.messages[1].headers)
    assert receiver.messages[1].headers["webhook-id"] == message.headers["webhook-id"]


def test_many_processes_send_each_message_once_and_in_order(
    own_database: Database, receiver: Receiver, sent_to: Callable[..., Webhook]
) -> None:
    sent_to(count=30)
    threads = [Thread(target=webhooks.deliver_due, args=(own_database,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    webhooks.deliver_due(own_database)
    sent = [message.headers["webhook-id"] for message in receiver.messages]
    assert sent == [delivery.message_id for delivery in log(own_database)]
    assert all(delivery.done_at is not None for delivery in log(own_database))


def test_nothing_overtakes_a_message_that_is_on_its_way(
    own_database: Database, receiver: Receiver, sent_to: Callable[..., Webhook]
) -> None:
    sent_to(count=2)
    receiver.habit = "hang"
    first = Thread(target=webhooks.deliver_due, args=(own_database,))
    first.start()
    receiver.wait_for(1)
    webhooks.deliver_due(own_database)
    assert len(receiver.messages) == 1
    receiver.open_until.set()
    first.join()


def test_what_fails_is_tried_again_ever_later_and_given_up_after_days(
    own_database: Database, receiver: Receiver, sent_to: Callable[..., Webhook]
) -> None:
    sent_to()
    receiver.status = 500
    pauses = []
    for _ in range(10):
        webhooks.deliver_due(own_database)
        (delivery,) = log(own_database)
        pauses.append(delivery.run_at - db.now())
        wait_no_longer(own_database)
    assert [
        round(pause / planned, 1) in {1.0, 1.1} for pause, planned in zip(pauses, sending.PAUSES, strict=False)
    ] == [True] * 9
    assert (delivery.status, delivery.trouble, delivery.answer) == (500, "It answered 500 instead of 200.", "Thanks")
    assert (delivery.tries, delivery.given_up_at is not None) == (10, True)


def test_a_message_that_failed_arrives_later_as_the_same(
    own_database: Database, receiver: Receiver, sent_to: Callable[..., Webhook]
) -> None:
    sent_to()
    receiver.answers = [(500, {})]
    webhooks.deliver_due(own_database)
    assert hook_of(own_database).failing_since is not None
    wait_no_longer(own_database)
    webhooks.deliver_due(own_database)
    one, other = receiver.messages
    assert one.headers["webhook-id"] == other.headers["webhook-id"]
    assert (log(own_database)[0].status, hook_of(own_database).failing_since) == (200, None)


@pytest.mark.parametrize(("value", "seconds"), [("120", 120), ("999999999", 86_400), ("-5", 5), ("soon", 5), ("٣", 5)])
def test_a_receiver_says_when_to_come_back(
    own_database: Database, receiver: Receiver, sent_to: Callable[..., Webhook], value: str, seconds: int
) -> None:
    sent_to()
    receiver.answers = [(429, {"Retry-After": value.encode().decode("latin-1")})]
    webhooks.deliver_due(own_database)
    wait = (log(own_database)[0].run_at - db.now()).total_seconds()
    assert wait == pytest.approx(seconds, abs=2)


def test_a_date_says_when_to_come_back_too() -> None:
    now = db.now().replace(year=2026, month=11, day=27, hour=12, minute=0, second=0, microsecond=0)
    assert sending.retry_after("Fri, 27 Nov 2026 13:00:00 GMT", now) == timedelta(hours=1)
    assert sending.retry_after("Fri, 27 Nov 2026 11:00:00 GMT", now) == timedelta()


def test_410_ends_a_webhook_and_the_owner_hears_of_it(
    own_database: Database, receiver: Receiver, sent_to: Callable[..., Webhook]
) -> None:
    sent_to(count=2)
    receiver.status = 410
    for _ in range(2):
        webhooks.deliver_due(own_database)
    assert len(receiver.messages) == 1
    assert hook_of(own_database).paused_because == "It answered 410: it is gone for good."
    with own_database.session(writes=False) as session:
        mail = session.exec(select(Mail)).one()
    assert (mail.recipient, mail.subject) == ("noor.haddad@example.org", "A webhook of Our board is paused")


def test_after_five_days_without_success_it_is_paused_and_the_owner_hears_of_it(
    own_database: Database, receiver: Receiver, sent_to: Callable[..., Webhook]
) -> None:
    sent_to()
    receiver.status = 500
    with own_database.session() as session:
        session.exec(select(Webhook)).one().failing_since = db.now() - timedelta(days=5, minutes=1)
    webhooks.deliver_due(own_database)
    assert hook_of(own_database).paused_because == (
        "For five days, no message has arrived. The last time: It answered 500 instead of 200."
    )
    with own_database.session(writes=False) as session:
        assert len(session.exec(select(Mail)).all()) == 1


def test_nobody_there_is_said_in_words(own_database: Database, sent_to: Callable[..., Webhook]) -> None:
    sent_to(url=f"http://127.0.0.1:{free_port()}/")
    webhooks.deliver_due(own_database)
    assert log(own_database)[0].trouble == "[Errno 111] Connection refused"


def test_one_that_hangs_holds_up_no_other(
    own_database: Database, receiver: Receiver, sent_to: Callable[..., Webhook], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.outgoing.SECONDS_MOST", 15)
    hanging = sent_to(count=3)
    receiver.habit = "hang"
    thread = Thread(target=webhooks.deliver_due, args=(own_database,))
    thread.start()
    receiver.wait_for(1)
    with own_database.session() as session:
        hook = session.get_one(Webhook, hanging.id)
        hook.paused_at = db.now()  # another one is meant
    webhooks.deliver_due(own_database)
    assert thread.is_alive()
    receiver.open_until.set()
    thread.join()
    assert [delivery.tries for delivery in log(own_database)] == [1, 0, 0]
