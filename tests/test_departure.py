"""Leaving: votes go and counts stay right, words stay without the name, and one owner always remains."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel, func, select

from app import (
    ballots,
    comments,
    db,
    departure,
    dossier,
    outbox,
    people,
    roles,
    sign_in,
    status_changes,
    subscriptions,
    taking_part,
    votes,
)
from app.ballots import Ballot
from app.boards import Access
from app.comments import Comment
from app.db import Database
from app.items import Draft, Item
from app.outbox import Mail
from app.people import Person, Role
from app.refusals import Invalid, Refused
from app.roles import RoleChange
from app.sessions import SessionRow
from app.sign_in import SignIn
from app.status_changes import StatusChange, TargetMove, proposals
from app.statuses import Kind, Status
from app.subscriptions import Subscription
from app.votes import Vote
from tests import factories
from tests.fixtures.database import ONLY_POSTGRESQL
from tests.together import is_anybody_waiting


def leave(session: Session, person: Person) -> None:
    departure.leave(session, person, person.email or "")
    session.flush()
    session.expire_all()


def rows_of(session: Session, table: type, person: Person) -> int:
    return session.exec(select(func.count()).select_from(table).where(table.person_id == person.id)).one()


def test_the_votes_go_and_every_count_is_right(
    session: Session, member: Person, other_member: Person, maintainer: Person
) -> None:
    first, second, merged = (factories.item(session, member, f"Request {number}") for number in range(3))
    for item in (first, merged):
        votes.cast(session, item, other_member)
    factories.move(session, merged, maintainer, Status.DUPLICATE, duplicate_of=str(second.number))
    before = [(item.vote_count, item.support) for item in (first, second, merged)]
    leave(session, other_member)
    after = [(item.vote_count, item.support) for item in (first, second, merged)]
    assert (before, after) == ([(2, 2), (2, 2), (2, 2)], [(1, 1), (1, 1), (1, 1)])
    assert rows_of(session, Vote, other_member) == 0


def test_the_trend_cools(session: Session, member: Person, other_member: Person) -> None:
    item = factories.item(session, member)
    alone = item.trend
    votes.cast(session, item, other_member)
    leave(session, other_member)
    assert item.trend == pytest.approx(alone)


def test_the_words_stay_without_the_name(session: Session, member: Person, maintainer: Person) -> None:
    item = factories.item(session, member, body="My words")
    factories.comment(session, item, member, "More words")
    factories.move(session, item, maintainer, Status.PLANNED, "We will.")
    for person in (member, maintainer):
        leave(session, person)
    assert session.exec(select(Comment.body)).one() == "More words"
    assert (item.body, item.answer) == ("My words", "We will.")
    reporter = session.get_one(Person, item.reporter_id)
    answerer = session.get_one(Person, item.answerer_id)
    assert [person.byline for person in (reporter, answerer)] == ["A former member"] * 2


def test_a_question_that_was_answered_in_the_end_keeps_no_name(
    session: Session, member: Person, maintainer: Person
) -> None:
    item, long_ago = factories.item(session, member), db.now() - timedelta(days=90)
    due_on = (long_ago + timedelta(days=14)).date().isoformat()
    factories.move(session, item, maintainer, Status.NEEDS_INFO, at=long_ago, due_on=due_on)
    for days in (12, 60):
        status_changes.follow_up(session, long_ago + timedelta(days=days))
    name = member.name
    taking_part.comment(session, item, member, "Version 3.")
    leave(session, member)
    assert item.status is Status.ACKNOWLEDGED
    assert not [words for words in session.exec(select(StatusChange.explanation)) if name in words]


def test_nothing_else_of_the_person_is_kept(session: Session, member: Person, maintainer: Person) -> None:
    item = factories.item(session, maintainer)
    subscriptions.follow(session, item, member)
    sign_in.open_session(session, member)
    address = member.email or ""
    sign_in.begin(session, address)
    sign_in.begin_change(session, member, "new@example.org")
    outbox.put(session, address, "An answer", "It is out.")
    people.note_bounce(session, member, f"550 <{address}> is not known here")
    leave(session, member)
    assert [rows_of(session, table, member) for table in (Subscription, SessionRow)] == [0, 0]
    assert session.exec(select(SignIn)).all() == []
    assert session.exec(select(Mail).where(Mail.recipient == address)).all() == []
    assert (member.name, member.title, member.email) == ("", "", None)
    assert (member.bounced_at, member.bounced_because) == (None, "")
    assert address not in json.dumps([row.model_dump(mode="json") for row in session.exec(select(Person))])


def test_the_address_may_come_back_as_somebody_new(session: Session, member: Person) -> None:
    address = member.email or ""
    leave(session, member)
    assert people.with_email(session, address) is None
    handle = sign_in.begin(session, address)
    assert sign_in.complete(session, sign_in.find(session, handle)).id != member.id


def test_it_is_confirmed_by_typing_the_address(session: Session, member: Person) -> None:
    for typed in ("", "ada", "other@example.org"):
        with pytest.raises(Invalid):
            departure.leave(session, member, typed)
    assert not member.is_deleted
    departure.leave(session, member, " Ada.Lind@EXAMPLE.org ")
    assert member.is_deleted


def test_the_last_owner_gives_the_role_away_first(session: Session, owner: Person, member: Person) -> None:
    with pytest.raises(Refused, match="last owner"):
        leave(session, owner)
    roles.give(session, member, Role.OWNER, owner)
    leave(session, owner)
    assert owner.is_deleted


def test_a_role_that_ends_is_written_down(session: Session, maintainer: Person) -> None:
    leave(session, maintainer)
    row = session.exec(select(RoleChange)).one()
    assert (row.person_id, row.by_id, row.from_role, row.to_role) == (
        maintainer.id, maintainer.id, Role.MAINTAINER, Role.MEMBER,
    )  # fmt: skip


def test_the_dossier_holds_everything_and_no_secret(
    session: Session, member: Person, other_member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member, "Mine", body="My words")
    factories.item(session, other_member, "Not mine")
    factories.comment(session, item, member, "More words")
    factories.comment(session, item, other_member, "Other words")
    key = sign_in.open_session(session, member, "Firefox on Linux")
    session.flush()
    kept = dossier.of(session, member)
    assert kept["profile"] == {
        "name": "Ada Lind", "email": "ada.lind@example.org", "title": "", "role": "member",
        "joined_at": kept["profile"]["joined_at"], "hears": "at_once", "hears_comments": False, "hears_team": True,
    }  # fmt: skip
    assert [(row["number"], row["title"], row["body"], row["board"]) for row in kept["items"]] == [
        (item.number, "Mine", "My words", "General")
    ]
    assert [row["body"] for row in kept["comments"]] == ["More words"]
    assert [(row["item_number"], row["weight"]) for row in kept["votes"]] == [(item.number, None)]
    assert [(row["item_number"], row["is_following"]) for row in kept["follows"]] == [(item.number, True)]
    assert [row["browser"] for row in kept["sessions"]] == ["Firefox on Linux"]
    whole = json.dumps(kept)
    assert not [secret for secret in (key, "hash", "Other words") if secret in whole]


def test_the_dossier_of_a_maintainer_holds_their_answers(session: Session, member: Person, maintainer: Person) -> None:
    item = factories.item(session, member)
    factories.move(session, item, maintainer, Status.PLANNED, "We will.", target="2027-Q1")
    comment = factories.comment(session, item, maintainer, "Soon")
    comments.edit(session, comment, maintainer, "Sooner")
    kept = dossier.of(session, maintainer)
    assert [(row["to_status"], row["explanation"]) for row in kept["answers"]] == [("planned", "We will.")]
    assert [row["to_target"] for row in kept["target_moves"]] == ["2027-Q1"]
    assert [row["earlier"] for row in kept["earlier_words"]] == ["Soon"]


def test_the_dossier_names_no_item_that_its_person_may_not_know_of(
    session: Session, member: Person, advocate: Person, maintainer: Person
) -> None:
    board = factories.board(session, "own")
    seen, unseen = factories.item(session, member), factories.item(session, member, board="own")
    twins = [factories.item(session, member) for _ in range(2)]
    for twin, into in zip(twins, (seen, unseen), strict=True):
        proposals.propose(session, twin, advocate, str(into.number), "The same.")
        factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(into.number))
    board.access = Access.OWN_CASES
    session.flush()
    assert [row["into"] for row in dossier.of(session, advocate)["merge_proposals"]] == [seen.number, None]
    both = [seen.number, unseen.number]
    assert [row["duplicate_of"] for row in dossier.of(session, maintainer)["answers"]] == both
    roles.change(session, maintainer, Role.MEMBER, maintainer)
    assert [row["duplicate_of"] for row in dossier.of(session, maintainer)["answers"]] == [seen.number, None]


def test_every_table_that_names_a_person_is_in_the_dossier_or_left_out_on_purpose() -> None:
    """A new table with somebody's rows asks here whether they are theirs to take away."""
    pointing = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if any(key.column.table.name == Person.__tablename__ for key in column.foreign_keys)
    }
    own = (
        "attachment comment edit merge_proposal role_change session identity status_change subscription target_move "
        "token vote"
    )
    taken = {"item.reporter_id", *(f"{name}.person_id" for name in own.split())}
    acts_on_others = {"item.hidden_by_id", "comment.hidden_by_id", "item.answerer_id", "role_change.by_id",
                      "attachment.removed_by_id",
                      "merge_proposal.decided_by_id"}  # fmt: skip
    told_by_those = {"event.person_id", "notification.person_id"}
    gone_in_a_day = {"sign_in.person_id", "kept_answer.person_id", "ticket.person_id"}
    arranged = {"turn.person_id"}
    assert pointing - taken - acts_on_others - told_by_those - gone_in_a_day - arranged == set()
    assert taken <= pointing


