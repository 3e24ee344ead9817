"""The commands of Daylight: `python -m app serve`, and so on."""

import gc

if __name__ in {"__main__", "__mp_main__"}:
    gc.disable()  # to look again and again for garbage among what is being loaded is a tenth of the start

import argparse
import logging.config
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from app import (
    db,
    first_run,
    heap,
    logs,
    schema,
    serving,
    tables,  # noqa: F401 - loads every table
    words,
)
from app.config import settings
from app.db import Database, TooOldSqlite
from app.imports import terminal
from app.refusals import Refusal
from app.words import _

# What only one command needs is loaded by that command, so that a server does not hold it for as long as it runs.
# ruff: noqa: PLC0415

INTERRUPTED = 130  # as a shell says it

Run = Callable[[argparse.Namespace], None]
Command = Callable[[str, Run | None, str], argparse.ArgumentParser]


def main() -> None:
    heap.be_sparing()
    arguments = parser().parse_args()
    try:
        logging.config.dictConfig(logs.configuration())
        if arguments.run is not serve:  # which does so when all is loaded
            gc.enable()
        arguments.run(arguments)
    except (Refusal, TooOldSqlite) as trouble:
        raise SystemExit(str(trouble)) from None
    except ValidationError as trouble:
        wrong = (f"DAYLIGHT_{str(error['loc'][0]).upper()}: {error['msg']}" for error in trouble.errors())
        raise SystemExit("\n".join(wrong)) from None
    except OSError as trouble:
        raise SystemExit(_("This could not be done: %s") % trouble) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except DBAPIError as trouble:
        words = _("The database cannot be used: %s") % str(trouble.orig).strip()
        raise SystemExit(words + "\n" + _("“python -m app doctor” says more.")) from None


def parser() -> argparse.ArgumentParser:
    sentence = "Daylight, a public feature-request and voting board."
    root = argparse.ArgumentParser(prog="python -m app", description=sentence)
    commands = root.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Run | None, sentence: str) -> argparse.ArgumentParser:
        found: argparse.ArgumentParser = commands.add_parser(name, help=sentence, description=sentence)
        found.set_defaults(run=run)
        return found

    add_running(command)
    add_keeping(command)
    to_sample = command("sample", sample, "Fill an empty board with sample items, or remove them.")
    to_sample.add_argument("--remove", action="store_true", help="remove the samples and everything about them")
    to_import = command("import", None, "Bring in the items of another board, list imports, undo one.")
    terminal.add_commands(to_import, prepared_database)
    return root


def add_running(command: Command) -> None:
    to_serve = command("serve", serve, "Bring the database up to date and serve the board.")
    to_serve.add_argument("--host", default="127.0.0.1", help="address to listen on")
    to_serve.add_argument("--port", type=whole(1, 65535), default=8000, help="port to listen on")
    to_serve.add_argument("--workers", type=whole(1, 1000), default=1, help="number of processes")
    to_migrate = command("migrate", migrate, "Bring the database up to date.")
    to_migrate.add_argument("--to", default="head", metavar="REVISION", help="bring it to this revision instead")
    to_migrate.add_argument("--back", action="store_true", help="even if it drops what only a newer schema holds")
    command("work", background_work, "Do the background work, beside processes that serve.")


def whole(least: int, most: int) -> Callable[[str], int]:
    """What reads such a number; the system would take one port that there is not for another."""

    def read(words: str) -> int:
        if not words.isdecimal() or not least <= int(words) <= most:
            raise argparse.ArgumentTypeError(f"write a number from {least} to {most} instead of {words}")
        return int(words)

    return read


