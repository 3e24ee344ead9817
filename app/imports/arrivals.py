"""An item as it arrives from another tracker, whichever it is: the form that all sources are brought into."""

from dataclasses import dataclass, field
from datetime import datetime

from app.imports.outcomes import Outcome
from app.markup import Markup
from app.statuses import Kind, Status

MADE_ID = "row-"  # how ids begin that we make for rows without one


@dataclass
class Arrival:
    """What a source tells of one item, as far as it tells it.

    `words` are the source's own for where it stands, such as "Resolved / Fixed", and `outcome` is what they mean here.
    `board` is the address of a board here or the name of one to be made, `details` are answers to the questions of a
    defect, and `original` names what it is a duplicate of by the source's ids.
    """

    line: int
    source_id: str
    title: str
    body: str = ""
    markup: Markup = Markup.PLAIN
    kind: Kind = Kind.IDEA
    board: str = ""
    words: str = ""
    outcome: Outcome | None = None
    posted_at: datetime | None = None
    closed_at: datetime | None = None
    reporter: str = ""
    email: str = ""
    vote_count: int = 0
    tags: list[str] = field(default_factory=list)
    answer: str = ""
    workaround: str = ""
    target: str = ""
    link: str = ""
    details: dict[str, str] = field(default_factory=dict)
    shipped_in: str = ""
    original: str = ""

    @property
    def has_id(self) -> bool:
        return not self.source_id.startswith(MADE_ID)

    @property
    def is_lone_duplicate(self) -> bool:
        """Whether it is a duplicate of something that it does not name."""
        return self.outcome is not None and self.outcome.status is Status.DUPLICATE and not self.original


@dataclass(frozen=True)
class Oddity:
    """Something about a line that a person should know; `left_out` when it cannot come in at all."""

    line: int
    words: str
    left_out: bool = False
