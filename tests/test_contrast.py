"""The colours of the style sheets can be read, by day and by night: 4.5 for text, 3 for shapes (WCAG 2.2 AA)."""

import re
from pathlib import Path

import pytest

from app import colours, site
from app.colours import DAY, NIGHT
from app.marks import MARKS
from app.statuses import Status

ROOT = Path(__file__).parents[1]
PAIR = re.compile(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);")
SHARE = re.compile(r"color-mix\(in srgb, var\(--mark\) (\d+)%, var\(--paper\)\)")  # of a status in its soft ground
STATUSES = [status.replace("_", "-") for status in Status]
THEMES = [pytest.param(0, id="day"), pytest.param(1, id="night")]


def palette(theme: int) -> dict[str, str]:
    sheet = (ROOT / "static/css/10-tokens.css").read_text()
    return {name: pair[theme] for name, *pair in PAIR.findall(sheet)}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("text", ["ink", "ink-quiet", "accent", "danger", "good"])
@pytest.mark.parametrize("ground", ["paper", "surface"])
def test_text_can_be_read_on_the_page(text: str, ground: str, theme: int) -> None:
    colour = palette(theme)
    assert colours.contrast(colour[text], colour[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("status", STATUSES)
def test_a_status_can_be_read_wherever_it_stands(status: str, theme: int) -> None:
    colour = palette(theme)
    mark, paper = colour[f"status-{status}"], colour["paper"]
    share = SHARE.findall((ROOT / "static/css/50-item.css").read_text())[theme]
    for ground in (paper, colour["surface"], colours.mixed(mark, paper, int(share) / 100)):
        assert colours.contrast(mark, ground) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_words_on_the_accent_and_the_accent_on_its_soft_ground_can_be_read(theme: int) -> None:
    colour = palette(theme)
    assert colours.contrast(colour["accent-ink"], colour["accent"]) >= 4.5
    assert colours.contrast(colour["accent"], colour["accent-soft"]) >= 4.5
    assert colours.contrast(colour["ink"], colour["accent-soft"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_edge_of_a_field_can_be_seen(theme: int) -> None:
    colour = palette(theme)
    assert colours.contrast(colour["edge"], colour["paper"]) >= 3
    assert colours.contrast(colour["edge"], colour["surface"]) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_no_two_statuses_have_the_same_colour(theme: int) -> None:
    colour = palette(theme)
    assert len({colour[f"status-{status}"] for status in STATUSES}) == len(Status)


@pytest.mark.parametrize(("theme", "known"), [(0, DAY), (1, NIGHT)], ids=["day", "night"])
def test_the_program_knows_the_colours_of_the_sheet(theme: int, known: colours.Theme) -> None:
    colour = palette(theme)
    accent = colours.accent(site.ACCENT, known)
    assert (colour["paper"], colour["surface"]) == (known.paper, known.surface)
    assert (colour["ink"], colour["ink-quiet"], colour["line"]) == (known.ink, known.quiet, known.line)
    assert (colour["accent"], colour["accent-ink"], colour["accent-soft"]) == (accent.colour, accent.ink, accent.soft)
    assert colour["paper"] in (ROOT / "templates/shared/_head.html").read_text()


def test_a_mark_has_the_colours_of_its_status() -> None:
    day, night = palette(0), palette(1)
    names = {status: f"status-{status.replace('_', '-')}" for status in Status}
    assert {status: (mark.day, mark.night) for status, mark in MARKS.items()} == {
        status: (day[name], night[name]) for status, name in names.items()
    }
