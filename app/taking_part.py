"""Taking part, through whichever door, a page or the API: what people do often is counted, so that nobody floods."""

from datetime import timedelta

from sqlmodel import Session

from app import comments, items, limits, policy, subscriptions, votes
from app.comments import Comment
from app.items import Draft, Item
from app.people import Person
from app.subscriptions import Because

POSTS_MOST, POSTS_PER = 10, timedelta(hours=1)
COMMENTS_MOST, COMMENTS_PER = 20, timedelta(minutes=10)
VOTES_MOST, VOTES_PER = 60, timedelta(minutes=1)


def post(session: Session, person: Person, draft: Draft, *, form_key: str | None = None) -> Item:
    """Post an item with its author's vote; with the same key again it is the item that is there.

    Raises Invalid, and TooMany for a person who posted often; maintainers may.
    """
    earlier = items.posted_before(session, person, form_key) if form_key else None
    if earlier is not None:
        return earlier
    if not policy.is_maintainer(person):
        limits.spend(session, f"post:{person.key}", most=POSTS_MOST, per=POSTS_PER)
    item = items.post(session, person, draft, form_key=form_key)
    subscriptions.start(session, item, person, Because.POSTED)
    return votes.cast(session, item, person)


def comment(session: Session, item: Item, person: Person, words: str, *, official: bool = False) -> Comment:
    """Raises NotAllowed, Invalid, and TooMany for a person who said much; maintainers may."""
    if not policy.is_maintainer(person):
        limits.spend(session, f"comment:{person.key}", most=COMMENTS_MOST, per=COMMENTS_PER)
    return comments.post(session, item, person, words, official=official)


def vote(session: Session, item: Item, person: Person) -> Item:
    """The item that carries the vote. Raises NotAllowed, TooMany."""
    root = votes.cast(session, item, person)
    _count_vote(session, person)
    return root


def withdraw_vote(session: Session, item: Item, person: Person) -> Item:
    """The item that carried the vote. Raises NotAllowed, TooMany."""
    root = votes.withdraw(session, item, person)
    _count_vote(session, person)
    return root


def _count_vote(session: Session, person: Person) -> None:
    """After the item was locked, as `ballots` does, or two would wait for each other."""
    limits.spend(session, vote_limit(person.key), most=VOTES_MOST, per=VOTES_PER)


def vote_limit(person_id: int) -> str:
    return f"vote:{person_id}"
