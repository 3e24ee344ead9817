"""The commands of Daylight: `python -m app serve`, and so on."""

import argparse
import os
from collections.abc import Callable

import uvicorn

from app import db, first_run, samples, schema, tables, work  # noqa: F401 - loads every table
from app.config import settings
from app.db import Database
from app.refusals import Refusal


def main() -> None:
    arguments = parser().parse_args()
    arguments.run(arguments)


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python -m app", description="Daylight, a public feature-request and voting board.")
    commands = root.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Callable[[argparse.Namespace], None], sentence: str) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=sentence, description=sentence)
        found.set_defaults(run=run)
        return found

    to_serve = command("serve", serve, "Bring the database up to date and serve the board.")
    to_serve.add_argument("--host", default="127.0.0.1", help="address to listen on")
    to_serve.add_argument("--port", type=int, default=8000, help="port to listen on")
    to_serve.add_argument("--workers", type=int, default=1, help="number of processes")
    command("migrate", migrate, "Bring the database up to date.").add_argument("--to", default="head", help="revision")
    command("work", background_work, "Do the background work, beside processes that serve.")
    to_sample = command("sample", sample, "Fill an empty board with sample items, or remove them.")
    to_sample.add_argument("--remove", action="store_true", help="remove the samples and everything about them")
    return root


def serve(arguments: argparse.Namespace) -> None:
    host, port = arguments.host, arguments.port
    if not settings().base_url:
        shown = f"[{host}]" if ":" in host else host
        os.environ.setdefault("DAYLIGHT_SERVED_AT", f"http://{'localhost' if host in {'0.0.0.0', '::'} else shown}:{port}")
        settings.cache_clear()
    database = prepared_database()
    with database.session() as session:
        link = first_run.owner_link(session, settings().effective_base_url)
    database.close()
    print(f"Daylight: {settings().effective_base_url}", flush=True)  # noqa: T201 - the console is where a host looks
    if link:
        print(f"Owner link: {link}", flush=True)  # noqa: T201
    uvicorn.run(
        "app.main:create_app", factory=True, host=host, port=port, workers=arguments.workers, log_level="warning",
        proxy_headers=True, forwarded_allow_ips=settings().trusted_proxies, server_header=False,
    )  # fmt: skip


def migrate(arguments: argparse.Namespace) -> None:
    prepared_database(arguments.to).close()


def background_work(_arguments: argparse.Namespace) -> None:
    work.until_stopped(prepared_database())


def sample(arguments: argparse.Namespace) -> None:
    database = prepared_database()
    try:
        with database.session() as session:
            samples.remove(session) if arguments.remove else samples.fill(session)
    except Refusal as refusal:
        raise SystemExit(refusal.words) from None
    finally:
        database.close()


def prepared_database(revision: str = "head") -> Database:
    """The configured database with its schema brought to a revision."""
    settings().data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(db.make_engine(settings().effective_database_url))
    schema.migrate(database, revision)
    if revision == "head":
        with database.session() as session:
            first_run.prepare(session)
    return database


if __name__ == "__main__":
    main()
