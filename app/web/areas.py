"""All routes of the product, area by area."""

import re
from collections.abc import Iterable

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from app.web import (
    account,
    answering,
    api,
    attached_files,
    commenting,
    crawlers,
    embed_code,
    embedding,
    feeds,
    health,
    importing,
    item_page,
    live,
    look,
    moderating,
    my_tokens,
    participation,
    posting,
    private_cases,
    profile,
    reading,
    settings_boards,
    settings_mail,
    settings_pages,
    settings_people,
    settings_products,
    settings_rota,
    settings_tags,
    settings_webhooks,
    signing_in,
    triage,
    unsubscribing,
    welcome,
)

ALL = [
    reading.area,
    item_page.area,
    participation.voting,
    participation.area,
    posting.area,
    posting.with_files,
    embedding.area,
    *api.AREAS,
    commenting.area,
    commenting.with_files,
    account.area,
    answering.area,
    answering.with_files,
    attached_files.area,
    attached_files.forms,
    crawlers.area,
    embed_code.area,
    feeds.area,
    health.area,
    importing.area,
    importing.files,
    live.area,
    look.area,
    moderating.area,
    private_cases.area,
    my_tokens.area,
    profile.area,
    settings_boards.area,
    settings_mail.area,
    settings_pages.area,
    settings_people.area,
    settings_rota.area,
    settings_products.area,
    settings_tags.area,
    settings_webhooks.area,
    signing_in.area,
    triage.area,
    unsubscribing.area,
    welcome.area,
]

FIRST_WORD = re.compile("/([a-z]*)")


class Directory(BaseRoute):
    """The routes by the first word and the length of their path: to try them all would cost more than most pages."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self.routes = list(routes)
        self.shelves: dict[tuple[str, int], list[BaseRoute]] = {}
        for route in self.routes:
            self.shelves.setdefault(_shelf(route.path), []).append(route)  # type: ignore[attr-defined]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first route that takes path and method, or else one that takes the path, in the scope as `route`."""
        partial: tuple[Match, Scope] = (Match.NONE, {})
        for route in self.shelves.get(_shelf(scope["path"].removeprefix(scope.get("root_path", ""))), ()):
            found = route.matches(scope)
            if found[0] is Match.FULL:
                return found
            if partial[0] is Match.NONE:
                partial = found
        return partial

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = scope["route"]
        takes = route.app if scope["method"] in route.methods else route.handle  # which refuses other methods
        await takes(scope, receive, send)


def _shelf(path: str) -> tuple[str, int]:
    word = FIRST_WORD.match(path)
    return word[1] if word else "", path.count("/")


def directory() -> Directory:
    return Directory(route for area in ALL for route in area.routes)
