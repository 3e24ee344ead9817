"""Our own types of columns, and how keys and rules of tables are named."""

import enum
from collections.abc import Callable
from typing import Any

from markupsafe import Markup
from sqlalchemy import Dialect, Index, String, Text, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def index_of_given(column: str) -> Index:
    """An index of the rows that have a value there: where few have, to change any other brings no work to it."""
    given = text(f"{column} IS NOT NULL")
    return Index(None, column, sqlite_where=given, postgresql_where=given)


class Word(TypeDecorator[Any]):
    """An enumeration stored by its value, as the plain word that also stands in URLs."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[enum.StrEnum]) -> None:
        super().__init__(length=32)
        self.words = words

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def result_processor(self, _dialect: Dialect, _kind: object) -> Callable[[str | None], enum.StrEnum | None]:
        """Looked up: every row of a list has several, and to make one costs ten times as much."""
        words: dict[str | None, enum.StrEnum | None] = {word.value: word for word in self.words}
        return (words | {None: None}).__getitem__


class Html(TypeDecorator[Markup]):
    """Safe HTML: made by `text.to_html` when it was written, so that templates print it as it is."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def result_processor(self, _dialect: Dialect, _kind: object) -> Callable[[str | None], Markup | None]:
        """Sanitised when it was written, and plain: `Markup` itself would first look whether it is some already."""
        return lambda value: None if value is None else str.__new__(Markup, value)
