"""Feeds, as Atom and as JSON Feed. Cookies are passed over: everybody reads what a visitor may read."""

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response

from app import feeds, sight, site
from app.config import settings
from app.feeds import Entry, Feed
from app.items import Item
from app.lettering import NO_XML
from app.listing import Sort, View
from app.refusals import NotFound
from app.site import Site
from app.statuses import Kind
from app.web import narrowing, pages
from app.web.kit import Db
from app.web.route import area as new_area
from app.words import _, locale

area = new_area()


class Form(StrEnum):
    ATOM = "atom"
    JSON = "json"


@dataclass(frozen=True)
class Channel:
    """What stands around the entries: its title, the page that shows the same, and where it is, without its form."""

    title: str
    page: str
    path: str
    feed: Feed
    parameters: dict[str, str]

    @property
    def name(self) -> str:
        """What its id is made of; all pages of it, in either form, are one feed."""
        return f"{self.path}?{urlencode(self.parameters)}"

    def address(self, form: Form, **more: str) -> str:
        parameters = {**self.parameters, **more}
        return f"{_base()}{self.path}.{form}" + (f"?{urlencode(parameters)}" if parameters else "")

    def next(self, form: Form) -> str:
        return self.address(form, after=self.feed.after) if self.feed.after else ""


async def _public_item(session: Db, number: int) -> Item:
    """An item that everybody may read; a hidden one is absent here."""
    item = sight.find(session, number, None)
    if item.is_hidden:
        raise NotFound(_("There is no item with this number."))
    return item


PublicItem = Annotated[Item, Depends(_public_item)]


@area.get("/feed.{form}")
def feed_of_view(request: Request, session: Db, form: Form) -> Response:
    """The view of the board that the same parameters show; where they name no order, the newest come first."""
    view = View.asked(request.query_params)
    if "sort" not in request.query_params:
        view = replace(view, sort=Sort.NEW)
    boards, tags = narrowing.choices(request, session, None, view)
    chosen = [each.name for each in boards if each.slug == view.board]
    chosen += [view.kind.plural] if view.kind else []
    chosen += [view.status.label(view.kind or Kind.IDEA)] if view.status else []
    chosen += [each.name for each in tags if each.slug == view.tag]
    title = " · ".join([view.heading, *chosen, site.the(session).name])
    feed = feeds.of_view(session, view)
    return _answer(request, form, Channel(title, view.but().path, "/feed", feed, view.but().parameters))


@area.get("/items/{number:int}/feed.{form}")
def feed_of_item(request: Request, session: Db, form: Form, item: PublicItem, after: str = "") -> Response:
    title = f"{item.title} · {site.the(session).name}"
    return _answer(
        request, form, Channel(title, item.path, f"{item.path}/feed", feeds.of_story(session, item, after), {})
    )


@area.get("/changelog.{form}")
def feed_of_changelog(request: Request, session: Db, form: Form, after: str = "") -> Response:
    title = f"{_('Changelog')} · {site.the(session).name}"
    feed = feeds.of_changelog(session, after)
    return _answer(request, form, Channel(title, "/changelog", "/changelog", feed, {}))


def _answer(request: Request, form: Form, channel: Channel) -> Response:
    the = site.the(request.state.session)
    if form is Form.JSON:
        return Response(json.dumps(_as_json(the, channel), ensure_ascii=False), media_type="application/feed+json")
    around = {"site": the, "channel": channel, "feed": channel.feed, "form": form}
    document = NO_XML.sub("", pages.render(request, "feeds/feed.atom", **around))
    return Response(document, media_type="application/atom+xml; charset=utf-8")


def _as_json(the: Site, channel: Channel) -> dict[str, Any]:
    """JSON Feed 1.1, https://www.jsonfeed.org/version/1.1/."""
    later = channel.next(Form.JSON)
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": _base() + channel.page,
        "feed_url": channel.address(Form.JSON),
        **({"next_url": later} if later else {}),
        "language": locale().language,
        "items": [_entry_as_json(the, entry) for entry in channel.feed.entries],
    }


def _entry_as_json(the: Site, entry: Entry) -> dict[str, Any]:
    return {
        "id": the.feed_id(entry.name),
        "url": _base() + entry.path,
        "title": entry.title,
        "content_html": f'<div dir="auto">{entry.html}</div>',
        "date_published": entry.published_at.isoformat(),
        "date_modified": entry.updated_at.isoformat(),
        "authors": [{"name": entry.author}],
        "tags": list(entry.labels),
    }


def _base() -> str:
    return settings().effective_base_url
