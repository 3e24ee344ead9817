"""What the doctor says of one thing."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    """How it is in one sentence, and what to do in another unless it is well."""

    level: Level
    sentence: str
    remedy: str = ""

    def __str__(self) -> str:
        line = f"{self.level:<5} {self.sentence}"
        return f"{line}\n      → {self.remedy}" if self.remedy else line


def ok(sentence: str) -> Finding:
    return Finding(Level.OK, sentence)


def warn(sentence: str, remedy: str) -> Finding:
    return Finding(Level.WARN, sentence, remedy)


def fail(sentence: str, remedy: str) -> Finding:
    return Finding(Level.FAIL, sentence, remedy)
