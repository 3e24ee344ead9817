"""Preview cards."""

import io

import pytest
from PIL import Image

from app import cards
from app.statuses import Status


def opened(card: bytes) -> Image.Image:
    return Image.open(io.BytesIO(card))


@pytest.mark.parametrize(
    "title",
    ["Always show me the last train home", "x" * 200, "عرض الصفحة", "駅弁を買う時間がほしい", "\u200b", "a\nb\tc", "𓀀"],
)
def test_any_title_makes_a_card_of_the_size_that_is_asked_for(title: str) -> None:
    card = opened(cards.drawn("Lineside", title, Status.PLANNED, ("Planned", "12 votes")))
    assert (card.format, card.size) == ("PNG", (1200, 630))


def test_a_title_that_cannot_be_drawn_leaves_the_name_of_the_board() -> None:
    assert cards.drawn("Lineside", "𓀀𓀁") == cards.drawn("Lineside")


def test_a_long_title_ends_in_an_ellipsis() -> None:
    lines = cards._lines("Keep the timetable of a whole country on the phone " * 4, cards.TITLE_SIZE)
    assert (len(lines), lines[-1][-1]) == (cards.TITLE_LINES, "…")


def test_a_word_wider_than_the_card_is_broken() -> None:
    assert len(cards._lines("W" * 60, cards.TITLE_SIZE)) > 1
