"""How tests look at pages, and count what they cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

from httpx import Response
from sqlalchemy import event
from sqlmodel import Session


def words(answer: Response, start: str = "<main", end: str = "</main>") -> str:
    """The text of a page from one piece of its source to another, tags and doubled white space left out."""
    part = answer.text.partition(start)[2].partition(end)[0]
    return " ".join(unescape(" ".join(piece.partition(">")[2] for piece in part.split("<"))).split())


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that are executed meanwhile, without those that only open and close transactions."""
    session.flush()
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.lower().startswith(("savepoint", "release", "rollback", "pragma")):
            statements.append(statement)

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)
