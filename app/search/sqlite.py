"""The search index on SQLite: a full-text table (FTS5), which ranks by bm25.

Its tokenizer parts words at spaces; `search_words` counts the items of each word.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import (
    FromClause,
    Integer,
    String,
    bindparam,
    column,
    delete,
    literal_column,
    select,
    table,
    text,
)
from sqlmodel import Session

from app.search.words import TELLING_MOST, Asked, Part, Row

_INDEX = table("search_index", column("rowid", Integer), column("rank"))
_WORDS = table("search_words", column("term", String), column("doc", Integer))


def write(session: Session, rows: Sequence[Row]) -> None:
    statement = text("INSERT OR REPLACE INTO search_index (rowid, title, body) VALUES (:number, :title, :body)")
    session.execute(
        statement,
        [{"number": row.number, "title": " ".join(row.title), "body": " ".join(row.body)} for row in rows],
    )


def remove(session: Session, numbers: Collection[int]) -> None:
    statement = delete(_INDEX).where(_INDEX.c.rowid == bindparam("removed"))
    session.execute(statement, [{"removed": number} for number in numbers])


def all_of(asked: Sequence[Asked], part: Part) -> str:
    query = " AND ".join(_quoted(word) + "*" * is_beginning for word, is_beginning in asked)
    return f"title : ({query})" if part is Part.TITLE else query


def with_all(_part: Part) -> FromClause:
    return with_any()


def any_of(words: Sequence[str]) -> str:
    return " OR ".join(_quoted(word) for word in words)


def with_any() -> FromClause:
    found = select(_INDEX.c.rowid.label("number"), _INDEX.c.rank)
    return found.where(literal_column("search_index").op("MATCH")(bindparam("words"))).subquery()


def telling(session: Session, words: Sequence[str]) -> list[str]:
    """Those of the words that stand in some items, but not in so many that they tell nothing."""
    is_telling = _WORDS.c.doc <= TELLING_MOST
    return list(session.scalars(select(_WORDS.c.term).where(_WORDS.c.term.in_(words), is_telling)))


def prepare(_session: Session) -> None:
    """It plans each search as it comes."""


def _quoted(word: str) -> str:
    return f'"{word}"'
