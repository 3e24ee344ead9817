"""The forms with which the team works on an item: what they offer, and what was typed in one that was not taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from app import boards, db, policy, tags, targets
from app.boards import Board
from app.items import Item
from app.people import Person
from app.status_changes import Move, proposals
from app.status_changes.proposals import Proposed
from app.tags import Tag
from app.web.receiving import FilesAgain


@dataclass(frozen=True)
class TeamForms:
    """`tags` are all there are, `carried` the slugs of the item's own.

    `refused` names the form that was not taken; `typed`, `problems` and `files` are of that form.
    """

    move: Move
    targets: list[str]
    proposals: list[Proposed] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)
    refused: str = ""
    typed: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    files: FilesAgain = field(default_factory=FilesAgain)

    def wrong(self, form: str) -> Mapping[str, str]:
        """What is wrong with the fields of a form."""
        return self.problems if form == self.refused else {}

    def said(self, form: str, name: str, otherwise: Any = "") -> Any:
        """What was typed in a field."""
        return self.typed.get(name, otherwise) if form == self.refused else otherwise


def of(session: Session, viewer: Person | None, item: Item, refused: str = "", **about: Any) -> TeamForms:
    """The forms for an item as it stands; `about` may give what was typed and the problems of the one refused."""
    if not policy.is_advocate(viewer):
        return TeamForms(Move(), [])
    typed = about.get("typed", {})
    return TeamForms(
        move=Move(**typed) if refused == "move" else Move(workaround=item.workaround),
        targets=targets.coming(db.now().date()),
        proposals=proposals.of(session, item, viewer),
        tags=tags.every(session),
        carried=[tag.slug for tag in tags.of_items(session, [item.number])[item.number]],
        boards=boards.every(session),
        refused=refused,
        **about,
    )
