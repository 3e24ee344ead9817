"""Forms: what was sent is put into a dataclass, and anything that no honest form sends is refused."""

import dataclasses
import typing
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote_to_bytes

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from app import text
from app.refusals import Invalid
from app.words import _

Form = TypeVar("Form")
HALF = "\N{REPLACEMENT CHARACTER}"


def typed(form: type[Form]) -> Any:
    """The dependency that reads this form: `typed_words: Annotated[Words, typed(Words)]`."""

    async def read(request: Request) -> Form:
        return fill(form, request.state.fields, request.state.body)

    return Depends(read)


def fill(form: type[Form], sent: FormData, body: bytes = b"") -> Form:
    """Put the sent fields into the dataclass. Raises Invalid for unknown or doubled fields and for what is no text.

    A missing field keeps its default. A field declared as a list takes all values, any other exactly one. Fields are
    strings, lists of strings, or uploaded files. `body` is what they were read from.
    """
    hints = typing.get_type_hints(form)
    problems = {name: _("The form has no field “%s”.") % name[:40] for name in sent if name not in hints}
    values: dict[str, Any] = {}
    no_text = _no_text(body)
    for name in (name for name in hints if name in sent):
        given = [_plain(value) for value in sent.getlist(name)]
        if any(sign in value for value in given if isinstance(value, str) for sign in no_text):
            problems[name] = _("The field “%s” has characters that are not text.") % name
        elif any(isinstance(value, UploadFile) for value in given) and not _takes_files(hints[name]):
            problems[name] = _("The field “%s” takes text and no file.") % name
        elif typing.get_origin(hints[name]) is list:
            values[name] = given
        elif len(given) > 1:
            problems[name] = _("The field “%s” was sent twice.") % name
        else:
            values[name] = given[0]
    if problems:
        raise Invalid(problems)
    return form(**values)


def paired(asked: list[str], given: list[str]) -> list[tuple[str, str]]:
    """The questions of a form that has one field for each, with what was typed there. Raises Invalid for odd ones."""
    if len(asked) != len(given):
        raise Invalid({"given": _("The form has an answer without its question.")})
    return list(zip(asked, given, strict=True))


def answered(asked: Iterable[str], typed: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is asked, with what was typed there; after it what was typed where nothing is asked any more."""
    return dict.fromkeys(asked, "") | {question: answer for question, answer in typed if answer.strip()}


def _takes_files(hint: Any) -> bool:
    return UploadFile in {hint, *typing.get_args(hint)}


def _plain(value: str | UploadFile) -> str | UploadFile:
    return text.composed(value) if isinstance(value, str) else value


def _no_text(body: bytes) -> frozenset[str]:
    """What is in no text: NUL, and the sign that stands where half of a character was read from the body."""
    return frozenset("\0") if _is_whole(body) else frozenset(("\0", HALF))


def _is_whole(body: bytes) -> bool:
    try:
        unquote_to_bytes(body).decode()
    except UnicodeDecodeError:
        return False
    return True


@dataclasses.dataclass
class CodeForm:
    code: str = ""


@dataclasses.dataclass
class HidingForm:
    because: str = ""


@dataclasses.dataclass
class Nothing:
    """The form of a button that says all by being pressed."""


Pressed = Annotated[Nothing, typed(Nothing)]
