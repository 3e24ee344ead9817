"""Where an item of another tracker stands here: its words for statuses, resolutions and kinds in ours."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from app.statuses import Kind, Reason, Status
from app.text import slug


@dataclass(frozen=True)
class Outcome:
    """A status and, for a refusal, its reason; written `declined:out_of_scope`."""

    status: Status
    reason: Reason | None = None

    @classmethod
    def of(cls, written: str) -> "Outcome":
        """Raises ValueError for what is none."""
        status, _, reason = written.partition(":")
        return cls(Status(status), Reason(reason) if status == Status.DECLINED else None)

    def __str__(self) -> str:
        return f"{self.status}:{self.reason}" if self.reason else self.status.value

    def label(self, kind: Kind) -> str:
        label = self.status.label(kind)
        return f"{label}: {self.reason.label}" if self.reason else label


OFFERED = [
    *(status.value for status in Status if status not in {Status.NEEDS_INFO, Status.DECLINED, Status.DUPLICATE}),
    *(f"{Status.DECLINED}:{reason}" for reason in Reason),
    Status.DUPLICATE.value,
]

_KNOWN = tomllib.loads(Path(__file__).with_name("outcomes.toml").read_text(encoding="utf-8"))


def _by_word(section: str) -> dict[str, str]:
    return {word: outcome for outcome, words in _KNOWN[section].items() for word in words.split()}


_RESOLUTIONS = _by_word("resolutions")
_STATUSES = _RESOLUTIONS | _by_word("statuses")
_DEFECTS = set(_by_word("kinds"))


def guess(status: str, resolution: str) -> str:
    """Our outcome for their words, or an empty string for words that do not tell it, such as a bare "Closed"."""
    if "duplicate" in slug(f"{status} {resolution}").split("-"):
        return Status.DUPLICATE.value
    return _RESOLUTIONS.get(slug(resolution), "") or _STATUSES.get(slug(status), "" if status else Status.NEW.value)


def kind_of(words: str) -> Kind:
    """Their name for a kind of item in ours: faults of all sorts are defects."""
    return Kind.DEFECT if set(slug(words).split("-")) & _DEFECTS else Kind.IDEA


def joined(status: str, resolution: str) -> str:
    """Status and resolution together, as a person reads them: `Resolved / Won't Fix`."""
    return " / ".join(dict.fromkeys(word for word in (status, resolution) if word))
