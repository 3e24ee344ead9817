"""The database: engines, sessions, types of columns. Besides it, only the search and the doctor know which one it is.

A request's whole work runs in one thread and one transaction (`Database.run`). SQLite has one reading and one writing
thread in a process: writers queue in order instead of sleeping in SQLite's busy back-off, and share commits.
"""

from app.db.columns import Html, Word, index_of_given
from app.db.database import Database, Done, Silent, Unheard
from app.db.engines import PATIENCE, TooOldSqlite, make_engine, sqlite_module
from app.db.restoring import continue_numbering, put, taking_back
from app.db.statements import (
    DIGITS_MOST,
    finds_pairs,
    insert_each_new,
    insert_new,
    most,
    not_a_way_in,
    now,
    read,
    row_id,
    run,
    store,
    store_each,
    taking_locks,
    upsert,
)

__all__ = [
    "DIGITS_MOST", "PATIENCE", "Database", "Done", "Html", "Silent", "TooOldSqlite", "Unheard", "Word",
    "continue_numbering", "finds_pairs", "index_of_given", "insert_each_new", "insert_new", "make_engine", "most",
    "not_a_way_in", "now", "put", "read", "row_id", "run", "sqlite_module", "store", "store_each", "taking_back",
    "taking_locks", "upsert",
]  # fmt: skip
