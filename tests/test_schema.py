"""The schema and the program: which may work with which, and who changes it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

import pytest
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from app import db, first_run, schema
from app.boards import Board
from app.db import Database
from app.refusals import Refused
from app.site import Site
from tests.fixtures.database import ONLY_POSTGRESQL, ONLY_SQLITE, Databases

NEWEST, BEFORE = schema.revisions()[-1], schema.revisions()[-2]


@pytest.fixture
def database_at(databases: Databases) -> Iterator[Callable[[], Database]]:
    """The same empty database, opened as often as it is called, as several processes do."""
    url = databases.empty()
    opened: list[Database] = []

    def another() -> Database:
        opened.append(Database(db.make_engine(url)))
        return opened[-1]

    yield another
    for database in opened:
        database.close()


def stamp(database: Database, revision: str) -> None:
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def too_old(database: Database) -> bool:
    with database.engine.connect() as connection:
        return schema.is_too_old(connection)


def test_a_schema_made_by_a_newer_daylight_is_refused_and_left_alone(database_to_alter: Database) -> None:
    stamp(database_to_alter, "9999")
    for need in (schema.migrate, schema.need_current):
        with pytest.raises(Refused, match="newer Daylight"):
            need(database_to_alter)
    with database_to_alter.session() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_a_running_program_serves_a_newer_schema_but_none_that_is_too_old(database_to_alter: Database) -> None:
    assert not too_old(database_to_alter)
    stamp(database_to_alter, "9999")
    assert not too_old(database_to_alter)
    stamp(database_to_alter, BEFORE)
    assert too_old(database_to_alter)


def test_an_empty_database_is_too_old(database_at: Callable[[], Database]) -> None:
    assert too_old(database_at())


def test_an_unknown_revision_is_named_beside_the_known_ones(database_to_alter: Database) -> None:
    with pytest.raises(Refused, match=f"“tomorrow”.*base, .*{NEWEST}"):
        schema.migrate(database_to_alter, "tomorrow")


def test_nobody_goes_back_without_saying_so(database_to_alter: Database) -> None:
    with pytest.raises(Refused, match="--back"):
        schema.migrate(database_to_alter, BEFORE)
    assert schema.is_current(database_to_alter)
    schema.migrate(database_to_alter, BEFORE, back=True)
    assert not schema.is_current(database_to_alter)


def test_several_processes_that_start_at_once_make_one_board(database_at: Callable[[], Database]) -> None:
    def start(database: Database) -> None:
        schema.migrate(database)
        with database.session() as session:
            first_run.prepare(session)

    starting = [database_at() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(start, starting))
    with starting[0].session(writes=False) as session:
        assert session.exec(select(Board.slug)).all() == ["general"]
        assert session.exec(select(Site.id)).all() == [1]
    assert schema.is_current(starting[0])


@ONLY_SQLITE
def test_who_opens_a_new_file_waits_for_another_that_has_just_done_so(databases: Databases) -> None:
    url = databases.empty()
    with closing(db.sqlite_module().connect(make_url(url).database, isolation_level=None)) as another:
        another.execute("begin immediate")
        with ThreadPoolExecutor(1) as threads:
            opening = threads.submit(lambda: db.make_engine(url).connect())
            with pytest.raises(TimeoutError):
                opening.result(0.3)
            another.rollback()
            opening.result().close()


def test_a_change_of_tables_may_not_leave_a_row_that_points_nowhere(database_to_alter: Database) -> None:
    def lose_a_board() -> None:
        with database_to_alter.exclusively() as connection:
            connection.execute(text("UPDATE board SET import_id = 7"))

    with pytest.raises(
        (RuntimeError, IntegrityError), match=r"A row of board points to a row of import|fk_board_import_id"
    ):
        lose_a_board()
    with database_to_alter.session(writes=False) as session:
        assert session.exec(select(Board.import_id)).all() == [None]


@ONLY_POSTGRESQL
def test_a_table_that_is_read_for_long_is_changed_afterwards_and_others_read_it_meanwhile(
    database_to_alter: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As during a backup: whoever waits to change a table lets nobody else read it."""
    tries: list[int] = []
    is_let_go = Event()

    def change(connection: Connection, to: str, *, back: bool) -> None:
        tries.append(len(tries))
        if len(tries) > 1:
            is_let_go.set()
        connection.exec_driver_sql("alter table site alter column name type varchar(300)")

    monkeypatch.setattr(schema, "bring", change)
    with ThreadPoolExecutor(1) as threads:
        with database_to_alter.snapshot() as connection:
            connection.exec_driver_sql("select name from site")
            done = threads.submit(schema.migrate, database_to_alter, "next")
            assert is_let_go.wait(60), "it has never tried again"
        done.result()
