"""What everybody reads: the board, the roadmap, the changelog and how the team keeps its word."""

from collections.abc import Callable, Collection, Hashable
from functools import partial
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from markupsafe import escape
from sqlmodel import Session

from app import changelog, db, listing, openness, policy, roadmap, rota, samples, votes
from app.listing import Row, View
from app.people import Person
from app.web import kit, narrowing, pages
from app.web.kit import Db, Viewer
from app.web.route import area as new_area
from app.web.sharing import Usual

area = new_area()


@area.get("/")
def board(request: Request, session: Db, viewer: Viewer) -> Response:
    view = View.asked(request.query_params)
    boards, tags = narrowing.choices(request, session, viewer, view)
    audience, today, is_owner = kit.audience(request, session, viewer), db.now().date(), policy.is_owner(viewer)
    page = kit.recalled_list(request, ("page", audience, view), lambda: listing.page(session, viewer, view))

    is_empty = not page.rows and kit.recalled(request, "may fill", lambda: samples.may_fill(session))
    about = {"boards": boards, "tags": tags, "is_empty": is_empty, "is_owner": is_owner}
    row = _drawing(request, session, viewer, page.rows)("items/_row.html", several_boards=len(boards) > 1)

    def around() -> dict[str, Any]:
        return {
            **about, "view": view.start, "shows_samples": is_owner and samples.are_here(session),
            "answering": kit.recalled(request, ("answering", today), lambda: rota.named(session, today)),
        }  # fmt: skip

    of_list = (audience, view, is_owner) if viewer else None
    of_page = (audience, view.start, today, is_owner, is_empty) if viewer or not view.query else None
    shown = {**about, "view": view, "page": page}
    listed = partial(pages.shared, request, "reading/_list.html", of_list, lambda: shown, row=row)
    return pages.shared_page(
        request, "reading/board.html", of_page, around,
        list=listed, path=lambda: escape(view.path), quoted_path=lambda: quote(view.path),
    )  # fmt: skip


@area.get("/roadmap")
def show_roadmap(request: Request, session: Db, viewer: Viewer) -> Response:
    audience = kit.audience(request, session, viewer)
    stations = kit.recalled_list(request, ("roadmap", audience), lambda: roadmap.stations(session, viewer))
    rows = [row for station in stations for row in station.rows]
    draw = _drawing(request, session, viewer, rows)
    may_move = policy.is_maintainer(viewer)
    return pages.shared_page(
        request, "reading/roadmap.html", audience, lambda: {"stations": stations},
        card=draw("reading/_card.html", may_move=may_move), vote=draw("items/_vote.html"),
    )  # fmt: skip


def _drawing(request: Request, session: Session, viewer: Person | None, rows: list[Row]) -> Callable[..., Usual]:
    """For a template, what draws a row of a list for this reader, with the button that shows whether they voted."""
    numbers = tuple(row.number for row in rows)
    voted: Collection[int] = ()
    if viewer is not None:
        key = "votes", viewer.key, numbers
        voted = kit.recalled(request, key, lambda: votes.of(session, viewer, list(numbers)))

    def drawing(template: str, **facts: Hashable) -> Usual:
        draw = partial(pages.drawing(request), template, viewer=viewer is not None, **facts)
        return Usual(
            fill=lambda row: draw(item=row, voted=(row.number,) if row.number in voted else ()),
            differs=lambda row: row.number in voted,
        )

    return drawing


@area.get("/changelog")
def show_changelog(request: Request, session: Db, viewer: Viewer, after: str = "") -> Response:
    page = changelog.page(session, viewer, after)
    return pages.page(request, "reading/changelog.html", page=page, is_first=not after)


@area.get("/openness")
def show_openness(request: Request, session: Db, viewer: Viewer) -> Response:
    return pages.page(request, "reading/openness.html", openness=openness.of(session, viewer, db.now()))