Act = Callable[[Session, Item, Person, str], object]


def voted_for(session: Session) -> Item:
    return session.exec(select(Item).where(Item.title == "Voted for")).one()


ACTS: dict[str, Act] = {
    "ballot": lambda session, item, _person, key: ballots.count(session, [Ballot(key, item.number)]),
    "vote": lambda session, item, person, _key: taking_part.vote(session, item, person),
    "comment": lambda session, item, person, _key: taking_part.comment(session, item, person, "Me too."),
    "post": lambda session, _item, person, _key: taking_part.post(session, person, Draft(Kind.IDEA, "general", "More")),
    "follow": lambda session, item, person, _key: subscriptions.follow(session, item, person),
    "withdraw": lambda session, _item, person, _key: taking_part.withdraw_vote(session, voted_for(session), person),
    "look": lambda session, _item, person, _key: subscriptions.look(session, voted_for(session), person),
    "look at all": lambda session, _item, person, _key: subscriptions.look_at_all(session, person, db.now()),
    "move": lambda session, item, person, _key: factories.move(session, item, person, Status.PLANNED),
    "target": lambda session, item, person, _key: status_changes.move_target(
        session, item, person, "2027-Q1", "Later."
    ),
    "name": lambda session, _item, person, _key: people.introduce(session, person, "Ada", ""),
    "address": lambda session, _item, person, _key: sign_in.complete_change(
        session, SignIn(email="ada@example.org"), person
    ),
}


