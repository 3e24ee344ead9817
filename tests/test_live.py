"""What an open page is told, and who is woken for it."""

import asyncio
from collections.abc import Callable

import pytest
from sqlmodel import Session

from app import comments, hiding, items, live
from app.db import Database
from app.items import Item
from app.live import Lookout
from app.people import Person, Role
from app.statuses import Status
from tests import factories


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Dark mode")


def told(session: Session, item: Item, after: int) -> str:
    session.flush()
    return live.in_words(live.since(session, item.number, after))


def test_one_thing_is_told_in_the_words_of_its_event(
    session: Session, item: Item, other_member: Person, maintainer: Person
) -> None:
    before = live.newest(session, item)
    factories.comment(session, item, other_member)
    assert told(session, item, before) == "Ben Osei commented on “Dark mode”"
    after_the_comment = live.newest(session, item)
    factories.move(session, item, maintainer, Status.PLANNED)
    assert told(session, item, after_the_comment) == "Mira Okafor, CTO, planned “Dark mode”"
    assert told(session, item, live.newest(session, item)) == ""


def test_several_things_are_counted(session: Session, item: Item, other_member: Person, maintainer: Person) -> None:
    before = live.newest(session, item)
    factories.move(session, item, maintainer, Status.PLANNED, target="2031-05")
    factories.comment(session, item, other_member)
    assert told(session, item, before) == "1 new answer · 1 new comment"
    factories.comment(session, item, other_member, "And one more.")
    factories.comment(session, item, maintainer, "So it is.", official=True)
    assert told(session, item, before) == "2 new answers · 2 new comments"


def test_a_comment_that_is_marked_as_the_answer_is_one_thing(session: Session, item: Item, maintainer: Person) -> None:
    before = live.newest(session, item)
    factories.comment(session, item, maintainer, official=True)
    assert told(session, item, before) == "Mira Okafor, CTO, answered “Dark mode”"


def test_a_hidden_comment_is_no_news(session: Session, item: Item, other_member: Person, maintainer: Person) -> None:
    before = live.newest(session, item)
    comment = factories.comment(session, item, other_member)
    comments.hide(session, comment, maintainer, "It was spam.")
    assert told(session, item, before) == ""


def add_comment(session: Session, item: Item, _maintainer: Person) -> None:
    factories.comment(session, item, factories.person(session))


def put_out_of_sight(session: Session, item: Item, maintainer: Person) -> None:
    hiding.hide(session, item, maintainer, "It was spam.")


def put_on_another_board(session: Session, item: Item, maintainer: Person) -> None:
    factories.board(session, "internal")
    items.move_to_board(session, item, maintainer, "internal")


@pytest.mark.parametrize("act", [add_comment, put_out_of_sight, put_on_another_board])
def test_who_waits_is_woken_by_what_another_process_did(
    own_database: Database, act: Callable[[Session, Item, Person], None]
) -> None:
    """And who waits for another item sleeps on."""
    with own_database.session() as session:
        ada, mira = factories.person(session), factories.person(session, role=Role.MAINTAINER)
        numbers = [factories.item(session, ada).number for _ in range(2)]

    async def wait() -> list[bool]:
        lookout, wakes = Lookout(own_database, pause=0.01), [asyncio.Event(), asyncio.Event()]
        with lookout.watching(numbers[0], wakes[0]), lookout.watching(numbers[1], wakes[1]):
            await elsewhere(own_database, factories.person)
            await asyncio.gather(*(wake.wait() for wake in wakes))  # the first look: anything may have happened before
            for wake in wakes:
                wake.clear()
            await elsewhere(own_database, lambda session: act(session, session.get_one(Item, numbers[0]), mira))
            await asyncio.wait_for(wakes[0].wait(), 30)
        assert lookout.task is None
        return [wake.is_set() for wake in wakes]

    assert asyncio.run(wait()) == [True, False]


async def elsewhere(database: Database, work: Callable[[Session], object]) -> None:
    """Write as another process does."""
    other = Database(database.engine)
    await asyncio.to_thread(other.in_transaction, work, True)
    other.end_threads()
