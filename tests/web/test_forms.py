"""Forms are read with no more work than their length asks for."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from starlette.datastructures import FormData

from app.attachments import recognising
from app.imports.csv_files import headings, rows
from app.refusals import Invalid
from app.search import words
from app.text import PILE_MOST, Checks
from app.web.forms import HALF, fill
from tests.effort import calls

PILE = "a" + "\u0301\u0316" * 50


@dataclass
class Lines:
    lines: list[str] = field(default_factory=list)


def halves(count: int) -> None:
    """A form of so many values, each half of a character."""
    sent = FormData([("lines", HALF)] * count)
    with pytest.raises(Invalid) as refusal:
        fill(Lines, sent, b"&".join([b"lines=%FF"] * count))
    assert refusal.value.problems == {"lines": "The field “lines” has characters that are not text."}


def test_a_form_of_broken_values_takes_no_more_than_its_length() -> None:
    halves(1)  # what is made once is made now
    assert calls(lambda: halves(400)) < 2.5 * calls(lambda: halves(200))


def test_the_sign_of_a_half_is_text_where_somebody_typed_it() -> None:
    body = f"lines={HALF}".encode()
    assert fill(Lines, FormData([("lines", HALF)]), body) == Lines([HALF])


@pytest.mark.parametrize(
    "read",
    [
        lambda pile: fill(Lines, FormData([("lines", pile)])),
        lambda pile: Checks().line("name", pile, label="Name", most=100),
        recognising.clean_name,
        headings.plain,
        rows._clean,
        words.of,
        words.asked,
    ],
)
def test_a_pile_of_marks_is_cut_wherever_text_comes_in(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[str], object]
) -> None:
    """Else each of these would take minutes for a longer one, in which nobody else is served."""
    put_in_order = []
    normalize = unicodedata.normalize
    monkeypatch.setattr(unicodedata, "normalize", lambda form, text: put_in_order.append(text) or normalize(form, text))
    read(PILE)
    assert max(map(len, put_in_order)) <= len("a") + PILE_MOST
