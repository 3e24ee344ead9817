"""The commands of Daylight: `python -m app serve`, and so on."""

import argparse
import logging.config
import os
from collections.abc import Callable

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from app import db, first_run, logs, samples, schema, serving, tables, work  # noqa: F401 - loads every table
from app.config import settings
from app.db import Database, TooOldSqlite
from app.refusals import Refusal
from app.words import _


def main() -> None:
    arguments = parser().parse_args()
    try:
        logging.config.dictConfig(logs.configuration())
        arguments.run(arguments)
    except (Refusal, TooOldSqlite) as trouble:
        raise SystemExit(str(trouble)) from None
    except ValidationError as trouble:
        wrong = (f"DAYLIGHT_{str(error['loc'][0]).upper()}: {error['msg']}" for error in trouble.errors())
        raise SystemExit("\n".join(wrong)) from None
    except DBAPIError as trouble:
        words = _("The database cannot be used: %s") % str(trouble.orig).strip()
        raise SystemExit(words + "\n" + _("“python -m app doctor” says more.")) from None


def parser() -> argparse.ArgumentParser:
    sentence = "Daylight, a public feature-request and voting board."
    root = argparse.ArgumentParser(prog="python -m app", description=sentence)
    commands = root.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Callable[[argparse.Namespace], None], sentence: str) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=sentence, description=sentence)
        found.set_defaults(run=run)
        return found

    to_serve = command("serve", serve, "Bring the database up to date and serve the board.")
    to_serve.add_argument("--host", default="127.0.0.1", help="address to listen on")
    to_serve.add_argument("--port", type=int, default=8000, help="port to listen on")
    to_serve.add_argument("--workers", type=int, default=1, help="number of processes")
    to_migrate = command("migrate", migrate, "Bring the database up to date.")
    to_migrate.add_argument("--to", default="head", metavar="REVISION", help="bring it to this revision instead")
    to_migrate.add_argument("--back", action="store_true", help="even if it drops what only a newer schema holds")
    command("work", background_work, "Do the background work, beside processes that serve.")
    to_sample = command("sample", sample, "Fill an empty board with sample items, or remove them.")
    to_sample.add_argument("--remove", action="store_true", help="remove the samples and everything about them")
    return root


def serve(arguments: argparse.Namespace) -> None:
    host, port = arguments.host, arguments.port
    if not settings().base_url:
        os.environ.setdefault("DAYLIGHT_SERVED_AT", f"http://{shown_host(host)}:{port}")
        settings.cache_clear()
    database = prepared_database()
    with database.session() as session:
        link = first_run.owner_link(session, settings().effective_base_url)
    database.close()
    print(f"Daylight: {settings().effective_base_url}", flush=True)
    if link:
        print(f"Owner link: {link}", flush=True)
    serving.serve(host, port, arguments.workers)


def shown_host(host: str) -> str:
    """The address to type into a browser for what the server listens on."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not listened on
        return "localhost"
    return f"[{host}]" if ":" in host else host


def migrate(arguments: argparse.Namespace) -> None:
    prepared_database(arguments.to, back=arguments.back).close()


def background_work(_arguments: argparse.Namespace) -> None:
    work.until_stopped(prepared_database())


def sample(arguments: argparse.Namespace) -> None:
    database = prepared_database()
    try:
        with database.session() as session:
            samples.remove(session) if arguments.remove else samples.fill(session)
    finally:
        database.close()


def prepared_database(revision: str = "head", *, back: bool = False) -> Database:
    """The configured database with its schema brought to a revision."""
    settings().data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(db.make_engine(settings().effective_database_url))
    schema.migrate(database, revision, back=back)
    if revision == "head":
        with database.session() as session:
            first_run.prepare(session)
    return database


if __name__ == "__main__":
    main()
