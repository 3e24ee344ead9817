"""The further voters of the sample items: many people with a name and nothing else."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from app.items import Item
from app.people import Person
from app.votes import Vote, Weight

_GIVEN = """Aino Amara Anouk Bruno Carmen Daan Dorota Eamon Farida Gustav Hedda Ingrid Jakub Kofi Leila Milan Nadia
    Oskar Paula Rasmus Saskia Tariq Vera Yusuf""".split()
_FAMILY = "Adler Berg Castro Dahl Evans Fischer Greco Horvat".split()


class Crowd:
    """Draws voters for one item after the other, the same ones each time the board is filled."""

    def __init__(self, session: Session, batch_id: int, since: datetime) -> None:
        self.chance = random.Random(1)  # noqa: S311 - guards nothing
        names = [f"{given} {family}" for given, family in product(_GIVEN, _FAMILY)]
        self.people = [Person(name=name, joined_at=since, import_id=batch_id) for name in names]
        session.add_all(self.people)
        session.flush()

    def vote(self, session: Session, item: Item, sample: dict[str, Any], until: datetime) -> None:
        """Let as many vote as the sample says, at times between its posting and `until`, most of them early."""
        votes = []
        weights = self._weights(sample)
        for person in self.chance.sample(self.people, sample["votes"]):
            at = item.posted_at + self._delay(until - item.posted_at)
            votes.append({"item_number": item.number, "person_id": person.id, "at": at, "weight": next(weights)})
        if votes:
            session.execute(insert(Vote), votes)

    def _delay(self, span: timedelta) -> timedelta:
        return span * self.chance.betavariate(1, 1.5)

    def _weights(self, sample: dict[str, Any]) -> Iterator[Weight | None]:
        yield from [Weight.BLOCKS_ME] * sample.get("blocks", 0)
        yield from [Weight.IMPORTANT] * sample.get("important", 0)
        while True:
            yield None
