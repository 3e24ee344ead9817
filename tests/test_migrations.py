"""The schema: made by migrations alone, equal to the models, and able to go back and forth with rows in it."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Table, func, inspect, update
from sqlmodel import Session, SQLModel, select

from app import db, first_run, people, schema
from app.db import Database
from app.items import Item
from app.people import Person, Role
from app.statuses import Status
from tests import factories
from tests.fixtures.content import fill
from tests.fixtures.database import Databases

TABLES = dict(SQLModel.metadata.tables)
SCRIPTS = ScriptDirectory.from_config(schema.alembic_config())
NEWEST_FIRST = [*(script.revision for script in SCRIPTS.walk_revisions()), "base"]


def test_the_revisions_are_known_in_their_order_without_alembic() -> None:
    assert [*schema.revisions()[::-1], "base"] == NEWEST_FIRST


@pytest.fixture
def empty_database(databases: Databases) -> Iterator[Database]:
    database = Database(db.make_engine(databases.empty()))
    yield database
    database.close()


def rows(database: Database) -> dict[str, int]:
    """How many rows each table has that is there."""
    there = set(inspect(database.engine).get_table_names())
    with database.session(writes=False) as session:
        return {name: count(session, table) for name, table in TABLES.items() if name in there}


def count(session: Session, table: Table) -> int:
    return session.scalars(select(func.count()).select_from(table)).one()


def checks(database: Database) -> set[tuple[str, str | None, str]]:
    """Table, name and condition of every check in the database."""
    found = inspect(database.engine).get_multi_check_constraints(filter_names=list(TABLES))
    return {(str(table), check["name"], check["sqltext"]) for (_, table), all_ in found.items() for check in all_}


def test_an_empty_database_is_brought_to_what_the_models_say(empty_database: Database) -> None:
    schema.migrate(empty_database)
    with empty_database.engine.connect() as connection:
        options = {"compare_type": True, "include_name": schema.is_ours}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), SQLModel.metadata) == []


def partial_indexes(database: Database) -> set[tuple[str, str | None, str]]:
    """Table and name of every index of some rows, and which."""
    found = inspect(database.engine).get_multi_indexes(filter_names=list(TABLES))
    wheres = f"{database.engine.dialect.name}_where"
    return {
        (str(table), index["name"], str(index["dialect_options"][wheres]))
        for (_, table), all_ in found.items() for index in all_ if wheres in index.get("dialect_options", {})
    }  # fmt: skip


def test_the_tables_keep_the_same_rules_as_the_models(own_database: Database, empty_database: Database) -> None:
    """Autogeneration compares neither checks nor which rows an index holds, so the models make a database as well."""
    SQLModel.metadata.create_all(empty_database.engine)
    assert checks(own_database) == checks(empty_database)
    assert partial_indexes(own_database) == partial_indexes(empty_database)
    assert {index for _table, index, _where in partial_indexes(own_database)} >= {"ix_item_merged_into"}


def test_what_points_to_a_row_that_goes_is_found_in_an_index(own_database: Database) -> None:
    """Else to take an import back looks at all rows of a table for each person that came with it."""
    looked_through = [
        (name, key["constrained_columns"])
        for name in TABLES
        for key in inspect(own_database.engine).get_foreign_keys(name)
        if not any(columns[:1] == key["constrained_columns"] for columns in ways_in(own_database, name))
    ]
    assert looked_through == []


def ways_in(database: Database, table: str) -> list[list[str | None]]:
    """The columns of each index and key of a table."""
    about = inspect(database.engine)
    keys = [about.get_pk_constraint(table)["constrained_columns"]]
    keys += [unique["column_names"] for unique in about.get_unique_constraints(table)]
    return [*keys, *(index["column_names"] for index in about.get_indexes(table))]


def test_each_migration_goes_down_and_up_with_rows_in_it(empty_database: Database) -> None:
    schema.migrate(empty_database)
    with empty_database.session() as session:
        fill(session)
    assert [name for name, number in rows(empty_database).items() if not number] == []

    for newer, older in pairwise(NEWEST_FIRST):
        at_newer = rows(empty_database)
        schema.migrate(empty_database, older, back=True)
        at_older = rows(empty_database)
        assert at_older == {name: at_newer[name] for name in at_older}, f"{newer} loses rows on its way down"
        schema.migrate(empty_database, newer)
        up_again = rows(empty_database)
        assert {name: up_again[name] for name in at_older} == at_older, f"{newer} loses rows on its way up"
        schema.migrate(empty_database, older, back=True)

    schema.migrate(empty_database)
    assert sorted(rows(empty_database)) == sorted(TABLES)


def test_what_a_mail_server_said_of_those_who_left_is_forgotten(empty_database: Database) -> None:
    schema.migrate(empty_database, "0030")
    with empty_database.session() as session:
        for name in ("Here", "Gone"):
            people.note_bounce(session, factories.person(session, name), "550 there is nobody of this name")
        session.execute(update(Person).where(Person.name == "Gone").values(deleted_at=db.now()))
    schema.migrate(empty_database)
    with empty_database.session(writes=False) as session:
        here, gone = session.scalars(select(Person).order_by(Person.id))
        assert (here.bounced_at is not None, here.bounced_because) == (True, "550 there is nobody of this name")
        assert (gone.bounced_at, gone.bounced_because) == (None, "")


def test_imported_votes_that_were_merged_before_are_counted(empty_database: Database) -> None:
    schema.migrate(empty_database)
    with empty_database.session() as session:
        first_run.prepare(session)
        by = factories.person(session, role=Role.OWNER)
        twin, item, alone = (factories.item(session, by) for _ in range(3))
        for each, count in ((twin, 30), (item, 4), (alone, 500)):
            factories.imported(session, each, count)
        factories.move(session, twin, by, Status.DUPLICATE, duplicate_of=str(item.number))
    for to, supports in (("0035", [31, 5, 501]), ("head", [31, 35, 501])):
        schema.migrate(empty_database, to, back=to == "0035")
        with empty_database.session(writes=False) as session:
            assert session.exec(select(Item.support).order_by(Item.number)).all() == supports


def test_migrating_twice_changes_nothing(empty_database: Database) -> None:
    schema.migrate(empty_database)
    with empty_database.session() as session:
        fill(session)
    before = rows(empty_database)
    schema.migrate(empty_database)
    assert rows(empty_database) == before
    assert schema.is_current(empty_database)
