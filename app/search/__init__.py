"""Finding items: by the words of a query, or by their likeness to a title. The same on SQLite and on PostgreSQL.

An item is indexed in its own transaction. How a text is cut into words is ours (`words`); how the words are kept,
matched and ranked is the database's (`sqlite`, `postgresql`).
"""

import re
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

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


class Scope(NamedTuple):
    """What may be found: a select of the numbers of items, and the values of its parameters.

    Where it is known that all of them are among few, `few` selects these: each match is looked for there first.
    """

    among: Select[Any]
    values: Mapping[str, Any] = MappingProxyType({})
    few: Select[Any] | None = None


def find(session: Session, query: str, scope: Scope, most: int = FOUND_MOST) -> list[int]:
    """The numbers of the items that a query finds, best first; any string is a query.

    First comes the item whose number was asked for, then those with all the words in their title, then those with all
    the words anywhere; if these are none, any word does.
    """
    query = query[:QUERY_MOST]
    found = dict.fromkeys(_numbered(session, query, scope))
    for part in Part:
        if len(found) < most:
            found |= dict.fromkeys(_with_all(session, query, part, scope, most))
    return list(found)[:most] or _with_any(session, query, scope, most)


def similar(session: Session, title: str, scope: Scope, most: int = 5) -> list[int]:
    """The numbers of the items most like a title, best first, from its third character on.

    Where no word is both finished and telling, the items come that have all the words in their title.
    """
    title = title.strip()[:QUERY_MOST]
    if len(title) < SIMILAR_LEAST:
        return []
    found = dict.fromkeys(_with_any(session, title, scope, most))
    if len(found) < most:
        found |= dict.fromkeys(_with_all(session, title, Part.TITLE, scope, most))
    return list(found)[:most]


def _numbered(session: Session, query: str, scope: Scope) -> list[int]:
    asked = _NUMBER.fullmatch(query.strip())
    return _run(session, _the_one(scope.among), {**scope.values, "asked": int(asked[1])}) if asked else []


def _with_all(session: Session, query: str, part: Part, scope: Scope, most: int) -> list[int]:
    asked = words.asked(query)
    if not asked:
        return []
    engine = _engine(session)
    engine.prepare(session)
    statement = _best_with_all(engine, part, scope.among, scope.few, most)
    return _run(session, statement, {**scope.values, "words": engine.all_of(asked, part)})


def _with_any(session: Session, query: str, scope: Scope, most: int) -> list[int]:
    engine = _engine(session)
    telling = engine.telling(session, sorted(set(words.of(query))))
    if not telling:
        return []
    engine.prepare(session)
    statement = _best_with_any(engine, scope.among, scope.few, most)
    return _run(session, statement, {**scope.values, "words": engine.any_of(telling)})


def _run(session: Session, statement: Select[Any], values: Mapping[str, Any]) -> list[int]:
    return [number for number, *_rank in db.run(session, statement, values)]


@lru_cache(SHAPES_MOST)
def _the_one(among: Select[Any]) -> Select[Any]:
    return among.where(_number_of(among) == bindparam("asked"))


@lru_cache(SHAPES_MOST)
def _best_with_all(engine: Engine, part: Part, among: Select[Any], few: Select[Any] | None, most: int) -> Select[Any]:
    """Ranks the newest matches only: a common word has more of them than can be ranked while somebody types.

    Put together once for each shape of what may be found, because that takes longer than most searches.
    """
    matches = _among(among, few, engine.with_all(part))
    newest = matches.order_by(matches.selected_columns.number.desc()).limit(db.most(RANKED_MOST)).subquery()
    return select(newest.c.number).order_by(newest.c.rank, newest.c.number.desc()).limit(db.most(most))


@lru_cache(SHAPES_MOST)
def _best_with_any(engine: Engine, among: Select[Any], few: Select[Any] | None, most: int) -> Select[Any]:
    matches = _among(among, few, engine.with_any())
    rank, number = matches.selected_columns.rank, matches.selected_columns.number
    return matches.order_by(rank, number.desc()).limit(db.most(most))


def _among(among: Select[Any], few: Select[Any] | None, matches: FromClause) -> Select[Any]:
    """Those of the matches that may be found."""
    found = select(matches).where(among.where(_number_of(among) == matches.c.number).exists())
    return found if few is None else found.where(db.not_a_way_in(matches.c.number).in_(few))


def _number_of(among: Select[Any]) -> ColumnElement[int]:
    (number,) = among.selected_columns
    return number


def _engine(session: Session) -> Engine:
    return _ENGINES[session.get_bind().dialect.name]
