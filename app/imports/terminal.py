"""Imports in the terminal: `python -m app import csv FILE`, `import list`, `import undo ID`."""

import argparse
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from app import boards, db
from app.db import Database
from app.imports import batches, running, telling, undoing
from app.imports.batches import Import, State
from app.imports.csv_files import choices, preparing
from app.imports.csv_files.choices import Choices
from app.imports.csv_files.headings import Field
from app.imports.csv_files.mapping import Mapping
from app.imports.outcomes import OFFERED
from app.markup import Markup
from app.refusals import Invalid, Refusal, Refused
from app.statuses import Kind
from app.words import _, day, ngettext, number

ODD_SHOWN = 20
Act = Callable[[Database, argparse.Namespace], None]


def add_commands(parser: argparse.ArgumentParser, prepared: Callable[[], AbstractContextManager[Database]]) -> None:
    """Give the command `import` its own commands."""
    commands = parser.add_subparsers(required=True, metavar="source")

    def command(name: str, act: Act, sentence: str) -> argparse.ArgumentParser:
        def run(arguments: argparse.Namespace) -> None:
            with prepared() as database:
                act(database, arguments)

        found = commands.add_parser(name, help=sentence, description=sentence)
        found.set_defaults(run=run)
        return found

    _describe_csv(command("csv", import_csv, "Bring in the items of a CSV file."))
    command("list", show_list, "Show all imports.")
    to_undo = command("undo", undo, "Take out an import as a whole.")
    to_undo.add_argument("id", type=db.row_id, help="its number, see `import list`")
    to_undo.add_argument(
        "--keep-touched", action="store_true", help="keep the items that people have voted or said something on"
    )
    to_undo.add_argument("--yes", action="store_true", help="do not ask")


def _describe_csv(parser: argparse.ArgumentParser) -> None:
    fields, outcomes = ", ".join(Field), ", ".join(OFFERED)
    add = parser.add_argument
    add("file", type=Path)
    add("--map", action="append", default=[], type=_pair, metavar="FIELD=COLUMN",
        help=f"the column for a field, none to leave it out; fields: {fields}")  # fmt: skip
    add("--status", action="append", default=[], type=_pair, metavar="WORDS=STATUS",
        help=f"what their words for a status mean here: {outcomes}")  # fmt: skip
    add("--source", help="where the file comes from; with the id it tells an item that is here already")
    add("--board", help="address of the board for items that name none")
    add("--kind", choices=list(Kind), help="kind of the items that name none")
    add("--markup", choices=list(Markup), help="how the texts are written")
    add("--encoding", default="", help="encoding of the file, if it is not found out")
    add("--month-first", dest="day_first", action="store_false", default=None, help="read 03/04/2026 as 4 March")
    add("--day-first", dest="day_first", action="store_true", default=None, help="read 03/04/2026 as 3 April")
    add("--dry-run", action="store_true", help="only say what would come in")
    add("--yes", action="store_true", help="do not ask")


def _pair(value: str) -> tuple[str, str]:
    name, sign, meaning = value.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"write NAME=VALUE instead of {value}")
    return name.strip(), meaning.strip()


def import_csv(database: Database, arguments: argparse.Namespace) -> None:
    """Show the dry run, ask, and bring the file in."""
    batch = _stored(database, arguments)
    try:
        batch = _chosen(database, batch, arguments)
        _show(database, batch)
        if not arguments.dry_run and _agreed(batch, arguments):
            batch = _begun(database, batch)
    finally:
        if batch.state is State.PREPARED:  # the file holds addresses, and nobody comes back for it
            _discard(database, batch)
    if batch.is_at_work:
        _run(database, batch)
        print(_("Done. To undo it: python -m app import undo %s") % batch.id)


def _stored(database: Database, arguments: argparse.Namespace) -> Import:
    try:
        with arguments.file.open("rb") as file:
            return preparing.prepare(database, file, arguments.file.name, encoding=arguments.encoding)
    except OSError as trouble:
        raise Refused(f"{arguments.file}: {trouble.strerror}") from None


def _chosen(database: Database, batch: Import, arguments: argparse.Namespace) -> Import:
    chosen = Choices(
        source=arguments.source, day_first=arguments.day_first, markup=arguments.markup, kind=arguments.kind,
        board=arguments.board, columns=dict(arguments.map), outcomes=dict(arguments.status),
    )  # fmt: skip
    with database.session(writes=False) as session:
        present = boards.every(session)
    try:
        mapping = choices.apply(Mapping.of(batch.mapping), chosen, present)
    except Invalid as refusal:
        ways = {
            "column": _("--map FIELD=COLUMN; fields: %(fields)s; columns: %(columns)s")
            % {"fields": ", ".join(Field), "columns": ", ".join(batch.mapping["places"])},
            "outcomes": _way_of_status("WORDS"),
            "board": _("--board ADDRESS; addresses: %s") % ", ".join(board.slug for board in present),
        }
        fitting = (way for field, way in ways.items() if any(name.startswith(field) for name in refusal.problems))
        raise _told_how(refusal, *fitting) from None
    return preparing.revise(database, batch, mapping) if mapping.stored() != batch.mapping else batch


