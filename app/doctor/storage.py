"""The database: whether it answers, keeps what it is given, and has the tables that this program needs."""

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import DBAPIError

from app import db, outbox, schema
from app.config import settings
from app.db import Database
from app.doctor import machine
from app.doctor.findings import Finding, fail, ok, warn
from app.words import _, number, span

OLDEST_POSTGRESQL = 150_000
LATE = timedelta(minutes=15)
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@contextmanager
def _opened() -> Iterator[Database | None]:
    """The configured database, or None where no file is yet: the doctor makes nothing."""
    if machine.uses_sqlite() and not os.path.exists(_file()):  # noqa: PTH110 - Path raises where it may not look
        yield None
        return
    with closing(Database(db.make_engine(settings().effective_database_url))) as database:
        yield database


def _file() -> Path:
    return Path(make_url(settings().effective_database_url).database or "").absolute()


def database() -> Iterator[Finding]:
    with _opened() as opened:
        if opened is None:
            if machine.is_usable():
                yield _nothing_there()
            return
        try:
            connection = opened.engine.connect()
        except DBAPIError as trouble:
            words = _("The database does not answer: %s") % str(trouble.orig).partition("\n")[0]
            remedy = _("Start it, or correct DAYLIGHT_DATABASE_URL.")
            yield fail(words, machine.rights(_file()) if machine.uses_sqlite() else remedy)
            return
        with connection:
            yield from (_sqlite if machine.uses_sqlite() else _postgresql)(connection)
            yield _schema(connection)
            connection.rollback()
        yield _takes_writes(opened)


def _sqlite(connection: Connection) -> Iterator[Finding]:
    journal, synchronous = (
        connection.exec_driver_sql(f"pragma {name}").scalar() for name in ("journal_mode", "synchronous")
    )
    if (journal, synchronous) == ("wal", 2):
        yield ok(_("SQLite keeps what it has taken through a power failure (WAL, synchronous FULL)."))
    else:
        words = _("SQLite works with journal %(journal)s and synchronous %(synchronous)s, so a crash can lose votes.")
        remedy = _("Put the data folder on a file system that allows shared memory.")
        yield fail(words % {"journal": journal, "synchronous": synchronous}, remedy)
    if (damage := connection.exec_driver_sql("pragma quick_check(1)").scalar()) != "ok":
        yield fail(_("The database file is damaged: %s") % damage, _("Stop Daylight and restore a backup."))


def _postgresql(connection: Connection) -> Iterator[Finding]:
    def shown(name: str) -> str:
        return str(connection.exec_driver_sql(f"show {name}").scalar_one())

    if int(shown("server_version_num")) < OLDEST_POSTGRESQL:
        yield fail(_("PostgreSQL %s is too old.") % shown("server_version"), _("Use version 15 or newer."))
    else:
        yield ok(_("PostgreSQL %s.") % shown("server_version"))
    for name, wanted in DURABLE.items():
        if shown(name) != wanted:
            words = _("PostgreSQL runs with %(name)s = %(value)s, so a crash can lose votes.")
            yield fail(words % {"name": name, "value": shown(name)}, _("Set %(name)s = on.") % {"name": name})
    if shown("server_encoding") != "UTF8":
        yield fail(_("The database is not encoded in UTF-8."), _("Make a new one: createdb --encoding UTF8 …"))
    ahead = connection.exec_driver_sql("select extract(epoch from clock_timestamp())").scalar_one()
    yield from machine.skew(float(ahead) - time.time(), _("the database server"))


def _schema(connection: Connection) -> Finding:
    revision = schema.revision(connection)
    if revision is None:
        return _nothing_there()
    if revision not in schema.revisions():
        words = _("The database was made by a newer Daylight (revision %s).") % revision
        return fail(words, _("Install that version, or restore a backup."))
    if schema.is_too_old(connection):
        words = _("The tables are those of an older Daylight (revision %s).") % revision
        return fail(words, _("Make a backup, then run “python -m app migrate”, or just start “serve”."))
    return ok(_("The tables are those that this program needs (revision %s).") % revision)


def _nothing_there() -> Finding:
    return warn(_("The database is empty."), _("“python -m app serve” fills it on its first start."))


def _takes_writes(opened: Database) -> Finding:
    """Tried with a real table, which is rolled back: a temporary one is written even where nothing else can be."""
    try:
        with opened.session() as session:
            session.connection().exec_driver_sql("create table daylight_doctor (one integer)")
            session.rollback()
    except DBAPIError as trouble:
        words = _("The database cannot be written: %s") % str(trouble.orig).partition("\n")[0]
        remedy = _("Look for a full disk, a standby server, or missing rights: grant create on schema public.")
        if machine.uses_sqlite():
            remedy = _("Look for a lock that another program holds.") + " " + machine.rights(_file())
        return fail(words, remedy)
    return ok(_("The database can be written."))


def backlog() -> Iterator[Finding]:
    """Mails that do not leave. Without the tables there is nothing to say: `database` has said it."""
    with _opened() as opened:
        if opened is None or not _is_ready(opened):
            return
        with opened.session(writes=False) as session:
            mails = outbox.queue(session)
    waits = db.now() - mails.waiting_since if mails.waiting_since else timedelta()
    if waits > LATE:
        words = _("Mails wait to leave: %(count)s, for up to %(span)s.")
        remedy = _("See below whether the mail server answers, and let “serve” or “work” run.")
        yield warn(words % {"count": number(mails.waiting), "span": span(waits)}, remedy)
    else:
        yield ok(_("Mails that wait to leave: %s.") % number(mails.waiting))
    if mails.given_up:
        words = _("Mails that were given up in the last weeks: %s.") % number(mails.given_up)
        yield warn(words, _("The log says why each could not be delivered."))


def _is_ready(opened: Database) -> bool:
    try:
        return schema.is_current(opened)
    except DBAPIError:
        return False
