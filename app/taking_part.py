"""Taking part, through whichever door, a page or the API: what people do often is counted, so that nobody floods."""

from datetime import timedelta

from sqlmodel import Session

from app import comments, items, limits, people, policy, subscriptions, votes
from app.comments import Comment
from app.items import Draft, Item
from app.people import Person
from app.subscriptions import Because

POSTS_MOST, POSTS_PER = 10, timedelta(hours=1)
COMMENTS_MOST, COMMENTS_PER = 20, timedelta(minutes=10)
EDITS_MOST, EDITS_PER = 20, timedelta(hours=1)  # of items and comments together: each keeps the words before it
VOTES_MOST, VOTES_PER = 60, timedelta(minutes=1)


def post(session: Session, person: Person, draft: Draft, *, form_key: str | None = None) -> Item:
    """Post an item with its author's vote; with the same key again it is the item that is there.

    Raises Refused, Invalid, and TooMany for a person who posted often; maintainers may.
    """
    people.keep(session, person)
    earlier = items.posted_before(session, person, form_key) if form_key else None
    if earlier is not None:
        return earlier
    _count(session, person, "post", POSTS_MOST, POSTS_PER)
    item = items.post(session, person, draft, form_key=form_key)
    subscriptions.start(session, item, person, Because.POSTED)
    return votes.cast(session, item, person)


def comment(session: Session, item: Item, person: Person, words: str, *, official: bool = False) -> Comment:
    """Raises Refused, NotAllowed, Invalid, and TooMany for a person who said much; maintainers may."""
    people.keep(session, person)
    _count(session, person, "comment", COMMENTS_MOST, COMMENTS_PER)
    return comments.post(session, item, person, words, official=official)


def edit(session: Session, item: Item, person: Person, title: str, body: str, details: dict[str, str]) -> None:
    """Raises Invalid, and TooMany for a person who edited often; maintainers may."""
    _count(session, person, "edit", EDITS_MOST, EDITS_PER)
    items.edit(session, item, person, title, body, details)


def edit_comment(session: Session, comment: Comment, person: Person, words: str) -> None:
    """Raises NotAllowed, Invalid, and TooMany for a person who edited often; maintainers may."""
    _count(session, person, "edit", EDITS_MOST, EDITS_PER)
    comments.edit(session, comment, person, words)


def _count(session: Session, person: Person, act: str, most: int, per: timedelta) -> None:
    if not policy.is_maintainer(person):
        limits.spend(session, f"{act}:{person.key}", most=most, per=per)


def vote(session: Session, item: Item, person: Person) -> Item:
    """The item that carries the vote. Raises Refused, NotAllowed, TooMany."""
    people.keep(session, person)
    root = votes.cast(session, item, person)
    _count_vote(session, person)
    return root


def withdraw_vote(session: Session, item: Item, person: Person) -> Item:
    """The item that carried the vote; it stays a case of theirs. Raises Refused, NotAllowed, TooMany."""
    subscriptions.outlast_votes(session, item, person)
    root = votes.withdraw(session, item, person)
    _count_vote(session, person)
    return root


def _count_vote(session: Session, person: Person) -> None:
    """After the item was locked, as `ballots` does, or two would wait for each other."""
    limits.spend(session, vote_limit(person.key), most=VOTES_MOST, per=VOTES_PER)


def vote_limit(person_id: int) -> str:
    return f"vote:{person_id}"
