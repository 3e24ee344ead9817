"""How much work something takes: the same number on every machine, however busy it is."""

import itertools
import sys
from collections.abc import Callable


def calls(work: Callable[[], object]) -> int:
    """How many calls of functions it takes."""
    made = itertools.count()
    sys.setprofile(lambda *_about: next(made))
    try:
        work()
    finally:
        sys.setprofile(None)
    return next(made)
