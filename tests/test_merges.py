"""Merging: voters counted as a union, nobody twice, nobody lost, and given back when the merge is undone."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from app import departure, hiding, items, status_changes, votes
from app.boards import Access
from app.db import Database
from app.imports import running
from app.imports.batches import State
from app.items import Item
from app.people import Person, Role
from app.refusals import Invalid, NotAllowed, Refused
from app.status_changes import Move, merges, proposals
from app.statuses import Status
from app.votes import Vote
from tests import factories
from tests.csv_imports import begun
from tests.fixtures.database import ONLY_POSTGRESQL
from tests.together import is_anybody_waiting


@pytest.fixture
def make(session: Session, owner: Person) -> Callable[..., Item]:
    """Items with exactly these voters; the owner posted them and took the vote back."""

    def item(*voters: Person) -> Item:
        made = factories.item(session, owner)
        votes.withdraw(session, made, owner)
        for voter in voters:
            votes.cast(session, made, voter)
        return made

    return item


@pytest.fixture
def people(session: Session) -> list[Person]:
    return [factories.person(session) for _ in range(4)]


def merge(session: Session, item: Item, into: Item, by: Person) -> None:
    factories.move(session, item, by, Status.DUPLICATE, duplicate_of=str(into.number))


def part(session: Session, item: Item, by: Person) -> None:
    factories.move(session, item, by, Status.ACKNOWLEDGED)


def counts(*some: Item) -> list[int]:
    return [item.vote_count for item in some]


def voters(session: Session, root: Item) -> set[int]:
    """Who counts for an item, straight from the rows."""
    family = select(Item.number).where(Item.root == root.number)
    return set(session.exec(select(Vote.person_id).where(col(Vote.item_number).in_(family))))


def test_voters_count_as_a_union_nobody_twice_and_nobody_lost(
    session: Session, maintainer: Person, make: Callable[..., Item], people: list[Person]
) -> None:
    ada, ben, chiara, dora = people
    one, other = make(ada, ben, chiara), make(chiara, dora)
    merge(session, one, other, maintainer)
    assert (one.status, one.merged_into, one.root) == (Status.DUPLICATE, other.number, other.number)
    assert (other.vote_count, other.support, voters(session, other)) == (4, 4, {person.id for person in people})


def test_undoing_gives_the_votes_back(
    session: Session, maintainer: Person, make: Callable[..., Item], people: list[Person]
) -> None:
    ada, ben, chiara, dora = people
    one, other = make(ada, ben, chiara), make(chiara, dora)
    trends = one.trend, other.trend
    merge(session, one, other, maintainer)
    part(session, one, maintainer)
    assert (one.status, one.merged_into, one.root) == (Status.ACKNOWLEDGED, None, one.number)
    assert counts(one, other) == [3, 2]
    assert (one.trend, other.trend) == pytest.approx(trends)
    assert voters(session, one) == {ada.id, ben.id, chiara.id}


def shown(*some: Item) -> list[tuple[int, int]]:
    """How many voters each item has, and how many votes that name nobody."""
    return [(item.vote_count, item.earlier_vote_count) for item in some]


def test_imported_counts_add_up_where_their_votes_count_apart_from_votes(
    session: Session, maintainer: Person, make: Callable[..., Item], people: list[Person]
) -> None:
    first, second, third = make(people[0]), make(people[0], people[1]), make(people[2])
    for item, imported in ((first, 100), (second, 20), (third, 3)):
        factories.imported(session, item, imported)
    merge(session, first, second, maintainer)
    assert shown(second) == [(2, 120)]
    merge(session, second, third, maintainer)
    assert shown(first, second, third) == [(1, 100), (2, 20), (3, 123)]
    votes.cast(session, first, people[3])
    assert (third.support, third.imported_vote_count) == (127, 3)
    part(session, second, maintainer)
    assert shown(second, third) == [(2, 120), (2, 3)]
    part(session, first, maintainer)
    assert shown(first, second, third) == [(1, 100), (2, 20), (2, 3)]


def test_a_vote_for_a_duplicate_goes_to_the_item_that_stays(
    session: Session, maintainer: Person, make: Callable[..., Item], people: list[Person]
) -> None:
    one, other = make(people[0]), make(people[1])
    merge(session, one, other, maintainer)
    assert votes.cast(session, one, people[2]).number == other.number
    assert votes.cast(session, one, people[0]).vote_count == 3
    part(session, one, maintainer)
    assert counts(one, other) == [1, 3]


def test_a_withdrawal_takes_the_vote_from_all_that_were_merged(
    session: Session, maintainer: Person, make: Callable[..., Item], people: list[Person]
) -> None:
    one, other = make(people[0], people[1]), make(people[1])
    merge(session, one, other, maintainer)
    votes.withdraw(session, other, people[1])
    assert counts(other) == [1]
    part(session, one, maintainer)
    assert counts(one, other) == [1, 0]


def test_what_was_merged_before_comes_along_in_a_chain(
    session: Session, maintainer: Person, make: Callable[..., Item], people: list[Person]
) -> None:
    first, second, third = (make(person) for person in people[:3])
    merge(session, first, second, maintainer)
    merge(session, second, third, maintainer)
    assert [item.root for item in (first, second, third)] == [third.number] * 3
    assert (first.merged_into, second.merged_into, third.vote_count) == (second.number, third.number, 3)


def test_a_duplicate_of_a_duplicate_points_to_the_item_that_stays(
    session: Session, maintainer: Person, make: Callable[..., Item]
) -> None:
    first, second, third = make(), make(), make()
    merge(session, second, third, maintainer)
    merge(session, first, second, maintainer)
    assert (first.merged_into, first.root) == (third.number, third.number)


def test_a_merge_in_the_middle_of_a_chain_takes_its_own_along(
    session: Session, maintainer: Person, make: Callable[..., Item], people: list[Person]
) -> None:
    first, second, third = make(people[0], people[3]), make(people[1]), make(people[2], people[3])
    merge(session, first, second, maintainer)
    merge(session, second, third, maintainer)
    part(session, second, maintainer)
    assert [item.root for item in (first, second, third)] == [second.number, second.number, third.number]
    assert counts(second, third) == [3, 2]
    part(session, first, maintainer)
    assert counts(first, second, third) == [2, 1, 2]


def test_an_item_is_not_merged_into_itself_or_into_what_was_merged_into_it(
    session: Session, maintainer: Person, make: Callable[..., Item]
) -> None:
    one, other = make(), make()
    merge(session, one, other, maintainer)
    for into in (one, other):
        with pytest.raises(Invalid) as refusal:
            merge(session, other, into, maintainer)
        assert refusal.value.problems == {
            "duplicate_of": "Duplicate of: this is the item itself, or one that is merged into it."
        }


@pytest.mark.parametrize("typed", ["", "#", "none", "4711", "-1", "1.5", "９９", "9" * 40])
def test_a_duplicate_needs_the_number_of_an_item(
    session: Session, maintainer: Person, make: Callable[..., Item], typed: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        factories.move(session, make(), maintainer, Status.DUPLICATE, duplicate_of=typed)
    assert refusal.value.problems == {"duplicate_of": "Duplicate of: give the number of the item it is the same as."}


def test_nothing_is_merged_into_what_its_readers_could_not_see(
    session: Session, maintainer: Person, member: Person, other_member: Person
) -> None:
    factories.board(session, "members", access=Access.MEMBERS)
    factories.board(session, "own", access=Access.OWN_CASES)
    public, of_members, own, anothers = (
        factories.item(session, person, board=board)
        for person, board in (
            (member, "general"), (member, "members"), (member, "own"), (other_member, "own"),
        )
    )  # fmt: skip
    hidden = factories.item(session, member)
    hiding.hide(session, hidden, maintainer, "Spam.")
    forbidden = [(public, of_members), (of_members, own), (own, anothers), (public, hidden)]
    for item, into in forbidden:
        with pytest.raises(Invalid) as refusal:
            merge(session, item, into, maintainer)
        words = "Duplicate of: people who see this item would not see that one."
        assert refusal.value.problems == {"duplicate_of": words}
    for item, into in ((anothers, of_members), (of_members, public)):
        merge(session, item, into, maintainer)


def test_a_duplicate_that_readers_see_leads_nobody_to_what_they_could_not_see(
    session: Session, maintainer: Person, member: Person
) -> None:
    board = factories.board(session, "later")
    root = factories.item(session, member, board="later")
    duplicate, item = factories.item(session, member), factories.item(session, member)
    merge(session, duplicate, root, maintainer)
    board.access = Access.MEMBERS
    with pytest.raises(Invalid) as refusal:
        merge(session, item, duplicate, maintainer)
    words = "Duplicate of: people who see this item would not see that one."
    assert refusal.value.problems == {"duplicate_of": words}


def test_several_are_merged_at_once(
    session: Session, maintainer: Person, make: Callable[..., Item], people: list[Person]
) -> None:
    some, into = [make(person) for person in people[:3]], make(people[3])
    move = Move(to="duplicate", explanation="All the same.", duplicate_of=f"#{into.number}")
    status_changes.change_many(session, some, maintainer, move)
    assert counts(into) == [4]
    with pytest.raises(Refused):
        status_changes.change_many(session, some, maintainer, move)


# Proposals


@pytest.fixture
def pair(make: Callable[..., Item]) -> tuple[Item, Item]:
    return make(), make()


def waiting(session: Session) -> list[tuple[int, int, str]]:
    return [(each.item.number, each.into.number, each.proposal.words) for each in proposals.waiting(session)]


def test_an_advocate_proposes_a_merge(session: Session, advocate: Person, pair: tuple[Item, Item]) -> None:
    one, other = pair
    proposals.propose(session, one, advocate, f"#{other.number}", "Both want tables.")
    assert waiting(session) == [(one.number, other.number, "Both want tables.")]
    assert one.status is Status.NEW


def test_a_proposal_needs_words_a_number_and_an_advocate(
    session: Session, member: Person, advocate: Person, pair: tuple[Item, Item]
) -> None:
    with pytest.raises(NotAllowed):
        proposals.propose(session, pair[0], member, str(pair[1].number), "The same.")
    with pytest.raises(Invalid) as refusal:
        proposals.propose(session, pair[0], advocate, "", " ")
    assert list(refusal.value.problems) == ["duplicate_of", "words"]


def test_the_same_proposal_twice_is_refused(session: Session, advocate: Person, pair: tuple[Item, Item]) -> None:
    proposals.propose(session, pair[0], advocate, str(pair[1].number), "The same.")
    with pytest.raises(Refused):
        proposals.propose(session, pair[0], advocate, str(pair[1].number), "The same.")
    assert len(waiting(session)) == 1


def test_merging_decides_what_was_proposed(
    session: Session, advocate: Person, maintainer: Person, pair: tuple[Item, Item]
) -> None:
    proposal = proposals.propose(session, pair[0], advocate, str(pair[1].number), "The same.")
    merge(session, *pair, maintainer)
    session.refresh(proposal)
    assert (waiting(session), proposal.decided_by_id) == ([], maintainer.id)
    with pytest.raises(Refused):
        proposals.reject(session, proposal, maintainer)


def test_a_maintainer_rejects_a_proposal(
    session: Session, advocate: Person, maintainer: Person, pair: tuple[Item, Item]
) -> None:
    proposal = proposals.propose(session, pair[0], advocate, str(pair[1].number), "The same.")
    with pytest.raises(NotAllowed):
        proposals.reject(session, proposal, advocate)
    proposals.reject(session, proposal, maintainer)
    assert (waiting(session), pair[0].status, proposal.decided_by_id) == ([], Status.NEW, maintainer.id)


def test_only_what_is_open_is_proposed(
    session: Session, advocate: Person, maintainer: Person, pair: tuple[Item, Item]
) -> None:
    proposals.propose(session, pair[0], advocate, str(pair[1].number), "The same.")
    factories.move(session, pair[0], maintainer, Status.SHIPPED)
    assert waiting(session) == []
    with pytest.raises(Refused):
        proposals.propose(session, pair[0], advocate, str(pair[1].number), "The same again.")


def test_a_proposal_is_shown_to_who_may_know_of_both(
    session: Session, advocate: Person, maintainer: Person, member: Person
) -> None:
    board = factories.board(session, "later")
    one, other = factories.item(session, member), factories.item(session, member, board="later")
    proposal = proposals.propose(session, one, advocate, str(other.number), "The same.")

    def shown_to(person: Person) -> list[int | None]:
        return [each.proposal.id for each in proposals.of(session, one, person)]

    assert (shown_to(advocate), shown_to(maintainer)) == ([proposal.id], [proposal.id])
    board.access = Access.OWN_CASES
    session.flush()
    assert (shown_to(advocate), shown_to(maintainer)) == ([], [proposal.id])


# Against a simple model

ITEMS, PEOPLE = 5, 4
IMPORTED = [0, 1, 10, 100, 1000]  # votes of each item that name nobody
ACTS = st.one_of(
    st.tuples(st.sampled_from(["cast", "withdraw"]), st.integers(0, ITEMS - 1), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("merge"), st.integers(0, ITEMS - 1), st.integers(0, ITEMS - 1)),
    st.tuples(st.just("part"), st.integers(0, ITEMS - 1), st.just(0)),
)


class Model:
    """Sets of voters, and for each item the one it was merged into."""

    def __init__(self) -> None:
        self.voters: list[set[int]] = [set() for _ in range(ITEMS)]
        self.into: dict[int, int] = {}

    def root(self, item: int) -> int:
        return self.root(self.into[item]) if item in self.into else item

    def counts(self) -> dict[int, tuple[int, int]]:
        """How many people count for each item that stays, and how many imported votes."""
        union: dict[int, set[int]] = {item: set() for item in range(ITEMS) if item not in self.into}
        sums = dict.fromkeys(union, 0)
        for item, voters in enumerate(self.voters):
            union[self.root(item)] |= voters
            sums[self.root(item)] += IMPORTED[item]
        return {item: (len(voters), sums[item]) for item, voters in union.items()}

    def cast(self, item: int, person: int) -> None:
        self.voters[self.root(item)].add(person)

    def withdraw(self, item: int, person: int) -> None:
        for other, voters in enumerate(self.voters):
            if self.root(other) == self.root(item):
                voters.discard(person)

    def merge(self, item: int, into: int) -> bool:
        possible = item not in self.into and self.root(into) != item
        if possible:
            self.into[item] = self.root(into)
        return possible

    def part(self, item: int, _nobody: int) -> bool:
        return self.into.pop(item, None) is not None


@pytest.mark.thorough
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=25))
def test_however_votes_and_merges_follow_each_other_the_counts_are_those_of_a_simple_model(
    session: Session, maintainer: Person, people: list[Person], untouched: list[Item], acts: list[tuple[str, int, int]]
) -> None:
    with session.begin_nested() as savepoint:
        play(session, maintainer, people, untouched, acts)
        savepoint.rollback()
    session.expire_all()


@pytest.fixture
def untouched(session: Session, maintainer: Person, make: Callable[..., Item]) -> list[Item]:
    """Items without votes but those that an import counted, prepared once for all examples."""
    some = [make() for _ in range(ITEMS)]
    for item, imported in zip(some, IMPORTED, strict=True):
        factories.imported(session, item, imported)
        part(session, item, maintainer)
    return some


def play(
    session: Session, by: Person, people: list[Person], some: list[Item], acts: list[tuple[str, int, int]]
) -> None:
    model = Model()
    for act, item, other in acts:
        match act:
            case "cast":
                model.cast(item, other)
                votes.cast(session, some[item], people[other])
            case "withdraw":
                model.withdraw(item, other)
                votes.withdraw(session, some[item], people[other])
            case "merge":
                move_or_be_refused(model.merge(item, other), merge, session, some[item], some[other], by)
            case "part":
                move_or_be_refused(model.part(item, other), part, session, some[item], by)
        assert {item: shown(some[item])[0] for item in model.counts()} == model.counts()
        assert [item.root for item in some] == [some[model.root(item)].number for item in range(ITEMS)]


def move_or_be_refused(possible: bool, move: Callable[..., None], *about: object) -> None:
    if possible:
        move(*about)
    else:
        with pytest.raises((Invalid, Refused)):
            move(*about)


# Several at once, each in a transaction of its own


def at_once(*acts: Callable[[], None]) -> list[BaseException]:
    """Do all in threads at the same time; returns what they raised."""
    together, raised = Barrier(len(acts)), []

    def do(act: Callable[[], None]) -> None:
        together.wait(timeout=60)
        try:
            act()
        except Exception as trouble:  # noqa: BLE001 - the test says which are expected
            raised.append(trouble)

    threads = [Thread(target=do, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return raised


@pytest.fixture
def cast(own_database: Database) -> tuple[Person, list[int], list[Person]]:
    """A maintainer, the numbers of three items without votes, and twelve people."""
    with own_database.session() as session:
        by = factories.person(session, role=Role.MAINTAINER)
        some = [factories.item(session, by) for _ in range(3)]
        for item in some:
            votes.withdraw(session, item, by)
        return by, [item.number for item in some], [factories.person(session) for _ in range(12)]


def test_items_merged_into_each_other_at_once_make_no_ring(
    own_database: Database, cast: tuple[Person, list[int], list[Person]]
) -> None:
    by, numbers, _ = cast

    def merge_into_next(at: int) -> None:
        with own_database.session() as session:
            one, other = (session.get_one(Item, numbers[(at + step) % 3]) for step in range(2))
            merge(session, one, other, by)

    raised = at_once(*(lambda at=at: merge_into_next(at) for at in range(3)))  # type: ignore[misc]
    with own_database.session(writes=False) as session:
        some = [session.get_one(Item, number) for number in numbers]
        roots = {item.number for item in some if item.root == item.number}
        assert len(roots) == 1
        assert {item.root for item in some} == roots
    assert [type(trouble) for trouble in raised] == [Invalid]


def test_votes_cast_while_items_are_merged_and_parted_are_all_counted(
    own_database: Database, cast: tuple[Person, list[int], list[Person]]
) -> None:
    by, numbers, people = cast

    def vote(person: Person, number: int) -> None:
        with own_database.session() as session:
            votes.cast(session, session.get_one(Item, number), person)

    def merge_and_part() -> None:
        for _ in range(3):
            with own_database.session() as session:
                merge(session, session.get_one(Item, numbers[0]), session.get_one(Item, numbers[1]), by)
            with own_database.session() as session:
                part(session, session.get_one(Item, numbers[0]), by)

    acts = [lambda person=person, at=at: vote(person, numbers[at % 2]) for at, person in enumerate(people)]
    raised = at_once(merge_and_part, *acts)
    with own_database.session(writes=False) as session:
        one, other = session.get_one(Item, numbers[0]), session.get_one(Item, numbers[1])
        assert counts(one, other) == [len(voters(session, one)), len(voters(session, other))]
        assert len(voters(session, one) | voters(session, other)) == len(people)
    assert raised == []


def test_withdrawals_at_once_with_merges_neither_lose_nor_lock(
    own_database: Database, cast: tuple[Person, list[int], list[Person]]
) -> None:
    by, numbers, people = cast
    with own_database.session() as session:
        for number in numbers:
            for person in people:
                votes.cast(session, session.get_one(Item, number), person)

    def merge_all() -> None:
        for number in numbers[1:]:
            with own_database.session() as session:
                merge(session, session.get_one(Item, number), session.get_one(Item, numbers[0]), by)

    def withdraw(person: Person) -> None:
        for number in numbers:
            with own_database.session() as session:
                votes.withdraw(session, session.get_one(Item, number), person)

    raised = at_once(merge_all, *(lambda person=person: withdraw(person) for person in people))  # type: ignore[misc]
    with own_database.session(writes=False) as session:
        some = [session.get_one(Item, number) for number in numbers]
        assert (raised, counts(*some), session.exec(select(Vote)).all()) == ([], [0, 0, 0], [])


def test_a_merge_counts_nobody_twice_when_both_were_voted_for_at_once(
    own_database: Database, cast: tuple[Person, list[int], list[Person]]
) -> None:
    by, numbers, people = cast
    acts = []
    for person in people[:6]:
        for number in numbers[:2]:

            def vote(person: Person = person, number: int = number) -> None:
                with own_database.session() as session:
                    votes.cast(session, session.get_one(Item, number), person)

            acts.append(vote)
    assert at_once(*acts) == []
    with own_database.session() as session:
        one, other = session.get_one(Item, numbers[0]), session.get_one(Item, numbers[1])
        merge(session, one, other, by)
        assert counts(other) == [6]


def while_it_is_merged(database: Database, pair: tuple[int, int], by: Person, act: Callable[[], None]) -> None:
    """Do something that begins while the first item is merged into the other, and must wait for that."""
    thread = Thread(target=act)
    with database.session() as session:
        one, other = (session.get_one(Item, number) for number in pair)
        merge(session, one, other, by)
        session.flush()
        thread.start()
        thread.join(timeout=1)
    thread.join(timeout=30)


def test_who_leaves_during_a_merge_is_counted_no_longer(
    own_database: Database, cast: tuple[Person, list[int], list[Person]]
) -> None:
    by, numbers, (leaver, other, *_) = cast
    with own_database.session() as session:
        for person in (leaver, other):
            votes.cast(session, session.get_one(Item, numbers[0]), person)

    def leave() -> None:
        with own_database.session() as session:
            departure.leave(session, session.get_one(Person, leaver.key), leaver.email or "")

    while_it_is_merged(own_database, (numbers[0], numbers[1]), by, leave)
    with own_database.session(writes=False) as session:
        assert counts(session.get_one(Item, numbers[1])) == [1]


def test_a_duplicate_that_arrives_during_a_merge_counts_at_its_end(
    own_database: Database, cast: tuple[Person, list[int], list[Person]]
) -> None:
    by, (mine, last, _), _people = cast
    rows = "id,title,status,duplicate of\n1,Same again,duplicate,2\n2,Dark mode,Open,\n"
    batch = begun(own_database, rows)
    while batch.state is not State.MERGING:
        batch = running.step(own_database, batch)
    with own_database.session() as session:
        original = session.exec(select(Item).where(Item.source_id == "2")).one()
        merge(session, original, session.get_one(Item, mine), by)

    def go_on() -> None:
        running.run(own_database, batch, lambda _batch: None)

    while_it_is_merged(own_database, (mine, last), by, go_on)
    with own_database.session(writes=False) as session:
        roots = dict(session.exec(select(Item.source_id, Item.root).where(col(Item.source_id).is_not(None))).all())
        assert roots == {"1": last, "2": last}


@ONLY_POSTGRESQL
def test_who_votes_while_a_family_is_merged_waits_for_it_and_it_for_nobody(
    own_database: Database, cast: tuple[Person, list[int], list[Person]]
) -> None:
    """Also where what was merged before has the smallest number, and is what a vote locks first."""
    by, (first, second, third), (person, *_others) = cast
    with own_database.session() as session:
        merge(session, session.get_one(Item, first), session.get_one(Item, second), by)

    def vote(session: Session) -> int:
        return votes.cast(session, session.get_one(Item, second), person).number

    with own_database.session() as session:
        items.lock(session, *merges.families(session, {second}))
        voting = own_database.write(vote)
        while not is_anybody_waiting(own_database):
            pass
        merge(session, session.get_one(Item, second), session.get_one(Item, third), by)
    assert voting.result() == third