@ONLY_POSTGRESQL
@pytest.mark.parametrize("what", ACTS)
@pytest.mark.parametrize("leaves_first", [True, False])
def test_nothing_is_left_of_what_somebody_does_while_they_leave(
    own_database: Database, what: str, leaves_first: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with own_database.session() as session:
        person = factories.person(session, role=Role.MAINTAINER)
        item = factories.item(session, factories.person(session))
        factories.move(session, item, factories.person(session, role=Role.MAINTAINER), Status.IN_PROGRESS)
        votes.cast(session, factories.item(session, factories.person(session), "Voted for"), person)
        number, person_id, address, key = (
            item.number,
            person.key,
            person.email or "",
            sign_in.open_session(session, person),
        )

    def do(session: Session) -> None:
        ACTS[what](session, session.get_one(Item, number), session.get_one(Person, person_id), key)

    def go(session: Session) -> None:
        departure.leave(session, session.get_one(Person, person_id), address)

    first, second = (go, do) if leaves_first else (do, go)
    with own_database.session() as session:
        first(session)
        session.flush()
        later = own_database.write(second)
        while not later.done() and not is_anybody_waiting(own_database):
            pass
    assert not isinstance(later.exception(), OperationalError)
    assert caplog.messages == []  # of those who wait for each other one would be done once more
    with own_database.session() as session:
        person, item = session.get_one(Person, person_id), session.get_one(Item, number)
        assert (person.is_deleted, person.name, person.email, item.vote_count) == (True, "", None, 1)
        assert [rows_of(session, table, person) for table in (Vote, Subscription)] == [0, 0]
        said = sum(rows_of(session, table, person) for table in (Comment, StatusChange, TargetMove))
        assert not (leaves_first and said)
