"""Rations: how often a network may ask the API.

Each process counts for itself and writes down every fiftieth request, so that reading stays reading and yet all
processes together know what is used up. What is remembered is given again without being counted.
"""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from functools import partial

from app import limits
from app.db import Database
from app.refusals import TooMany
from app.web.refusal_pages import STORAGE_TROUBLE

MOST, PER = 3_000, timedelta(minutes=1)
PORTION = 50


class Rations:
    """What the networks that ask this process have used in this minute."""

    def __init__(self) -> None:
        self.window = 0
        self.asked: Counter[str] = Counter()
        self.used_up: set[str] = set()

    async def take(self, database: Database, network: str) -> None:
        """Count a request. Raises TooMany."""
        window, _end = limits.window(PER)
        if window != self.window:
            self.window, self.asked, self.used_up = window, Counter(), set()
        if network in self.used_up:
            raise limits.too_many(PER)
        self.asked[network] += 1
        if self.asked[network] % PORTION == 0:
            await self._write_down(database, network)

    async def _write_down(self, database: Database, network: str) -> None:
        spend = partial(limits.spend, key=f"api from {network}", most=MOST // PORTION, per=PER)
        try:
            with suppress(*STORAGE_TROUBLE):  # who only reads is answered nevertheless
                await database.run(spend, writes=True)
        except TooMany:
            self.used_up.add(network)
            raise