def _begun(database: Database, batch: Import) -> Import:
    try:
        with database.session() as session:
            return running.begin(session, batch, here=True)
    except Refused as refusal:
        raise _told_how(refusal, _way_of_status(*batch.report["survey"]["unclear"])) from None


def _told_how(refusal: Refusal, *ways: str) -> Refused:
    """The same with what to write in a terminal, where a page has something to choose from."""
    return Refused("\n".join([refusal.words, *ways]))


def _way_of_status(*unclear: str) -> str:
    options = " ".join(f'--status "{words}=STATUS"' for words in unclear)
    return _("%(options)s; statuses: %(all)s") % {"options": options, "all": ", ".join(OFFERED)}


def _discard(database: Database, batch: Import) -> None:
    with database.session() as session:
        preparing.discard(session, batch)


def _agreed(batch: Import, arguments: argparse.Namespace) -> bool:
    count = batch.report["survey"]["items"]
    if not count:
        print(_("There is nothing new to bring in."))
        return False
    if arguments.yes:
        return True
    if not sys.stdin.isatty():
        print(_("Nothing was brought in. Add --yes to do it."))
        return False
    return _asked(ngettext("Bring in %s item?", "Bring in %s items?", count) % number(count))


def _asked(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except (EOFError, KeyboardInterrupt):
        print()
        return False


def _show(database: Database, batch: Import) -> None:
    with database.session(writes=False) as session:
        names = {board.slug: board.name for board in boards.every(session)} | {"": boards.every(session)[0].name}
    survey, columns = batch.report["survey"], batch.mapping["columns"]
    _table(_("Columns"), [(Field(each).label, name) for each, name in columns.items() if name])
    unused = [name for name in batch.mapping["places"] if name not in columns.values()]
    if unused:
        print(_("Not brought in: %s") % ", ".join(unused))
    kind = Kind(batch.mapping["kind"])
    standings = telling.standings(batch)
    _table(
        _("Statuses"),
        [(words or "–", f"{number(count):>8}  {telling.outcome_label(to, kind)}") for words, to, count in standings],
    )
    _table(_("From %s") % batch.source, telling.facts(batch, names))
    odd = [(_("line %s") % number(line), words) for line, words in survey["odd"][:ODD_SHOWN]]
    _table(_("Odd"), odd or [(_("Nothing"), "")])
    if survey["odd_count"] > ODD_SHOWN:
        print("  " + _("and %s more") % number(survey["odd_count"] - ODD_SHOWN))
    for doubt in preparing.doubts(batch):
        print(doubt)


def _table(heading: str, lines: list[tuple[str, str]]) -> None:
    width = max((len(label) for label, _words in lines), default=0)
    print(f"\n{heading}")
    for label, words in lines:
        print(f"  {label:{width}}  {words}".rstrip())


def _run(database: Database, batch: Import) -> None:
    from tqdm import tqdm  # noqa: PLC0415 - no server needs it

    with tqdm(total=batch.total, initial=batch.done, unit="", disable=None) as bar:

        def tell(batch: Import) -> None:
            bar.update(batch.done - bar.n)

        running.run(database, batch, tell)


def show_list(database: Database, _arguments: argparse.Namespace) -> None:
    with database.session(writes=False) as session:
        every = batches.every(session)
    for batch in every:
        print(f"{batch.id:>4}  {day(batch.started_at):<18}  {batch.source:<20}  {batch.state.label:<20}  {batch.name}")


def undo(database: Database, arguments: argparse.Namespace) -> None:
    """Take an import out, after saying how many of its items people have touched since."""
    with database.session(writes=False) as session:
        batch = batches.find(session, arguments.id)
        count, touched = undoing.item_count(session, batch), undoing.touched_count(session, batch)
    words = ngettext("%s item came with it.", "%s items came with it.", count) % number(count)
    since = ngettext("%s has votes or words since.", "%s have votes or words since.", touched) % number(touched)
    print(f"{words} {since}")
    if not arguments.yes and not (sys.stdin.isatty() and _asked(_("Take it out?"))):
        print(_("Nothing was taken out. Add --yes to do it."))
        return
    with database.session() as session:
        batch = undoing.begin(session, batch, keep_touched=arguments.keep_touched, here=True)
    _run(database, batch)
