"""Backups: everything an instance holds as one file, made while it works, for either database.

The file is a ZIP archive: `manifest.json`, then `tables/<name>.jsonl` for each table (a line with the names of the
columns, then a line for each row), then `files/...` from the data folder. The search index is made anew from the items.
"""

from app.backups.making import make
from app.backups.restoring import restore

__all__ = ["make", "restore"]
