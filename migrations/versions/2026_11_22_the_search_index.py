"""the search index

Written by hand: no model describes it. `app.search` says what its columns hold.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import Session

from app import search

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CREATE = {
    "sqlite": """
        CREATE VIRTUAL TABLE search_index USING fts5(
            title, body, content='', contentless_delete=1, tokenize='ascii', prefix='3'
        );
        INSERT INTO search_index (search_index, rank) VALUES ('rank', 'bm25(5.0, 1.0)');
        CREATE VIRTUAL TABLE search_words USING fts5vocab(search_index, row)
    """,
    "postgresql": """
        CREATE TABLE search_title (number integer CONSTRAINT pk_search_title PRIMARY KEY, words tsvector NOT NULL);
        CREATE INDEX ix_search_title_words ON search_title USING gin (words);
        CREATE TABLE search_whole (number integer CONSTRAINT pk_search_whole PRIMARY KEY, words tsvector NOT NULL);
        CREATE INDEX ix_search_whole_words ON search_whole USING gin (words)
    """,
}
DROP = {
    "sqlite": "DROP TABLE search_words; DROP TABLE search_index",
    "postgresql": "DROP TABLE search_title; DROP TABLE search_whole",
}


def upgrade() -> None:
    execute(CREATE)
    index_what_is_there()


def downgrade() -> None:
    execute(DROP)


def execute(statements: dict[str, str]) -> None:
    for statement in statements[op.get_bind().dialect.name].split(";"):
        op.execute(statement)


def index_what_is_there() -> None:
    item = sa.table("item", sa.column("number"), sa.column("title"), sa.column("body"), sa.column("details", sa.JSON))
    with Session(op.get_bind()) as session:
        for some in session.execute(sa.select(item)).partitions(1_000):
            bodies = ("\n".join([row.body, *row.details.values()]) for row in some)
            search.index_all(session, ((row.number, row.title, body) for row, body in zip(some, bodies, strict=True)))
        session.commit()
