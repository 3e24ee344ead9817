"""Cells that a spreadsheet would run: an export puts an apostrophe before them, an import takes exactly it away."""

import re

_RUNS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # the last four are those of East Asian keyboards


def neutralised(text: str) -> str:
    """The text as it goes into a cell, where it stays text."""
    return "'" + text if _RUNS.match(text) else text


def restored(cell: str) -> str:
    """The text that was neutralised into this cell."""
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell) else cell
