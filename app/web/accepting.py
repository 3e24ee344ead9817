"""What a reader says they take."""

import re
from functools import lru_cache

REFUSED = re.compile(r"q\s*=\s*0(\.0*)?")


@lru_cache(100)
def encodings(header: str) -> frozenset[str]:
    """The ways to pack an answer that an `Accept-Encoding` names, but for those that it names to refuse them.

    Source: RFC 9110, 12.5.3. A `*` counts for none: whoever wants an answer packed says how.
    """
    named = (each.partition(";") for each in header.lower().split(","))
    return frozenset(name.strip() for name, _sign, weight in named if not REFUSED.fullmatch(weight.strip()))
