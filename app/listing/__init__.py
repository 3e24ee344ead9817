"""The board's list: which items, in which order, and a page of them at a time.

A list reads stored counts and copies only, never votes or comments, in an order that an index can walk.
"""

from app.listing.pages import PAGE, page, similar, tags_in_use, values_of
from app.listing.rows import Row, fetch, first, row, with_numbers
from app.listing.views import Sort, View
from app.listing.ways import narrowed, shared_by_few

__all__ = [
    "PAGE",
    "Row",
    "Sort",
    "View",
    "fetch",
    "first",
    "narrowed",
    "page",
    "row",
    "shared_by_few",
    "similar",
    "tags_in_use",
    "values_of",
    "with_numbers",
]
