"""A year on the board of an imaginary product, to see Daylight filled. It goes without a trace."""

from app.samples.filling import fill, may_fill
from app.samples.removal import are_here, remove

__all__ = ["are_here", "fill", "may_fill", "remove"]
