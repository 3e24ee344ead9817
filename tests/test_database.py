"""Transactions of requests, while others hold what they want or change the tables under them."""

import asyncio
from threading import Event

import pytest
from sqlalchemy import text
from sqlalchemy.exc import NotSupportedError
from sqlmodel import Session

from app import db, site
from app.db import Database
from app.db.engines import POSTGRESQL_THREADS
from app.web.refusal_pages import STORAGE_TROUBLE
from tests.fixtures.database import ONLY_POSTGRESQL


def name(session: Session) -> str:
    return session.connection().execute(text("select name from site")).scalar_one()  # type: ignore[no-any-return]


def names_by_two_connections(database: Database) -> list[str]:
    with database.session(writes=False) as one, database.session(writes=False) as other:
        return [name(one), name(other)]


def test_reading_goes_on_while_all_who_may_write_wait(own_database: Database) -> None:
    """As they do for a row that somebody else has locked."""
    is_let_go = Event()
    waiting = [own_database.write(lambda _session: is_let_go.wait(60)) for _each in range(2 * POSTGRESQL_THREADS)]
    assert asyncio.run(own_database.run(lambda session: site.the(session).id, writes=False)) == 1
    is_let_go.set()
    assert all(each.result() for each in waiting)


@ONLY_POSTGRESQL
def test_a_column_that_changed_its_type_under_a_running_program_is_read_the_next_time(
    own_database: Database, database_url: str
) -> None:
    """What was asked for often is planned, with the types it had; all connections know such plans, and all must go."""
    for _often in range(10):
        assert names_by_two_connections(own_database) == ["Our board", "Our board"]
    newer = Database(db.make_engine(database_url))
    with newer.exclusively() as connection:
        connection.exec_driver_sql("alter table site alter column name type varchar(300)")
    newer.close()
    with pytest.raises(NotSupportedError) as trouble, own_database.session(writes=False) as session:
        name(session)
    assert isinstance(trouble.value, STORAGE_TROUBLE)
    assert names_by_two_connections(own_database) == ["Our board", "Our board"]
