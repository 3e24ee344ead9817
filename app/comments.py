"""Comments: what people say under an item. One that a maintainer marks is an official answer."""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Field, Session, SQLModel, Text, col, select

from app import db, edits, events, hiding, items, policy, status_changes, subscriptions, text
from app.events import Happened
from app.items import Item
from app.people import Person
from app.refusals import NotFound, Refused
from app.subscriptions import Because
from app.words import _

SAID_TWICE = timedelta(minutes=5)


class Comment(SQLModel, table=True):
    __table_args__ = (db.index_of_given("hidden_by_id"),)

    id: int | None = Field(default=None, primary_key=True)
    item_number: int = Field(foreign_key="item.number", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    at: datetime
    body: str = Field(sa_type=Text)
    html: str = Field(sa_type=db.Html)
    is_official: bool = False
    edited_at: datetime | None = None
    hidden_at: datetime | None = None
    hidden_by_id: int | None = Field(default=None, foreign_key="person.id")
    hidden_because: str = Field(default="", max_length=1000)

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    def may_be_edited_by(self, person: Person | None) -> bool:
        return person is not None and self.person_id == person.id and not self.is_hidden

    def may_be_made_official_by(self, person: Person | None) -> bool:
        return policy.is_maintainer(person) and self.may_be_edited_by(person) and not self.is_official

    def may_be_hidden_by(self, person: Person | None) -> bool:
        """An official answer stays: a history once public is corrected, not hidden."""
        return policy.may_hide(person) and not self.is_official and not self.is_hidden


def find(session: Session, id_: int, item: Item) -> Comment:
    """A comment of this item. Raises NotFound."""
    comment = session.get(Comment, id_)
    if comment is None or comment.item_number != item.number:
        raise NotFound(_("There is no such comment."))
    return comment


def post(
    session: Session, item: Item, person: Person, words: str, *, official: bool = False, at: datetime | None = None
) -> Comment:
    """Say something under an item; the reporter's words may answer our question. Raises NotAllowed, Invalid, Refused.

    The same words again within five minutes, before anything else has happened, are a form that was sent twice: the
    comment that is there is returned, as the official answer if the second form says so.
    """
    policy.need(policy.may_take_part(person, item) and (not official or policy.is_maintainer(person)))
    if official:
        policy.need_name(person)
    words = _checked(words)
    at = at or db.now()
    (item,) = items.lock(session, item.number)
    comment = _said_before(session, item, person, words, at) or _say(session, item, person, words, at)
    if official:
        mark_official(session, comment, person, at=at)
    return comment


def _say(session: Session, item: Item, person: Person, words: str, at: datetime) -> Comment:
    comment = Comment(item_number=item.number, person_id=person.key, at=at, body=words, html=text.to_html(words))
    session.add(comment)
    session.flush()
    item.changed_at = at
    recount(session, item)
    events.note(session, Happened.COMMENTED, item.number, person.key, at, comment_id=comment.id)
    subscriptions.start(session, item, person, Because.COMMENTED, at=at)
    status_changes.hear(session, item, person, at)
    return comment


def _said_before(session: Session, item: Item, person: Person, words: str, at: datetime) -> Comment | None:
    """The comment that has these words already, if it is the last thing that has happened here."""
    theirs = select(Comment).where(Comment.item_number == item.number, Comment.person_id == person.id)
    since = theirs.where(col(Comment.at) >= item.changed_at).order_by(col(Comment.id).desc())
    latest = session.exec(since).first()
    return latest if latest and latest.body == words and at - latest.at <= SAID_TWICE else None


def _checked(words: str) -> str:
    check = text.Checks()
    words = check.words("body", words, label=_("Comment"), most=text.WORDS_MOST)
    check.done()
    return words


def mark_official(session: Session, comment: Comment, person: Person, *, at: datetime | None = None) -> None:
    """Make a maintainer's own comment the official answer. Raises NotAllowed, Refused."""
    policy.need(policy.is_maintainer(person) and comment.person_id == person.id)
    policy.need_name(person)
    item = _locked(session, comment)
    if comment.is_hidden:
        raise Refused(_("A hidden comment cannot be the answer."))
    if comment.is_official:
        return
    comment.is_official = True
    session.add(comment)
    if item.answered_at is None or item.answered_at <= comment.at:
        items.answered(session, item, person, comment.body, comment.at)
    events.note(session, Happened.ANSWERED, item.number, person.key, at or db.now(), comment_id=comment.id)


def edit(session: Session, comment: Comment, person: Person, words: str) -> None:
    """Change one's own words; the earlier ones are kept. Raises NotAllowed, Invalid."""
    policy.need(comment.may_be_edited_by(person))
    words = _checked(words)
    item = _locked(session, comment)
    if words == comment.body:
        return
    at = db.now()
    edits.keep(session, edits.Subject.COMMENT, comment.id or 0, person.key, {"body": comment.body}, at)
    comment.body, comment.html, comment.edited_at = words, text.to_html(words), at
    if comment.is_official and item.answered_at == comment.at:
        item.answer = text.excerpt(words, items.ANSWER_MOST)
    session.add_all([comment, item])


def hide(session: Session, comment: Comment, person: Person, because: str, *, at: datetime | None = None) -> None:
    """Put a comment out of sight and say in public why.

    Raises NotAllowed, Invalid, and Refused for an official answer: a history once public stays.
    """
    policy.need(policy.may_hide(person))
    item = _locked(session, comment)
    if comment.is_official:
        raise Refused(_("An official answer cannot be hidden, only corrected."))
    comment.hidden_because = hiding.reason(because)
    comment.hidden_at, comment.hidden_by_id = at or db.now(), person.id
    _shown_or_not(session, item, comment)


def show(session: Session, comment: Comment, person: Person) -> None:
    """Bring a hidden comment back. Raises NotAllowed."""
    policy.need(policy.may_hide(person))
    item = _locked(session, comment)
    comment.hidden_at, comment.hidden_by_id, comment.hidden_because = None, None, ""
    _shown_or_not(session, item, comment)


def _locked(session: Session, comment: Comment) -> Item:
    """The item, which is locked before its comments are, and the comment as others have left it meanwhile."""
    (item,) = items.lock(session, comment.item_number)
    session.refresh(comment)
    return item


def _shown_or_not(session: Session, item: Item, comment: Comment) -> None:
    session.add(comment)
    session.flush()
    recount(session, item)


def recount(session: Session, item: Item) -> None:
    item.comment_count = session.exec(
        select(func.count()).where(Comment.item_number == item.number, col(Comment.hidden_at).is_(None))
    ).one()
    session.add(item)
