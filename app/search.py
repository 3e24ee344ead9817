"""Finding items."""

from sqlmodel import Session


def index(session: Session, number: int, title: str, body: str) -> None:
    """Write or rewrite the row of an item."""
