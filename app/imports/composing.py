"""An arrival as the rows it will be, made before any transaction; nothing of its texts is lost on the way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app import items, text, trend
from app.comments import Comment
from app.imports.arrivals import Arrival
from app.imports.batches import Import
from app.imports.outcomes import Outcome
from app.items import Item
from app.markup import quoted, to_markdown
from app.status_changes import StatusChange
from app.status_changes.check import REVIEW_AFTER
from app.statuses import Kind, Reason, Status
from app.words import _

ROOM = 100  # characters, for the fences that a cut through code needs
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#~|])")


@dataclass
class Ready:
    """The rows of an arrival, whose numbers and keys are still 0.

    These are the item, the move to where it stands, and as comments what does not fit into its description.
    """

    arrival: Arrival
    item: Item
    move: StatusChange | None
    further: list[Comment]


def compose(arrival: Arrival, batch: Import, source: str) -> Ready:
    """Make the rows. A duplicate stays new until its original is looked for, which may arrive after it.

    Nobody has answered here by an import, so an open item waits since it was posted there. It brings no votes, only
    their number: whose they are is not known.
    """
    outcome = arrival.outcome or Outcome(Status.NEW)
    is_lone = arrival.is_lone_duplicate
    if outcome.status is Status.DUPLICATE:
        outcome = Outcome(Status.DECLINED, Reason.OBSOLETE) if is_lone else Outcome(Status.NEW)
    body, *others = list(parts(_body(arrival, batch.source, outcome), text.BODY_MOST, text.WORDS_MOST)) or [""]
    item = _item(arrival, batch, outcome, body, source)
    move = None if outcome.status is Status.NEW else _move(item, explanation(arrival, batch.source, is_lone=is_lone))
    if move is not None and outcome.status is Status.SHIPPED:
        move.shipped_in = arrival.shipped_in
    further = [_comment(item, part) for part in others]
    item.comment_count = len(further)
    return Ready(arrival, item, move, further)


def _item(arrival: Arrival, batch: Import, outcome: Outcome, body: str, source: str) -> Item:
    status = outcome.status
    posted_at = arrival.posted_at or arrival.closed_at or batch.started_at
    moved_at = posted_at if status is Status.NEW else max(posted_at, arrival.closed_at or batch.started_at)
    details = _details(arrival) if arrival.kind is Kind.DEFECT else {}
    workaround = to_markdown(arrival.workaround, arrival.markup)[: text.WORDS_MOST]
    return Item(
        number=0, root=0, board_id=0, reporter_id=0, kind=arrival.kind, title=_title(arrival.title), body=body,
        details=details, html=items.html_of(body, details),
        posted_at=posted_at, status=status, status_changed_at=moved_at, changed_at=moved_at, reason=outcome.reason,
        review_on=(batch.started_at + REVIEW_AFTER).date() if status is Status.DECLINED else None,
        waiting_since=posted_at if status.is_open else None, imported_vote_count=arrival.vote_count,
        support=arrival.vote_count, trend=trend.heat(posted_at), source=source, source_id=arrival.source_id,
        import_id=batch.id, workaround=workaround, workaround_html=text.to_html(workaround),
    )  # fmt: skip


def _move(item: Item, words: str) -> StatusChange:
    return StatusChange(
        item_number=0, is_automatic=True, at=item.status_changed_at, from_status=Status.NEW, to_status=item.status,
        explanation=words, html=text.to_html(words), reason=Reason(item.reason) if item.reason else None,
        review_on=item.review_on,
    )  # fmt: skip


def _comment(item: Item, words: str) -> Comment:
    return Comment(item_number=0, person_id=0, at=item.posted_at, body=words, html=text.to_html(words))


def explanation(arrival: Arrival, source: str, *, is_lone: bool = False) -> str:
    """Where the status comes from, in words for the public, with the answer that was given there."""
    words = _("Imported from %(source)s as %(words)s.") % {"source": _plain(source), "words": _plain(arrival.words)}
    if is_lone:
        words += " " + _("The export does not say which item it is the same as.")
    return f"{words}\n\n{_quoted(arrival)}".strip()


def _title(title: str) -> str:
    return title if len(title) <= text.TITLE_MOST else title[: text.TITLE_MOST - 1].rstrip() + "…"


def _body(arrival: Arrival, source: str, outcome: Outcome) -> str:
    """The description with what has no place of its own: a title that is too long, details, answer, address."""
    label = {"source": _plain(source)}
    paragraphs = [
        f"**{_plain(arrival.title)}**" if len(arrival.title) > text.TITLE_MOST else "",
        to_markdown(arrival.body, arrival.markup),
        *(() if arrival.kind is Kind.DEFECT else _answered(_details(arrival))),
        (_("Answered on %(source)s:") % label + "\n\n" + _quoted(arrival))
        if arrival.answer and outcome.status is Status.NEW
        else "",
        _("Target on %(source)s: %(target)s") % {**label, "target": _plain(arrival.target)} if arrival.target else "",
        _("On %(source)s: %(link)s") % {**label, "link": f"<{arrival.link}>"} if arrival.link else "",
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _details(arrival: Arrival) -> dict[str, str]:
    found = {name: to_markdown(words, arrival.markup)[: text.WORDS_MOST] for name, words in arrival.details.items()}
    return {name: words for name, words in found.items() if not text.is_blank(words)}


def _answered(details: dict[str, str]) -> list[str]:
    """The questions of a defect with their answers, for an idea, which has no place for them."""
    return [f"**{_(items.DETAILS[name])}**\n\n{words}" for name, words in details.items()]


def _quoted(arrival: Arrival) -> str:
    answer = to_markdown(arrival.answer, arrival.markup)
    return quoted(answer) if answer else ""


def _plain(words: str) -> str:
    """Words that Markdown leaves as they are."""
    return _SPECIAL.sub(r"\\\1", words)


def parts(body: str, first: int, others: int) -> Iterator[str]:
    """The body cut at line ends into a first part and further ones of at most so many characters.

    Code that is cut in two stays code in both.
    """
    part, most, fence = "", first, ""
    for line in _short_lines(body, others - ROOM):
        if len(part) + len(line) > most - ROOM:
            yield f"{part}{fence[:3]}".strip("\n")
            part, most = f"{fence}\n" if fence else "", others
        part += line
        if _FENCE.match(line):
            fence = "" if fence else line.strip()[: ROOM // 2]
    if not text.is_blank(part):
        yield part.strip("\n")


def _short_lines(body: str, most: int) -> Iterator[str]:
    for line in body.splitlines(keepends=True):
        yield from (line[at : at + most] for at in range(0, len(line), most))
