"""Finding items: by the words of a query, or by their likeness to a title. The same on SQLite and on PostgreSQL.

An item is indexed in its own transaction. How a text is cut into words is ours (`words`); how the words are kept,
matched and ranked is the database's (`sqlite`, `postgresql`).
"""

import re
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, select
from sqlmodel import Session

from app import db
from app.search import postgresql, sqlite, words
from app.search.words import Asked, Part, Row

QUERY_MOST = 200
FOUND_MOST = 500
RANKED_MOST = 1_000
WRITTEN_AT_ONCE = 1_000
SIMILAR_LEAST = 3
SHAPES_MOST = 200
_NUMBER = re.compile(r"#?([0-9]{1,9})")


class Engine(Hashable, Protocol):
    """What differs between the databases. Matches have a `number` and a `rank`, the lower the better.

    They are those of the parameter `words`: what `all_of` or `any_of` says.
    """

    def write(self, session: Session, rows: Sequence[Row]) -> None: ...
    def remove(self, session: Session, numbers: Collection[int]) -> None: ...
    def all_of(self, asked: Sequence[Asked], part: Part) -> Any: ...
    def with_all(self, part: Part) -> FromClause: ...
    def any_of(self, words: Sequence[str]) -> Any: ...
    def with_any(self) -> FromClause: ...
    def telling(self, session: Session, words: Sequence[str]) -> list[str]: ...
    def prepare(self, session: Session) -> None: ...


_ENGINES: dict[str, Engine] = {"sqlite": sqlite, "postgresql": postgresql}


def index(session: Session, number: int, title: str, body: str) -> None:
    """Write or rewrite the row of an item."""
    index_all(session, [(number, title, body)])


def index_all(session: Session, items: Iterable[tuple[int, str, str]]) -> None:
    """Write or rewrite the rows of items, each given by its number, title and body."""
    left = iter(items)
    while some := list(islice(left, WRITTEN_AT_ONCE)):
        rows = [Row(number, words.of(title), words.of(body)) for number, title, body in some]
        _engine(session).write(session, rows)


def remove(session: Session, numbers: Collection[int]) -> None:
    if numbers:
        _engine(session).remove(session, numbers)


def find(
    session: Session, query: str, among: Select[Any], most: int = FOUND_MOST, values: Mapping[str, Any] | None = None
) -> list[int]:
    """The numbers of the items that a query finds, best first; any string is a query.

    `among` selects the numbers of the items that may be found, with `values` for its parameters. First comes the item
    whose number was asked for, then those with all the words in their title, then those with all the words anywhere; if
    these are none, any word does.
    """
    query, values = query[:QUERY_MOST], values or {}
    found = dict.fromkeys(_numbered(session, query, among, values))
    for part in Part:
        if len(found) < most:
            found |= dict.fromkeys(_with_all(session, query, part, among, most, values))
    return list(found)[:most] or _with_any(session, query, among, most, values)


def similar(
    session: Session, title: str, among: Select[Any], most: int = 5, values: Mapping[str, Any] | None = None
) -> list[int]:
    """The numbers of the items most like a title, best first, from its third character on.

    Where no word is both finished and telling, the items come that have all the words in their title.
    """
    title, values = title.strip()[:QUERY_MOST], values or {}
    if len(title) < SIMILAR_LEAST:
        return []
    found = dict.fromkeys(_with_any(session, title, among, most, values))
    if len(found) < most:
        found |= dict.fromkeys(_with_all(session, title, Part.TITLE, among, most, values))
    return list(found)[:most]


def _numbered(session: Session, query: str, among: Select[Any], values: Mapping[str, Any]) -> list[int]:
    asked = _NUMBER.fullmatch(query.strip())
    return _run(session, _the_one(among), {**values, "asked": int(asked[1])}) if asked else []


def _with_all(
    session: Session, query: str, part: Part, among: Select[Any], most: int, values: Mapping[str, Any]
) -> list[int]:
    asked = words.asked(query)
    if not asked:
        return []
    engine = _engine(session)
    engine.prepare(session)
    return _run(session, _best_with_all(engine, part, among, most), {**values, "words": engine.all_of(asked, part)})


def _with_any(session: Session, query: str, among: Select[Any], most: int, values: Mapping[str, Any]) -> list[int]:
    engine = _engine(session)
    telling = engine.telling(session, sorted(set(words.of(query))))
    if not telling:
        return []
    engine.prepare(session)
    return _run(session, _best_with_any(engine, among, most), {**values, "words": engine.any_of(telling)})


def _run(session: Session, statement: Select[Any], values: Mapping[str, Any]) -> list[int]:
    return [number for number, *_rank in db.run(session, statement, values)]


@lru_cache(SHAPES_MOST)
def _the_one(among: Select[Any]) -> Select[Any]:
    return among.where(_number_of(among) == bindparam("asked"))


@lru_cache(SHAPES_MOST)
def _best_with_all(engine: Engine, part: Part, among: Select[Any], most: int) -> Select[Any]:
    """Ranks the newest matches only: a common word has more of them than can be ranked while somebody types.

    Put together once for each shape of what may be found, because that takes longer than most searches.
    """
    matches = _among(among, engine.with_all(part))
    newest = matches.order_by(matches.selected_columns.number.desc()).limit(db.most(RANKED_MOST)).subquery()
    return select(newest.c.number).order_by(newest.c.rank, newest.c.number.desc()).limit(db.most(most))


@lru_cache(SHAPES_MOST)
def _best_with_any(engine: Engine, among: Select[Any], most: int) -> Select[Any]:
    matches = _among(among, engine.with_any())
    return matches.order_by(matches.selected_columns.rank).limit(db.most(most))


def _among(among: Select[Any], matches: FromClause) -> Select[Any]:
    """Those of the matches that may be found."""
    return select(matches).where(among.where(_number_of(among) == matches.c.number).exists())


def _number_of(among: Select[Any]) -> ColumnElement[int]:
    (number,) = among.selected_columns
    return number


def _engine(session: Session) -> Engine:
    return _ENGINES[session.get_bind().dialect.name]
