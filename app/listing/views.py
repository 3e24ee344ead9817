"""A view of the board: what a reader asked to see, as the address says it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, TypeVar
from urllib.parse import quote_plus

from sqlmodel import col

from app import search
from app.items import Item
from app.statuses import Kind, Status
from app.words import N_, _

Word = TypeVar("Word", bound=StrEnum)


QUOTED_MOST = 500  # values of addresses: nearly all are of the few words that a view is chosen by
AFTER_MOST = 80  # characters: more than say where any page ended


class Sort(StrEnum):
    """The orders of the list. The best match is one only where words are searched for; there it is the usual one."""

    TRENDING = "trending"
    NEW = "new"
    VOTES = "votes"
    ANSWERED = "answered"
    WAITING = "waiting"
    BEST = "best"

    @property
    def label(self) -> str:
        return _(SORT_LABELS[self])

    @property
    def heading(self) -> str:
        return _(SORT_HEADINGS[self])

    @property
    def column(self) -> Any:
        return col(SORT_COLUMNS[self])

    @property
    def rises(self) -> bool:
        """Whether the smallest value, the earliest moment, comes first."""
        return self is Sort.WAITING


SORT_LABELS = {
    Sort.TRENDING: N_("Trending"),
    Sort.NEW: N_("New"),
    Sort.VOTES: N_("Most votes"),
    Sort.ANSWERED: N_("Answered"),
    Sort.WAITING: N_("Waiting"),
    Sort.BEST: N_("Best match"),
}
SORT_HEADINGS = {
    Sort.TRENDING: N_("Trending items"),
    Sort.NEW: N_("New items"),
    Sort.VOTES: N_("Most wanted"),
    Sort.ANSWERED: N_("Recently answered"),
    Sort.WAITING: N_("Waiting the longest"),
    Sort.BEST: N_("Best match"),
}
SORT_COLUMNS: dict[Sort, Any] = {
    Sort.TRENDING: Item.trend,
    Sort.NEW: Item.posted_at,
    Sort.VOTES: Item.support,
    Sort.ANSWERED: Item.answered_at,
    Sort.WAITING: Item.waiting_since,
}


@dataclass(frozen=True)
class View:
    """What a reader asked to see. Every view is an address, and each has one form."""

    sort: Sort = Sort.TRENDING
    board: str = ""
    kind: Kind | None = None
    status: Status | None = None
    tag: str = ""
    query: str = ""
    after: str = ""

    @classmethod
    def asked(cls, parameters: Mapping[str, str]) -> "View":
        """The view that these parameters of an address mean; words that mean nothing are passed over."""
        query = " ".join(parameters.get("q", "").replace("\0", " ").split())[: search.QUERY_MOST]
        usual = usual_sort(query)
        sort = _word(Sort, parameters.get("sort")) or usual
        return cls(
            sort=usual if sort is Sort.BEST else sort,
            board=parameters.get("board", ""),
            kind=_word(Kind, parameters.get("kind")),
            status=_word(Status, parameters.get("status")),
            tag=parameters.get("tag", ""),
            query=query,
            after=parameters.get("after", "")[:AFTER_MOST],
        )

    @property
    def parameters(self) -> dict[str, str]:
        """What differs from the usual view, in one order."""
        sort = "" if self.sort is usual_sort(self.query) else self.sort
        given = {"sort": sort, "board": self.board, "kind": self.kind, "status": self.status, "tag": self.tag,
                 "q": self.query, "after": self.after}  # fmt: skip
        return {name: str(value) for name, value in given.items() if value}

    @property
    def kept_in_search(self) -> tuple[tuple[str, str], ...]:
        """What stays when other words are searched for."""
        return tuple(self.but(query="").parameters.items())

    @cached_property
    def path(self) -> str:
        given = "&".join(f"{name}={_quoted(value)}" for name, value in self.parameters.items())
        return f"/?{given}" if given else "/"

    @property
    def heading(self) -> str:
        return _("Search for “%(words)s”") % {"words": self.query} if self.query else self.sort.heading

    def feed_path(self, form: str) -> str:
        return f"/feed.{form}{self.path.removeprefix('/')}"

    @property
    def streams(self) -> list["View"]:
        """The orders of this view in which what is new comes first: to follow what is asked, and what is answered."""
        return [self.but(sort=Sort.NEW), self.but(sort=Sort.ANSWERED)]

    @cached_property
    def start(self) -> "View":
        """Its first page."""
        return self.but()

    def but(self, **changes: Any) -> "View":
        """The first page of this view with something changed."""
        return replace(self, **{"after": "", **changes})

    @property
    def sorts(self) -> list[Sort]:
        """The orders that this view can be in."""
        by_column = list(SORT_COLUMNS)
        return [Sort.BEST, *by_column] if self.query else by_column

    @property
    def narrowed_by(self) -> frozenset[str]:
        """The names of what was chosen among all items, apart from words."""
        return frozenset(name for name in ("board", "kind", "status", "tag") if getattr(self, name))

    @property
    def is_filtered(self) -> bool:
        return bool(self.narrowed_by)


_quoted = lru_cache(QUOTED_MOST)(quote_plus)


def usual_sort(query: str) -> Sort:
    return Sort.BEST if query else Sort.TRENDING


def _word(words: type[Word], value: str | None) -> Word | None:
    try:
        return words(value) if value else None
    except ValueError:
        return None
