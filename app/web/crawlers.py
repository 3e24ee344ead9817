"""What search engines and link previews ask for."""

from fastapi import Request, Response

from app import site, sitemap
from app.config import settings
from app.refusals import NotFound
from app.web import kit, pages
from app.web.kit import Db, ItemInPath, Viewer
from app.web.route import area as new_area
from app.words import ngettext
from app.words import number as shown

CLOSED = ("/cases/", "/mail/", "/me", "/settings", "/sign-in", "/triage", "/welcome/")
HOUR = {"Cache-Control": "public, max-age=3600"}

area = new_area()


@area.get("/robots.txt")
def robots(session: Db) -> Response:
    if site.the(session).is_indexed:
        closed = [f"Disallow: {path}" for path in CLOSED]
        lines = ["User-agent: *", *closed, "", f"Sitemap: {settings().effective_base_url}/sitemap.xml"]
    else:
        lines = ["User-agent: *", "Disallow: /"]
    return Response("\n".join(lines) + "\n", media_type="text/plain")


@area.get("/sitemap.xml")
def whole_sitemap(request: Request, session: Db) -> Response:
    """All addresses, or where there are too many for one file, the files."""
    need_indexed(session)
    count = sitemap.page_count(session)
    if count > 1:
        return xml(request, "crawlers/sitemaps.xml", pages=count)
    return xml(request, "crawlers/sitemap.xml", entries=sitemap.page(session, 1), is_first=True)


@area.get("/sitemap-{page}.xml")
def part_of_sitemap(request: Request, session: Db, page: int) -> Response:
    need_indexed(session)
    if not 1 <= page <= sitemap.page_count(session):
        raise NotFound
    return xml(request, "crawlers/sitemap.xml", entries=sitemap.page(session, page), is_first=page == 1)


@area.get("/card.png")
def card_of_board(session: Db) -> Response:
    from app import cards  # noqa: PLC0415 - with a library that is loaded when a picture is drawn

    return Response(cards.drawn(site.the(session).name), media_type="image/png", headers=HOUR)


@area.get("/items/{number:int}/card.png")
def card_of_item(session: Db, item: ItemInPath, viewer: Viewer) -> Response:
    if item.is_hidden:
        raise NotFound
    from app import cards  # noqa: PLC0415 - the same

    votes = ngettext("%s vote", "%s votes", item.vote_count) % shown(item.vote_count)
    card = cards.drawn(site.the(session).name, item.title, item.status, (item.status_label, votes))
    return Response(card, media_type="image/png", headers=HOUR if viewer is None else kit.FOR_NOBODY_ELSE)


def need_indexed(session: Db) -> None:
    """Raise NotFound unless the owner lets the board be found."""
    if not site.the(session).is_indexed:
        raise NotFound


def xml(request: Request, template: str, **context: object) -> Response:
    return Response(pages.render(request, template, **context), media_type="application/xml")
