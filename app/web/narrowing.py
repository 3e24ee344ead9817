"""What a list of items can be narrowed to, as far as the viewer may know of it."""

from collections.abc import Iterable
from typing import NamedTuple

from fastapi import Request
from sqlmodel import Session

from app import boards, listing
from app.boards import Board
from app.listing import View
from app.people import Person
from app.refusals import NotFound
from app.tags import Tag
from app.web import kit


class Named(NamedTuple):
    """A board or a tag."""

    slug: str
    name: str


class Choices(NamedTuple):
    boards: tuple[Named, ...]
    tags: tuple[Named, ...]


def choices(request: Request, session: Session, viewer: Person | None, view: View) -> Choices:
    """Raises NotFound for a view of a board or tag that is absent, or that this person may not know of."""
    audience = kit.audience(request, session, viewer)
    offered = kit.recalled(request, ("boards", audience), lambda: _named(boards.offered_to(session, viewer)))
    tags = kit.recalled(request, ("tags", audience), lambda: _named(listing.tags_in_use(session, viewer)))
    _need_known(view.board, offered)
    _need_known(view.tag, tags)
    return Choices(offered, tags)


def _named(found: Iterable[Board | Tag]) -> tuple[Named, ...]:
    return tuple(Named(each.slug, each.name) for each in found)


def _need_known(slug: str, known: Iterable[Named]) -> None:
    if slug and slug not in {each.slug for each in known}:
        raise NotFound
