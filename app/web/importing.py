"""For owners: bringing in another board's export, undoing it, and the samples."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated

from fastapi import Request, Response
from sqlmodel import Session
from starlette.datastructures import UploadFile

from app import boards, policy, samples
from app.boards import Board
from app.db import Database
from app.imports import batches, outcomes, running, telling, undoing
from app.imports.batches import Import, State
from app.imports.csv_files import choices, preparing, storing
from app.imports.csv_files.choices import Choices
from app.imports.csv_files.headings import Field
from app.imports.csv_files.mapping import NEW_BOARD, Mapping
from app.markup import Markup
from app.people import Person
from app.refusals import Invalid, NotFound, Refusal, Refused
from app.statuses import Kind
from app.web import forms, kit, pages
from app.web.forms import Pressed, typed
from app.web.kit import Db, Owner
from app.web.route import area as new_area
from app.web.route import outside
from app.words import _

UPLOAD_MOST = storing.BYTES_MOST + 1_000_000

area = new_area()
files = outside()  # where a whole file is read


@dataclass
class FileForm:
    file: UploadFile | str = ""
    encoding: str = ""


@dataclass
class MappingForm:
    """The choices as they are sent: names and what was chosen for each, in lists of the same length."""

    source: str = ""
    dates: str = ""
    markup: str = ""
    kind: str = ""
    board: str = ""
    column_of: list[str] = field(default_factory=list)
    column_to: list[str] = field(default_factory=list)
    status_of: list[str] = field(default_factory=list)
    status_to: list[str] = field(default_factory=list)
    kind_of: list[str] = field(default_factory=list)
    kind_to: list[str] = field(default_factory=list)
    board_of: list[str] = field(default_factory=list)
    board_to: list[str] = field(default_factory=list)
    then: str = ""

    def choices(self, batch: Import) -> Choices:
        """What was chosen otherwise than it stands."""
        return Choices(
            source=self.source,
            day_first=self.dates == "day_first" if self.dates else None,
            markup=self.markup,
            kind=self.kind,
            board=self.board,
            columns=_pairs(self.column_of, self.column_to),
            outcomes=_changes(self.status_of, self.status_to, telling.standings(batch)),
            kinds=_changes(self.kind_of, self.kind_to, telling.kinds(batch)),
            boards=_changes(self.board_of, self.board_to, telling.places(batch)),
        )


@dataclass
class RemovalForm:
    keep: str = ""


def _pairs(names: list[str], chosen: list[str]) -> dict[str, str]:
    if len(names) != len(chosen):
        raise Invalid({"columns": _("The form is not whole. Please load the page again.")})
    return dict(zip(names, chosen, strict=True))


def _changes(names: list[str], chosen: list[str], standing: list[tuple[str, str, int]]) -> dict[str, str]:
    present = {words: meaning for words, meaning, _count in standing}
    return {words: meaning for words, meaning in _pairs(names, chosen).items() if meaning != present.get(words)}


@area.get("/settings/import")
def offer(request: Request, session: Db, _owner: Owner) -> Response:
    return _offer(request, session)


@files.post("/settings/import", max_body_size=UPLOAD_MOST)
async def take_file(request: Request) -> Response:
    """Who sends it is asked before the file is read."""
    owner = await kit.in_transaction(request, lambda _session: _owner(request))
    try:
        async with request.form(max_files=1, max_fields=10) as sent:
            form = forms.fill(FileForm, sent)
            batch = await asyncio.to_thread(_prepare, request.app.state.database, form, owner)
    except Invalid as refusal:
        again = partial(_offer, request, refusal=refusal)
        return await kit.in_transaction(request, again)
    return kit.see_other(batch.path)


def _prepare(database: Database, form: FileForm, owner: Person) -> Import:
    if not isinstance(form.file, UploadFile) or not form.file.filename:
        raise Invalid({"file": _("File: choose the one to bring in.")})
    return preparing.prepare(database, form.file.file, form.file.filename, by_id=owner.id, encoding=form.encoding)


@area.get("/settings/import/{id_:int}")
def show(request: Request, session: Db, _owner: Owner, id_: int) -> Response:
    return _show(request, session, batches.find(session, id_))


@files.post("/settings/import/{id_:int}")
async def choose(request: Request, id_: int) -> Response:
    """Survey the file with what was chosen and, if that was asked for, begin."""
    await kit.in_transaction(request, lambda _session: _owner(request))
    body = await request.body()
    form = forms.fill(MappingForm, await request.form(), body)
    batch = await kit.in_transaction(request, lambda session: batches.find(session, id_))
    present = await kit.in_transaction(request, boards.every)
    try:
        mapping = choices.apply(Mapping.of(batch.mapping), form.choices(batch), present)
        if mapping.stored() != batch.mapping:
            batch = await asyncio.to_thread(preparing.revise, request.app.state.database, batch, mapping)
        if form.then == "run":
            await kit.in_transaction(request, lambda session: running.begin(session, batch), writes=True)
    except (Invalid, Refused) as refusal:
        again = partial(_show, request, batch=batch, refusal=refusal)
        return await kit.in_transaction(request, again)
    return kit.see_other(batch.path)


@area.post("/settings/import/{id_:int}/removal")
def remove(session: Db, _owner: Owner, id_: int, form: Annotated[RemovalForm, typed(RemovalForm)]) -> Response:
    """Discard what has not begun, undo what has."""
    batch = batches.find(session, id_)
    if batch.state is State.PREPARED:
        preparing.discard(session, batch)
        return kit.see_other("/settings/import", _("Nothing was brought in."))
    undoing.begin(session, batch, keep_touched=form.keep == "touched")
    return kit.see_other(batch.path)


@area.get("/settings/samples")
def show_samples(request: Request, session: Db, _owner: Owner) -> Response:
    here, may_fill = samples.are_here(session), samples.may_fill(session)
    return pages.page(request, "settings/samples.html", are_here=here, may_fill=may_fill)


@area.post("/settings/samples")
def fill(session: Db, owner: Owner, _form: Pressed) -> Response:
    samples.fill(session, owner)
    return kit.see_other("/", _("These are sample items. Look around; in the settings you remove them with one click."))


@area.post("/settings/samples/removal")
def remove_samples(session: Db, _owner: Owner, _form: Pressed) -> Response:
    samples.remove(session)
    return kit.see_other("/", _("The samples are gone."))


def _offer(request: Request, session: Session, refusal: Refusal | None = None) -> Response:
    context = {"imports": batches.every(session), "most": storing.BYTES_MOST // 10**6}
    return pages.form(request, "settings/imports.html", refusal, **context)


def _show(request: Request, session: Session, batch: Import, refusal: Refusal | None = None) -> Response:
    present = boards.every(session)
    names = {board.slug: board.name for board in present} | {"": present[0].name}
    here = {"count": undoing.item_count(session, batch), "touched": undoing.touched_count(session, batch)}
    return pages.form(
        request, "settings/import.html", refusal, "outcomes", batch=batch, here=here,
        facts=telling.facts(batch, names), doubts=preparing.doubts(batch),
        has_dates_in_numbers=bool(preparing.orders(batch)), fields_of_item=list(Field),
        options=_options(batch, present), standings=telling.standings(batch), kinds=telling.kinds(batch),
        places=telling.places(batch),
    )  # fmt: skip


def _options(batch: Import, present: list[Board]) -> dict[str, list[tuple[str, str]]]:
    """What each select of the mapping offers: values with their labels."""
    kind = Kind(batch.mapping["kind"])
    own = [(board.slug, board.name) for board in present]
    return {
        "columns": [("", "–"), *((name, name) for name in batch.mapping["places"])],
        "statuses": [("", _("Choose …")), *((each, telling.outcome_label(each, kind)) for each in outcomes.OFFERED)],
        "kinds": [(each.value, each.label) for each in Kind],
        "boards": [("", _("The first board")), *own],
        "places": [("", _("The board of items that name none")), *own, (NEW_BOARD, _("A new board"))],
        "dates": [("day_first", _("3 April")), ("month_first", _("4 March"))],
        "markups": [(each.value, each.label) for each in Markup],
    }


def _owner(request: Request) -> Person:
    viewer = kit.identify(request)
    if viewer is None or not policy.is_owner(viewer):
        raise NotFound
    return viewer
