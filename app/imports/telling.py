"""What a survey found, in words, the same on the page and in the terminal."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.imports.batches import Import
from app.imports.csv_files.headings import Field
from app.imports.outcomes import Outcome, kind_of
from app.imports.survey import Survey
from app.imports.writing import somebody
from app.statuses import Kind, Reason, Status
from app.words import _, day, ngettext, number

TAGS_SHOWN = 8


def facts(batch: Import, board_names: Mapping[str, str]) -> list[tuple[str, str]]:
    """What would come in, each fact with its label; `board_names` are those of the boards here, by address."""
    survey = Survey().stored() | batch.report["survey"]  # an older one may lack what is counted now
    kinds = " · ".join(f"{Kind(kind).label} {number(count)}" for kind, count in survey["kinds"].items())
    boards = " · ".join(f"{board_names.get(name, name)} {number(count)}" for name, count in survey["boards"].items())
    lone = survey["lone_duplicates"]
    outcome = Outcome(Status.DECLINED, Reason.OBSOLETE).label(Kind(batch.mapping["kind"]))
    duplicates = [
        (
            _("Duplicates that name no other"),
            _("%(count)s, as “%(outcome)s”") % {"count": number(lone), "outcome": outcome},
        )
    ]
    return [
        (_("New items"), f"{number(survey['items'])}" + (f" ({kinds})" if kinds else "")),
        (_("Here already"), _here(survey["here"])),
        (_("Left out"), number(survey["left_out"])),
        (_("Boards"), boards or "–"),
        (_("Posted"), _period(survey)),
        (_("Reporters"), _people(survey, batch.source)),
        (_("Tags"), _tags(survey["tags"])),
        (_("Votes without voters"), number(survey["votes"])),
        *(duplicates if lone else ()),
    ]


def standings(batch: Import) -> list[tuple[str, str, int]]:
    """Each of the source's words for a status with what it is here and how many rows have it, the most first."""
    chosen, guessed = batch.mapping["outcomes"], batch.report["survey"]["statuses"]
    return [
        (words, chosen.get(words) or meaning["outcome"], meaning["count"])
        for words, meaning in sorted(guessed.items(), key=lambda each: -each[1]["count"])
    ]


def kinds(batch: Import) -> list[tuple[str, str, int]]:
    """The same for the words of the column of kinds."""
    chosen = batch.mapping["kinds"]
    return [(words, chosen.get(words) or kind_of(words), count) for words, count in _values(batch, Field.KIND)]


def places(batch: Import) -> list[tuple[str, str, int]]:
    """The same for the column of boards; nothing is the board of items that name none."""
    chosen = batch.mapping["boards"]
    return [(words, chosen.get(words, ""), count) for words, count in _values(batch, Field.BOARD)]


def _values(batch: Import, field: Field) -> list[tuple[str, int]]:
    name = batch.mapping["columns"].get(field)
    found: dict[str, int] = next((column["values"] for column in batch.report["columns"] if column["name"] == name), {})
    return list(found.items())


def outcome_label(written: str, kind: Kind = Kind.IDEA) -> str:
    return Outcome.of(written).label(kind) if written else _("not chosen yet")


def _here(count: int) -> str:
    return _("%s, left as they are") % number(count) if count else "0"


def _period(survey: Mapping[str, Any]) -> str:
    if not survey["first"]:
        return _("no dates; they count as posted today")
    first, last = (day(date.fromisoformat(survey[end])) for end in ("first", "last"))
    words = _("%(first)s to %(last)s") % {"first": first, "last": last}
    if undated := survey["undated"]:
        without = ngettext("%s without a date", "%s without a date", undated) % number(undated)
        return f"{words} · {without}"
    return words


def _people(survey: Mapping[str, Any], source: str) -> str:
    words = []
    if survey["people"]:
        names = ("people", "with_email", "people_here")
        counts = {name: number(survey[name]) for name in names}
        words.append(_("%(people)s, %(with_email)s with e-mail, %(people_here)s here already") % counts)
    if nameless := survey["nameless"]:
        stands = ngettext("%(count)s item names none: “%(who)s”", "%(count)s items name none: “%(who)s”", nameless)
        words.append(stands % {"count": number(nameless), "who": somebody(source)})
    return " · ".join(words) or "–"


def _tags(tags: Mapping[str, int]) -> str:
    most = sorted(tags, key=lambda name: -tags[name])[:TAGS_SHOWN]
    return f"{number(len(tags))} ({', '.join(most)}{', …' if len(tags) > TAGS_SHOWN else ''})" if tags else "0"