def add_keeping(command: Command) -> None:
    to_back_up = command("backup", back_up, "Write everything into one file, while the board is in use.")
    to_back_up.add_argument("file", help="a new file, or a folder in which to name one by the time")
    to_restore = command("restore", restore, "Bring a backup back, into an empty place.")
    to_restore.add_argument("file", type=Path, help="a file that `backup` has written")
    to_export = command("export", export, "Write what the public sees into a table or a JSON file.")
    to_export.add_argument("file", type=Path, help="a new file that ends in .csv or .json")
    to_export.add_argument("--all", action="store_true", help="also boards that are not public, and what is hidden")
    to_export.add_argument("--with-emails", action="store_true", help="also e-mails of reporters and voters")
    to_ask = command("doctor", ask_doctor, "Look at the set-up and say what is wrong with it and what to do.")
    to_ask.add_argument("--url", default="", help="where Daylight runs, to be asked too")
    to_ask.add_argument("--mail-to", default="", metavar="ADDRESS", help="send a mail there to try it")


def serve(arguments: argparse.Namespace) -> None:
    host, port = arguments.host, arguments.port
    serving.need_free(host, port)
    if not settings().base_url:
        os.environ.setdefault("DAYLIGHT_SERVED_AT", f"http://{shown_host(host)}:{port}")
        settings.cache_clear()
    with prepared_database() as database, database.session() as session:
        link = first_run.owner_link(session, settings().effective_base_url)
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
    with prepared_database(arguments.to, back=arguments.back):
        pass


def background_work(_arguments: argparse.Namespace) -> None:
    from app import work

    with prepared_database() as database:
        work.until_stopped(database)


def back_up(arguments: argparse.Namespace) -> None:
    from app import backups

    path = Path(arguments.file)
    if path.is_dir() or arguments.file.endswith("/"):  # a folder that is missing is no name for a file
        path /= f"daylight-{db.now():%Y-%m-%d-%H%M%S}.zip"
    with configured_database() as database:
        made = backups.make(database, path, settings().data_dir)
    size, count = words.number(path.stat().st_size), words.number(sum(made.tables.values()))
    print(_("Backed up: %(file)s, %(count)s rows, %(size)s bytes.") % {"file": path, "count": count, "size": size})


def restore(arguments: argparse.Namespace) -> None:
    from app import backups, outbox

    with configured_database() as database:
        restored = backups.restore(database, arguments.file, settings().data_dir)
        with database.session(writes=False) as session:
            waiting = outbox.queue(session).waiting
    count = words.number(sum(restored.tables.values()))
    print(_("Restored: %(count)s rows, as they were on %(at)s.") % {"count": count, "at": restored.made_at})
    if waiting:
        print(_("Mails that had not left yet will leave as soon as Daylight runs: %s.") % words.number(waiting))


def export(arguments: argparse.Namespace) -> None:
    from app import exports

    choice = exports.Choice(everything=arguments.all, with_emails=arguments.with_emails)
    with configured_database() as database:
        schema.need_current(database)
        count = exports.export(database, arguments.file, choice)
    print(_("Exported: %(file)s, items: %(count)s.") % {"file": arguments.file, "count": words.number(count)})


def ask_doctor(arguments: argparse.Namespace) -> None:
    from app import doctor

    levels = set()
    for finding in doctor.examine(arguments.url, arguments.mail_to):
        print(finding, flush=True)
        levels.add(finding.level)
    if doctor.Level.FAIL in levels:
        raise SystemExit(1)


def sample(arguments: argparse.Namespace) -> None:
    from app import samples

    with prepared_database() as database, database.session() as session:
        samples.remove(session) if arguments.remove else samples.fill(session)


@contextmanager
def configured_database() -> Iterator[Database]:
    """The configured database as it is."""
    settings().data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(Database(db.make_engine(settings().effective_database_url))) as database:
        yield database


@contextmanager
def prepared_database(revision: str = "head", *, back: bool = False) -> Iterator[Database]:
    """The same with its schema brought to a revision."""
    with configured_database() as database:
        schema.migrate(database, revision, back=back)
        if revision == "head":
            with database.session() as session:
                first_run.prepare(session)
        yield database


if __name__ == "__main__":
    main()
