"""The board's list: which items, in which order, and a page of them at a time.

A list reads stored counts and copies only, never votes or comments, in an order that an index can walk.
"""

from app.listing.pages import PAGE, Page, narrowed, page, tags_in_use
from app.listing.rows import Row, fetch, rows_where, with_numbers
from app.listing.views import Sort, View

__all__ = [
    "PAGE",
    "Page",
    "Row",
    "Sort",
    "View",
    "fetch",
    "narrowed",
    "page",
    "rows_where",
    "tags_in_use",
    "with_numbers",
]
