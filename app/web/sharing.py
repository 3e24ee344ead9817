"""What the pages of many readers share. One idea: what comes from the same facts is the same.

For what is read from the database the fact is that nothing was written since; for the frame of a page it is who may see
the same, and each reader's own is put into its holes.
"""

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import Any, TypeVar, cast

from markupsafe import Markup

STAYS_TRUE = 60.0  # seconds: ages stand in words
RECOLLECTIONS_MOST = 500
FRAMES_MOST = 75  # that visitors read: apart, for they may ask for any number
PIECES_MOST = 1_000  # each of one to three kilobytes
LISTS_MOST = 75  # pages of lists, and their frames

_SIGN = secrets.token_hex(8)  # that nobody can write, because nobody is shown it
CUT = f"{_SIGN}."
BEHIND = f"{CUT}\n".encode()
_HOLE = re.compile(f"{_SIGN} ([0-9]+) ")

Read = TypeVar("Read")
Hole = Callable[..., Markup]
Fill = Callable[..., str | bytes]
Own = Mapping[str, Fill]


class Shelf:
    """So many things by their keys, for any number of threads; what nobody asked for the longest makes room."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.things: OrderedDict[Hashable, Any] = OrderedDict()
        self.lock = Lock()

    def get(self, key: Hashable) -> Any:
        with self.lock:
            if key in self.things:
                self.things.move_to_end(key)
            return self.things.get(key)

    def put(self, key: Hashable, thing: Any) -> None:
        with self.lock:
            self.things[key] = thing
            self.things.move_to_end(key)
            if len(self.things) > self.most:
                self.things.popitem(last=False)


class Pieces:
    """What was drawn of things of which many pages show some. What was drawn first makes room."""

    def __init__(self, most: int = PIECES_MOST) -> None:
        self.most = most
        self.kept: dict[Hashable, bytes] = {}
        self.lock = Lock()

    def of_each(self, things: Iterable[Hashable], about: Hashable, draw: Callable[[Any], str]) -> dict[Any, bytes]:
        """A piece for each; `about` is all else that they show. Those that are not there are drawn together.

        `draw` is given those, and puts a `CUT` behind each. To begin anew for each takes a fifth longer.
        """
        found = {thing: self.kept.get((about, thing)) for thing in things}
        missing = [thing for thing, piece in found.items() if piece is None]
        if missing:
            pieces = draw(missing).encode().split(BEHIND)[:-1]
            drawn = dict(zip(missing, pieces, strict=True))
            self._keep({(about, thing): piece for thing, piece in drawn.items()})
            found |= drawn
        return cast("dict[Any, bytes]", found)

    def _keep(self, pieces: dict[Hashable, bytes]) -> None:
        with self.lock:
            self.kept |= pieces
            for oldest in list(islice(self.kept, max(len(self.kept) - self.most, 0))):
                del self.kept[oldest]


class Recollections:
    """What was read from the database for many readers, true until anything is written."""

    def __init__(self, most: int = RECOLLECTIONS_MOST) -> None:
        self.kept = Shelf(most)

    def recall(self, key: Hashable, revision: object, read: Callable[[], Read]) -> Read:
        """What was read at this revision, or read it now; without a revision always read it now.

        What is not there is not kept: strangers could push everything else out by asking for what they make up.
        """
        found = self.kept.get(key) if revision is not None else None
        if found is not None and found[0] == revision:
            return cast("Read", found[1])
        value = read()
        if value is not None and revision is not None:
            self.kept.put(key, (revision, value))
        return value


class Frame:
    """A page drawn once for many readers, with holes where each sees what is their own.

    `draw` is given what makes a hole: a name, and the facts that whoever fills it needs to know.
    """

    def __init__(self, draw: Callable[[Hole], str]) -> None:
        holes: list[tuple[str, tuple[Any, ...]]] = []

        def hole(name: str, *facts: Any) -> Markup:
            holes.append((name, facts))
            return Markup(f"{_SIGN} {len(holes) - 1} ")  # noqa: S704 - replaced before anybody sees it

        first, *rest = _HOLE.split(draw(hole))
        self.first = first.encode()
        self.rest = [(holes[int(at)], text.encode()) for at, text in zip(rest[::2], rest[1::2], strict=True)]
        self.usual: dict[int, bytes] = {}

    def filled(self, own: Own) -> bytes:
        """The page of one reader; `own` has what fills the holes of each name, which is escaped already."""
        parts = [self.first]
        for place, ((name, facts), text) in enumerate(self.rest):
            fill = own[name]
            if isinstance(fill, Usual) and not fill.differs(*facts):
                if place not in self.usual:
                    self.usual[place] = _encoded(fill(*facts))
                parts += [self.usual[place], text]
            else:
                parts += [_encoded(fill(*facts)), text]
        return b"".join(parts)


def _encoded(piece: str | bytes) -> bytes:
    return piece.encode() if isinstance(piece, str) else piece


@dataclass(frozen=True)
class Usual:
    """Fills a hole with the same for all who share the page, but for those to whom it `differs`."""

    fill: Fill
    differs: Callable[..., bool]

    def __call__(self, *facts: Any) -> str | bytes:
        return self.fill(*facts)
