"""The pulse of an instance: what waits, what is stuck, how much there is."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, SQLModel, col, select

from app import outbox
from app.comments import Comment
from app.items import Item
from app.people import Person
from app.votes import Vote

MEANINGS = {
    "items": "Items on all boards",
    "items_waiting": "Items that wait for an answer",
    "votes": "Votes",
    "comments": "Comments",
    "people": "People with an account",
    "mails_waiting": "Mails that have not left yet",
    "mails_given_up": "Mails that were given up",
}


class Pulse(NamedTuple):
    items: int
    items_waiting: int
    votes: int
    comments: int
    people: int
    mails_waiting: int
    mails_given_up: int


def take(session: Session) -> Pulse:
    def count(table: type[SQLModel], *conditions: ColumnElement[bool]) -> int:
        return session.exec(select(func.count()).select_from(table).where(*conditions)).one()

    mails = outbox.queue(session)
    return Pulse(
        items=count(Item),
        items_waiting=count(Item, col(Item.waiting_since).is_not(None)),
        votes=count(Vote),
        comments=count(Comment),
        people=count(Person, col(Person.deleted_at).is_(None)),
        mails_waiting=mails.waiting,
        mails_given_up=mails.given_up,
    )
