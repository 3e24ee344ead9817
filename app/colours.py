"""The owner's accent: whatever colour is chosen, text in it and on it stays readable, by day and by night."""

import colorsys
from dataclasses import dataclass

TEXT = 4.5  # least contrast of text, by WCAG 2.2 AA
SOFT = 0.1  # share of the accent in a softly coloured ground
STEP = 0.01
LINEAR_MOST = 0.04045  # up to here sRGB is linear


@dataclass(frozen=True)
class Theme:
    """The grounds that an accent has to stand on, the direction in which it gains contrast there, and the inks."""

    paper: str
    surface: str
    step: float
    ink: str
    quiet: str
    line: str


DAY = Theme(paper="#fbf8f3", surface="#fffefb", step=-STEP, ink="#211e1a", quiet="#625c52", line="#e6dfd3")
NIGHT = Theme(paper="#12131f", surface="#1a1c2b", step=STEP, ink="#ece8df", quiet="#aaa7b2", line="#2b2e42")


@dataclass(frozen=True)
class Accent:
    """A colour for links and buttons, the colour of words on such a button, and a soft ground."""

    colour: str
    ink: str
    soft: str


def accent(chosen: str, theme: Theme) -> Accent:
    """The chosen colour, `#rrggbb`, made darker or lighter until it can be read in this theme. Its hue stays."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(chosen))
    colour = chosen
    while not _stands_on(colour, theme):
        lightness = min(max(lightness + theme.step, 0), 1)
        colour = _hex(colorsys.hls_to_rgb(hue, lightness, saturation))
    ink = max("#ffffff", NIGHT.paper, key=lambda ink: contrast(ink, colour))
    return Accent(colour, ink, mixed(colour, theme.paper, SOFT))


def sheet(chosen: str) -> str:
    """A style sheet that puts the accent in the place of the usual one."""
    day, night = accent(chosen, DAY), accent(chosen, NIGHT)
    return (
        f":root {{ --accent: light-dark({day.colour}, {night.colour}); "
        f"--accent-ink: light-dark({day.ink}, {night.ink}); --accent-soft: light-dark({day.soft}, {night.soft}); }}\n"
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours as WCAG 2.2 defines it, from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mixed(colour: str, ground: str, share: float) -> str:
    """`share` of the colour laid over the ground."""
    pairs = zip(_parts(colour), _parts(ground), strict=True)
    return _hex(tuple(over * share + under * (1 - share) for over, under in pairs))


def _stands_on(colour: str, theme: Theme) -> bool:
    grounds = (theme.paper, theme.surface, mixed(colour, theme.paper, SOFT))
    return all(contrast(colour, ground) >= TEXT for ground in grounds)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= LINEAR_MOST else ((part + 0.055) / 1.055) ** 2.4


def _parts(colour: str) -> tuple[float, float, float]:
    """`#rrggbb` as three numbers from 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(parts: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
