"""Preview cards: what other sites show of a page that somebody links to, as a picture of 1200 by 630 pixels."""

import io
from functools import cache, lru_cache

from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from app import lettering
from app.colours import DAY
from app.marks import MARKS
from app.statuses import Status

SIZE = (1200, 630)
MARGIN = 80
SKY = ("#3b4199", "#7c3a9c", "#b0245c", "#e98a3c", "#f2c14e")
SKY_HEIGHT = 18
TITLE_SIZE, TITLE_LINES, TITLE_TOP, TITLE_LEADING = 64, 4, 160, 80
SMALL = 36
FONTS = ("DejaVuSerif-Bold.ttf", "NotoSerif-Bold.ttf", "georgiab.ttf", "Georgia Bold.ttf", "DejaVuSans-Bold.ttf")


@lru_cache(maxsize=64)
def drawn(site: str, title: str = "", status: Status | None = None, facts: tuple[str, ...] = ()) -> bytes:
    """The card as PNG. Words in a script that no font at hand can draw are left out rather than drawn as boxes."""
    large = title if title and _font_for(title, TITLE_SIZE) else site
    card = Image.new("RGB", SIZE, DAY.paper)
    pen = ImageDraw.Draw(card)
    _sky(card)
    if large != site:
        _line(pen, MARGIN, site, SMALL, DAY.quiet)
    for number, line in enumerate(_lines(large, TITLE_SIZE)):
        _line(pen, TITLE_TOP + number * TITLE_LEADING, line, TITLE_SIZE, DAY.ink)
    _line(pen, SIZE[1] - MARGIN - SMALL, "  ·  ".join(facts), SMALL, MARKS[status].day if status else DAY.quiet)
    stored = io.BytesIO()
    card.save(stored, "PNG", optimize=True)
    return stored.getvalue()


def _sky(card: Image.Image) -> None:
    """The colours of the statuses from night to day along the upper edge."""
    sky = Image.new("RGB", (len(SKY), 1))
    sky.putdata([_rgb(colour) for colour in SKY])
    card.paste(sky.resize((SIZE[0], SKY_HEIGHT), Image.Resampling.BICUBIC))


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def _line(pen: ImageDraw.ImageDraw, top: int, words: str, size: int, colour: str) -> None:
    font = _font_for(words, size)
    if font is not None:
        pen.text((MARGIN, top), words, fill=colour, font=font)


def _lines(words: str, size: int) -> list[str]:
    """The words in lines that fit the card."""
    font = _font_for(words, size)
    return lettering.broken(words, font.getlength, SIZE[0] - 2 * MARGIN, TITLE_LINES) if font else []


def _font_for(words: str, size: int) -> FreeTypeFont | None:
    """The first font that has a picture for every character of the words."""
    return next((font for font in _fonts(size) if all(_has(font, character) for character in set(words))), None)


@cache
def _fonts(size: int) -> list[FreeTypeFont]:
    """The fonts of this machine that we know, and last the one that Pillow brings."""
    found = []
    for name in FONTS:
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    own = ImageFont.load_default(size)
    return [*found, own] if isinstance(own, FreeTypeFont) else found


def _has(font: FreeTypeFont, character: str) -> bool:
    return character.isspace() or _shape(font, character) != _shape(font, "\uffff")


def _shape(font: FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)
