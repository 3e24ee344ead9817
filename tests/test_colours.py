"""The owner's accent stays readable whatever colour is chosen."""

import itertools

import pytest

from app import colours
from app.colours import DAY, NIGHT, Theme

CHOSEN = ["#" + "".join(parts) for parts in itertools.product(("00", "55", "aa", "ff"), repeat=3)]


def test_contrast_is_that_of_wcag() -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#ffffff", "#000000") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert colours.contrast("#3d4f9f", "#3d4f9f") == 1


@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=["day", "night"])
def test_any_accent_can_be_read_and_written_on(theme: Theme) -> None:
    for chosen in CHOSEN:
        accent = colours.accent(chosen, theme)
        for ground in (theme.paper, theme.surface, accent.soft):
            assert colours.contrast(accent.colour, ground) >= 4.5, chosen
        assert colours.contrast(accent.ink, accent.colour) >= 4.5, chosen


def test_an_accent_that_can_be_read_stays_as_it_was_chosen() -> None:
    assert colours.accent("#3d4f9f", DAY).colour == "#3d4f9f"
    assert colours.accent("#f0c060", NIGHT).colour == "#f0c060"


def test_an_accent_keeps_its_hue() -> None:
    red, green, blue = colours._parts(colours.accent("#ffcc00", DAY).colour)
    assert red > green > blue == 0


def test_the_style_sheet_names_both_themes() -> None:
    assert colours.sheet("#ff0000") == (
        ":root { --accent: light-dark(#cc0000, #ff2e2e); --accent-ink: light-dark(#ffffff, #12131f); "
        "--accent-soft: light-dark(#f6dfdb, #2a1620); }\n"
    )
