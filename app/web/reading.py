"""What everybody reads: the board, the roadmap, the changelog and how the team keeps its word."""

from fastapi import Request, Response

from app import changelog, db, listing, openness, policy, roadmap, rota, samples, votes
from app.listing import View
from app.web import kit, narrowing
from app.web.kit import Db, Viewer
from app.web.route import area as new_area

area = new_area()


@area.get("/")
def board(request: Request, session: Db, viewer: Viewer) -> Response:
    view = View.asked(request.query_params)
    boards, tags = narrowing.choices(request, session, viewer, view)
    audience, today = kit.audience(request, session, viewer), db.now().date()
    page = kit.recalled(request, ("page", audience, view), lambda: listing.page(session, viewer, view))
    return kit.page(
        request, "reading/board.html", view=view, boards=boards, tags=tags, page=page,
        voted=votes.of(session, viewer, [row.number for row in page.rows]),
        is_empty=not page.rows and samples.may_fill(session),
        answering=kit.recalled(request, ("answering", today), lambda: rota.named(session, today)),
        shows_samples=policy.is_owner(viewer) and samples.are_here(session),
    )  # fmt: skip


@area.get("/roadmap")
def show_roadmap(request: Request, session: Db, viewer: Viewer) -> Response:
    audience = kit.audience(request, session, viewer)
    stations = kit.recalled(request, ("roadmap", audience), lambda: roadmap.stations(session, viewer))
    numbers = [row.number for station in stations for row in station.rows]
    voted = votes.of(session, viewer, numbers)
    return kit.page(request, "reading/roadmap.html", stations=stations, voted=voted)


@area.get("/changelog")
def show_changelog(request: Request, session: Db, viewer: Viewer, after: str = "") -> Response:
    page = changelog.page(session, viewer, kit.row_id(after))
    return kit.page(request, "reading/changelog.html", page=page, is_first=not after)


@area.get("/openness")
def show_openness(request: Request, session: Db, viewer: Viewer) -> Response:
    return kit.page(request, "reading/openness.html", openness=openness.of(session, viewer, db.now()))
