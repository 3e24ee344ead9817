"""A small world that lives at random beside a plain model of it: votes are counted right, and nobody is lost.

People join, post, vote, merge, part, hide, get roles and leave, in any order. The model knows who voted where and what
was merged into what; after every step the database says the same.
"""

import tempfile
from datetime import datetime
from functools import cache, reduce
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app import db, departure, hiding, roles, trend, votes
from app.items import Item
from app.people import Person, Role
from app.refusals import Refusal
from app.sessions import SessionRow
from app.statuses import Status
from app.subscriptions import Subscription
from app.votes import Vote
from tests import factories
from tests.fixtures.database import Sqlite

pytestmark = pytest.mark.thorough


@cache
def engine() -> Engine:
    return db.make_engine(Sqlite(Path(tempfile.mkdtemp(prefix="daylight-world-"))).migrated())


class Model:
    """What must be true, in sets and dictionaries."""

    def __init__(self) -> None:
        self.votes: set[tuple[int, int]] = set()
        self.merged: dict[int, int] = {}
        self.hidden: set[int] = set()
        self.reporters: dict[int, int] = {}
        self.imported: dict[int, int] = {}
        self.roles: dict[int, Role] = {}

    def root(self, item: int) -> int:
        return self.root(self.merged[item]) if item in self.merged else item

    def family(self, item: int) -> set[int]:
        return {other for other in self.reporters if self.root(other) == self.root(item)}

    def counts(self, item: int) -> tuple[int, int]:
        """How many people voted, and how much support that is with what imports counted."""
        counted = self.family(item) if item not in self.merged else {item}
        voters = len({person for number, person in self.votes if number in counted})
        return voters, voters + sum(self.imported.get(number, 0) for number in counted)

    def may_take_part(self, item: int, person: int) -> bool:
        return item not in self.hidden or self.roles[person].rank >= Role.MAINTAINER.rank


class World(RuleBasedStateMachine):
    persons = Bundle("persons")
    items = Bundle("items")

    def __init__(self) -> None:
        super().__init__()
        self.connection = engine().execution_options(writes=True).connect()
        self.transaction = self.connection.begin()
        self.session = Session(self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        self.model = Model()
        self.owner = factories.person(self.session, "Noor Haddad", role=Role.OWNER)
        self.model.roles[self.owner.key] = Role.OWNER

    def teardown(self) -> None:
        self.session.close()
        self.transaction.rollback()
        self.connection.close()

    def person(self, key: int) -> Person:
        return self.session.get_one(Person, key)

    def item(self, number: int) -> Item:
        return self.session.get_one(Item, number)

    @rule(target=persons)
    def join(self) -> int:
        key = factories.person(self.session).key
        self.model.roles[key] = Role.MEMBER
        return key

    @rule(target=items, person=persons)
    def post(self, person: int) -> int:
        number = factories.item(self.session, self.person(person)).number
        self.model.reporters[number] = person
        self.model.votes.add((number, person))
        return number

    @rule(target=items, person=persons, count=st.integers(1, 9))
    def bring_in(self, person: int, count: int) -> int:
        number = self.post(person)
        factories.imported(self.session, self.item(number), count)
        self.model.imported[number] = count
        return number

    @rule(item=items, person=persons)
    def vote(self, item: int, person: int) -> None:
        if not self.model.may_take_part(item, person):
            with pytest.raises(Refusal):
                votes.cast(self.session, self.item(item), self.person(person))
            return
        carrying = votes.cast(self.session, self.item(item), self.person(person))
        assert carrying.number == self.model.root(item)
        self.model.votes.add((carrying.number, person))

    @rule(item=items, person=persons)
    def withdraw(self, item: int, person: int) -> None:
        if not self.model.may_take_part(item, person):
            with pytest.raises(Refusal):
                votes.withdraw(self.session, self.item(item), self.person(person))
            return
        votes.withdraw(self.session, self.item(item), self.person(person))
        self.model.votes -= {(number, person) for number in self.model.family(item)}

    @rule(item=items, into=items)
    def merge(self, item: int, into: int) -> None:
        is_refused = item in self.model.merged or self.model.root(into) == self.model.root(item)
        if is_refused or self.model.root(into) in self.model.hidden:
            with pytest.raises(Refusal):
                self._move(item, Status.DUPLICATE, duplicate_of=str(into))
            return
        self._move(item, Status.DUPLICATE, duplicate_of=str(into))
        self.model.merged[item] = self.model.root(into)

    @rule(item=items)
    def part(self, item: int) -> None:
        if item in self.model.merged:
            self._move(item, Status.ACKNOWLEDGED)
            del self.model.merged[item]

    def _move(self, item: int, to: Status, **fields: str) -> None:
        factories.move(self.session, self.item(item), self.owner, to, **fields)

    @rule(item=items, hidden=st.booleans())
    def hide_or_show(self, item: int, hidden: bool) -> None:
        if hidden:
            hiding.hide(self.session, self.item(item), self.owner, "It has to be.")
            self.model.hidden.add(item)
        else:
            hiding.show(self.session, self.item(item), self.owner)
            self.model.hidden.discard(item)

    @rule(person=persons, role=st.sampled_from(list(Role)))
    def appoint(self, person: int, role: Role) -> None:
        roles.give(self.session, self.person(person), role, self.owner)
        self.model.roles[person] = role

    @rule(person=consumes(persons))
    def leave(self, person: int) -> None:
        departure.leave(self.session, self.person(person), self.person(person).email or "")
        self.model.votes = {(number, other) for number, other in self.model.votes if other != person}
        self.model.roles[person] = Role.MEMBER
        for table in (Subscription, SessionRow):
            assert self.session.exec(select(table).where(table.person_id == person)).all() == []

    @invariant()
    def every_vote_is_there(self) -> None:
        self.session.flush()
        assert {(vote.item_number, vote.person_id) for vote in self.session.exec(select(Vote))} == self.model.votes

    @invariant()
    def every_item_counts_its_voters(self) -> None:
        self.session.flush()
        stored = self.session.exec(
            select(Item.number, Item.merged_into, Item.root, Item.vote_count, Item.support)
        ).all()
        assert {row[0]: row[1:] for row in stored} == {
            number: (self.model.merged.get(number), self.model.root(number), *self.model.counts(number))
            for number in self.model.reporters
        }

    @invariant()
    def every_item_is_as_warm_as_its_voters_make_it(self) -> None:
        given = select(Item.root, Vote.person_id, Vote.at).join(Item, col(Item.number) == Vote.item_number)
        first: dict[int, dict[int, datetime]] = {}
        for root, person, at in self.session.exec(given.order_by(col(Vote.at))):
            first.setdefault(root, {}).setdefault(person, at)
        for item in self.session.exec(select(Item).where(Item.root == Item.number)):
            heats = [trend.heat(at) for at in (item.posted_at, *first.get(item.number, {}).values())]
            assert item.trend == pytest.approx(reduce(trend.warmer, heats), abs=1e-6)

    @invariant()
    def everybody_has_their_role(self) -> None:
        assert dict(self.session.exec(select(Person.id, Person.role)).all()) == self.model.roles

    @invariant()
    def nothing_disappears(self) -> None:
        stored = dict(self.session.exec(select(Item.number, Item.reporter_id)).all())
        assert stored == self.model.reporters


TestWorld = World.TestCase
TestWorld.settings = settings(
    max_examples=80, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
