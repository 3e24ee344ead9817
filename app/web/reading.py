"""What everybody reads: the board, the roadmap, the changelog and how the team keeps its word."""

from collections.abc import Callable, Collection, Hashable
from functools import partial
from typing import Any

from fastapi import Request, Response
from markupsafe import escape
from sqlmodel import Session

from app import changelog, db, listing, openness, policy, roadmap, rota, samples, votes
from app.listing import Row, View
from app.people import Person
from app.web import kit, narrowing, pages
from app.web.kit import Db, Viewer
from app.web.route import area as new_area
from app.web.sharing import Fill

area = new_area()
QUOTED = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "%&+=?"})  # what an address of ours within another has


@area.get("/")
def board(request: Request, session: Db, viewer: Viewer) -> Response:
    view = View.asked(request.query_params)
    boards, tags = narrowing.choices(request, session, viewer, view)
    audience, today, is_owner = kit.audience(request, session, viewer), db.now().date(), policy.is_owner(viewer)
    page = kit.recalled_list(request, ("page", audience, view), lambda: listing.page(session, viewer, view))

    is_empty = not page.rows and kit.recalled(request, "may fill", lambda: samples.may_fill(session))
    found = len(page.rows) if view.query else bool(page.rows)
    list_ = {"is_begun": bool(view.after), "has_more": page.next is not None, "found": found, "is_empty": is_empty}

    def around() -> dict[str, Any]:
        return {
            **list_, "boards": boards, "tags": tags, "is_owner": is_owner, "view": view.start,
            "shows_samples": is_owner and samples.are_here(session),
            "answering": kit.recalled(request, ("answering", today), lambda: rota.named(session, today)),
        }  # fmt: skip

    draw = _drawing(request, session, viewer, page.rows)("items/_rows.html", several_boards=len(boards) > 1)
    key = (audience, view.start, today, is_owner, *list_.values()) if viewer or not view.query else None
    return pages.shared_page(
        request, "reading/board.html", key, around,
        rows=lambda: draw(page.rows), next=lambda: escape(page.next and page.next.path),
        path=lambda: escape(view.path), quoted_path=lambda: view.path.translate(QUOTED),
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
        cards=draw("reading/_cards.html", may_move=may_move), refused=draw("reading/_refused.html"),
    )  # fmt: skip


def _drawing(request: Request, session: Session, viewer: Person | None, rows: list[Row]) -> Callable[..., Fill]:
    """For a template of rows, what draws some of these for this reader, with buttons that show where they voted."""
    numbers = tuple(row.number for row in rows)
    voted: Collection[int] = ()
    if viewer is not None:
        key = "votes", viewer.key, numbers
        voted = kit.recalled(request, key, lambda: votes.of(session, viewer, list(numbers)))

    def drawing(template: str, **facts: Hashable) -> Fill:
        draw = partial(pages.pieces, request, template, {"viewer": viewer is not None, **facts})

        def fill(some: list[Row]) -> bytes:
            own = [row for row in some if row.number in voted]
            drawn = draw(own, voted=True) | draw([row for row in some if row not in own], voted=False)
            return b"\n".join(map(drawn.__getitem__, some))

        return fill

    return drawing


@area.get("/changelog")
def show_changelog(request: Request, session: Db, viewer: Viewer, after: str = "") -> Response:
    page = changelog.page(session, viewer, after)
    return pages.page(request, "reading/changelog.html", page=page, is_first=not after)


@area.get("/openness")
def show_openness(request: Request, session: Db, viewer: Viewer) -> Response:
    audience = kit.audience(request, session, viewer)

    def figures() -> dict[str, Any]:
        return {"openness": openness.of(session, viewer, db.now())}

    return pages.shared_page(request, "reading/openness.html", audience, figures)
