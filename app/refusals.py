"""The ways in which Daylight says no. Each carries words that a person can be shown."""

from collections.abc import Mapping

from app.words import N_, _

NOTHING_HERE = N_("There is nothing at this address.")


class Refusal(Exception):
    """The base of all refusals: an act that was understood and not done."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class NotFound(Refusal):
    """What was asked for is absent, or hidden from this person: the two look the same."""

    def __init__(self, words: str = "") -> None:
        super().__init__(words or _(NOTHING_HERE))


class NotAllowed(Refusal):
    """This person may see the thing but may not do this with it."""


class Refused(Refusal):
    """The act does not fit the state of things, for example because somebody was faster."""


class TooMany(Refusal):
    """A limit is spent; `retry_after` is in seconds."""

    def __init__(self, words: str, retry_after: int) -> None:
        super().__init__(words)
        self.retry_after = retry_after


class Invalid(Refusal):
    """Fields that cannot be taken: field name -> what is wrong with it and what the limit is."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)
