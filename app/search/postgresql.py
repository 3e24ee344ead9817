"""The search index on PostgreSQL: text-search vectors, made of our words as they are, in a table for each part.

Its ranking does not know that a rare word tells more than a common one; `with_any` adds that.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import (
    ColumnElement,
    Double,
    FromClause,
    Integer,
    String,
    bindparam,
    cast,
    column,
    delete,
    func,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, REAL, TSQUERY, TSVECTOR, insert
from sqlmodel import Session

from app.search.words import TELLING_MOST, Asked, Part, Row

_TABLES = {part: table(f"search_{part}", column("number", Integer), column("words", TSVECTOR)) for part in Part}
_WEIGHTS = cast([0.5, 0.5, 0.5, 1.0], ARRAY(REAL))  # of the marks D (the body), C, B and A (the title)


def write(session: Session, rows: Sequence[Row]) -> None:
    for part, into in _TABLES.items():
        statement = insert(into)
        rewrite = statement.on_conflict_do_update(index_elements=["number"], set_={"words": statement.excluded.words})
        session.execute(rewrite, [{"number": row.number, "words": _vector(row, part)} for row in rows])


def remove(session: Session, numbers: Collection[int]) -> None:
    for of_part in _TABLES.values():
        statement = delete(of_part).where(of_part.c.number == bindparam("removed"))
        session.execute(statement, [{"removed": number} for number in numbers])


def prepare(session: Session) -> None:
    """Have each search planned for its own words: one plan for all reads whole tables for rare ones."""
    session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


def all_of(asked: Sequence[Asked], _part: Part) -> str:
    return " & ".join(_quoted(word) + ":*" * is_beginning for word, is_beginning in asked)


def with_all(part: Part) -> FromClause:
    within, query = _TABLES[part], cast(bindparam("words"), TSQUERY)
    return select(within.c.number, (-_likeness(within, query)).label("rank")).where(_holds(within, query)).subquery()


def any_of(words: Sequence[str]) -> list[str]:
    return [_quoted(word) for word in words]


def with_any() -> FromClause:
    """Ranked by the sum over the words of likeness times the logarithm of how rare the word is."""
    within = _TABLES[Part.WHOLE]
    word = func.unnest(cast(bindparam("words"), ARRAY(String))).column_valued("word")
    query = cast(word, TSQUERY)
    holders = func.count().over(partition_by=word)
    hits = select(within.c.number, _likeness(within, query).label("likeness"), holders.label("holders"))
    hit = hits.where(_holds(within, query)).cte("hit")
    rarity = func.ln(_highest_number() / cast(hit.c.holders, Double))
    return select(hit.c.number, (-func.sum(hit.c.likeness * rarity)).label("rank")).group_by(hit.c.number).subquery()


def telling(session: Session, words: Sequence[str]) -> list[str]:
    """The words without those that stand in so many items that they tell nothing, by the server's own statistics."""
    statement = text(
        "SELECT common.word FROM pg_stats"
        " CROSS JOIN unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common (word, share)"
        " WHERE schemaname = current_schema() AND tablename = 'search_whole' AND attname = 'words'"
        " AND common.word = ANY(:words) AND common.share * (SELECT max(number) FROM search_whole) > :most"
    )
    common = session.scalars(statement, {"words": list(words), "most": TELLING_MOST})
    return sorted(set(words) - set(common))


def _vector(row: Row, part: Part) -> str:
    marked = [(word, "A") for word in row.title]
    if part is Part.WHOLE:
        marked += [(word, "D") for word in row.body]
    places = defaultdict(list)
    for place, (word, mark) in enumerate(marked, 1):
        places[word].append(f"{place}{mark}")
    return " ".join(f"{_quoted(word)}:{','.join(at)}" for word, at in places.items())


def _likeness(within: FromClause, query: ColumnElement[str]) -> ColumnElement[float]:
    return func.ts_rank(_WEIGHTS, within.c.words, query)


def _holds(within: FromClause, query: ColumnElement[str]) -> ColumnElement[bool]:
    return within.c.words.bool_op("@@")(query)


def _highest_number() -> ColumnElement[int]:
    """About how many items there are; counting them would take longer."""
    return select(func.max(_TABLES[Part.WHOLE].c.number)).scalar_subquery()


def _quoted(word: str) -> str:
    return f"'{word}'"
