"""What a person changes about a proposed mapping, checked field by field."""

from collections.abc import Mapping as Mapping_
from dataclasses import dataclass, field, replace

from app import text
from app.boards import Board
from app.imports import outcomes
from app.imports.batches import SAMPLE
from app.imports.csv_files.headings import Field
from app.imports.csv_files.mapping import NEW_BOARD, Mapping
from app.items import SOURCE_MOST
from app.markup import Markup
from app.statuses import Kind
from app.words import _


@dataclass
class Choices:
    """Everything that may be chosen; None leaves the proposal, and so does a field or value that is not named."""

    source: str | None = None
    day_first: bool | None = None
    markup: str | None = None
    kind: str | None = None
    board: str | None = None
    columns: Mapping_[str, str] = field(default_factory=dict)
    kinds: Mapping_[str, str] = field(default_factory=dict)
    outcomes: Mapping_[str, str] = field(default_factory=dict)
    boards: Mapping_[str, str] = field(default_factory=dict)


def apply(mapping: Mapping, chosen: Choices, present: list[Board]) -> Mapping:
    """The mapping as it was chosen. Raises Invalid naming every field that is wrong."""
    check = text.Checks()
    slugs = {"", *(board.slug for board in present)}
    changed = replace(
        mapping,
        source=_source(check, mapping.source if chosen.source is None else chosen.source),
        day_first=mapping.day_first if chosen.day_first is None else chosen.day_first,
        markup=check.choice("markup", chosen.markup or mapping.markup, set(Markup), label=_("Markup")),
        kind=check.choice("kind", chosen.kind or mapping.kind, set(Kind), label=_("Kind")),
        board=check.choice("board", mapping.board if chosen.board is None else chosen.board, slugs, label=_("Board")),
        columns=mapping.columns | _columns(check, mapping, chosen.columns),
        kinds=mapping.kinds | _values(check, "kinds", chosen.kinds, set(Kind), _("Kind")),
        outcomes=mapping.outcomes | _values(check, "outcomes", chosen.outcomes, {"", *outcomes.OFFERED}, _("Status")),
        boards=mapping.boards | _values(check, "boards", chosen.boards, slugs | {NEW_BOARD}, _("Board")),
    )
    if not (changed.columns.get(Field.TITLE) or changed.columns.get(Field.BODY)):
        check.wrong(f"column-{Field.TITLE}", _("Title: choose the column that has it."))
    check.done()
    return changed


def _source(check: text.Checks, value: str) -> str:
    source = check.line("source", value, label=_("Source"), most=SOURCE_MOST)
    if text.slug(source) == SAMPLE:
        check.wrong("source", _("Source: the samples have this name. Choose another one."))
    return source


def _columns(check: text.Checks, mapping: Mapping, chosen: Mapping_[str, str]) -> dict[str, str]:
    names = {"", *mapping.places}
    for name in chosen.keys() - set(Field):
        check.wrong("columns", _("There is no field “%s”.") % name[:40])
    return {
        each.value: check.choice(f"column-{each}", chosen[each], names, label=each.label)
        for each in Field
        if each in chosen
    }


def _values(check: text.Checks, field: str, chosen: Mapping_[str, str], among: set[str], label: str) -> dict[str, str]:
    return {
        value: check.choice(field, meaning, among, label=f"{label} “{value[:40]}”") for value, meaning in chosen.items()
    }
