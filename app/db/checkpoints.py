"""SQLite's write-ahead log is emptied by a thread of its own, while others go on writing.

The writer that fills it would else empty it in its commit, and all who wait for that one would wait longer: for more
than half of the time that commits take among a million votes.
"""

from contextlib import closing, suppress
from threading import Event, Thread
from typing import Any

from sqlalchemy import Engine

EMPTIED_FROM = 2_000  # pages; at half as many a tenth fewer votes are counted, at twice as many some wait twice as long
FILLED_AT = 5_000  # pages; a writer that is so far ahead empties the log itself, or it would grow without end
PASSES_MOST = 8
RESTS_FOR = 0.05  # seconds; each look takes the interpreter from those who vote


class Checkpoints:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.written, self.closed = Event(), Event()
        self.thread = Thread(target=self._run, name="checkpoints", daemon=True)
        self.thread.start()

    def look(self) -> None:
        """Something was written."""
        self.written.set()

    def close(self) -> None:
        self.closed.set()
        self.written.set()
        self.thread.join()

    def _run(self) -> None:
        while not self.closed.wait(RESTS_FOR):
            self.written.wait()
            self.written.clear()
            with suppress(Exception):  # nothing is lost by it, and whoever writes next hears what is wrong
                self._empty()

    def _empty(self) -> None:
        """Copy to its place what the log holds, then what was written meanwhile: only an empty log begins anew."""
        with closing(self.engine.raw_connection()) as connection:
            if _left(connection, "noop") >= EMPTIED_FROM:
                for _pass in range(PASSES_MOST):
                    if not _left(connection, "passive"):
                        break


def _left(connection: Any, way: str) -> int:
    """How many pages of the log are still to be copied, after it was emptied in this way."""
    _is_busy, pages, copied = connection.dbapi_connection.execute(f"pragma wal_checkpoint({way})").fetchone()
    return int(pages - copied)
