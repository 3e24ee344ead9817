"""What everybody reads: the board and the roadmap."""

from collections.abc import Iterable

from fastapi import Request, Response

from app import boards, listing, roadmap, samples, votes
from app.boards import Board
from app.listing import View
from app.refusals import NotFound
from app.tags import Tag
from app.web import kit
from app.web.kit import Db, Viewer
from app.web.route import area as new_area
from app.words import _

area = new_area()


@area.get("/")
def board(request: Request, session: Db, viewer: Viewer) -> Response:
    view = View.asked(request.query_params)
    offered, tags = boards.offered_to(session, viewer), listing.tags_in_use(session, viewer)
    need_known(view.board, offered)
    need_known(view.tag, tags)
    page = listing.page(session, viewer, view)
    return kit.page(
        request, "reading/board.html", view=view, boards=offered, tags=tags, page=page,
        voted=votes.of(session, viewer, [row.number for row in page.rows]),
        is_empty=not page.rows and samples.may_fill(session),
    )  # fmt: skip


@area.get("/roadmap")
def show_roadmap(request: Request, session: Db, viewer: Viewer) -> Response:
    stations = roadmap.stations(session, viewer)
    numbers = [row.number for station in stations for row in station.rows]
    voted = votes.of(session, viewer, numbers)
    return kit.page(request, "reading/roadmap.html", stations=stations, voted=voted)


def need_known(slug: str, known: Iterable[Board | Tag]) -> None:
    """Raise NotFound for the name of a board or tag that is absent, or that this person may not know of."""
    if slug and slug not in {each.slug for each in known}:
        raise NotFound(_("There is nothing at this address."))
