"""What everybody reads: the board and the roadmap."""

from collections.abc import Iterable
from typing import NamedTuple

from fastapi import Request, Response

from app import boards, listing, policy, roadmap, samples, votes
from app.boards import Board
from app.listing import View
from app.refusals import NotFound
from app.tags import Tag
from app.web import kit
from app.web.kit import Db, Viewer
from app.web.route import area as new_area
from app.words import _

area = new_area()


class Named(NamedTuple):
    """A board or a tag that the list can be narrowed to."""

    slug: str
    name: str


@area.get("/")
def board(request: Request, session: Db, viewer: Viewer) -> Response:
    view = View.asked(request.query_params)
    audience = kit.audience(request, session, viewer)
    offered = kit.recalled(request, ("boards", audience), lambda: named(boards.offered_to(session, viewer)))
    tags = kit.recalled(request, ("tags", audience), lambda: named(listing.tags_in_use(session, viewer)))
    need_known(view.board, offered)
    need_known(view.tag, tags)
    page = kit.recalled(request, ("page", audience, view), lambda: listing.page(session, viewer, view))
    return kit.page(
        request, "reading/board.html", view=view, boards=offered, tags=tags, page=page,
        voted=votes.of(session, viewer, [row.number for row in page.rows]),
        is_empty=not page.rows and samples.may_fill(session),
        shows_samples=policy.is_owner(viewer) and samples.are_here(session),
    )  # fmt: skip


@area.get("/roadmap")
def show_roadmap(request: Request, session: Db, viewer: Viewer) -> Response:
    audience = kit.audience(request, session, viewer)
    stations = kit.recalled(request, ("roadmap", audience), lambda: roadmap.stations(session, viewer))
    numbers = [row.number for station in stations for row in station.rows]
    voted = votes.of(session, viewer, numbers)
    return kit.page(request, "reading/roadmap.html", stations=stations, voted=voted)


def named(choices: Iterable[Board | Tag]) -> tuple[Named, ...]:
    return tuple(Named(each.slug, each.name) for each in choices)


def need_known(slug: str, known: Iterable[Named]) -> None:
    """Raise NotFound for the name of a board or tag that is absent, or that this person may not know of."""
    if slug and slug not in {each.slug for each in known}:
        raise NotFound(_("There is nothing at this address."))
