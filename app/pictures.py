"""Pictures that people upload: known by their content, decoded under limits, made anew without what came with them."""

from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from PIL import Image, ImageOps

from app.refusals import Invalid
from app.words import _, number

BYTES_MOST = 1_000_000
SIDE_MOST = 3_000  # pixels of what is sent
LOGO_SIDE = 512  # pixels of what is kept
FORMATS = ("PNG", "JPEG", "WEBP")
PIXELS_MOST = 30_000_000  # of a picture that is attached
MARKS = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
NO_PICTURE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning)

_one_at_a_time = Lock()  # because each may take a hundred megabytes


class NoPicture(Exception):
    """It begins like a picture, and cannot be read as one."""


class TooManyPixels(Exception):
    """It would take more memory than a picture is worth."""


@dataclass(frozen=True)
class Picture:
    """A picture made anew. Its ending is that of a file's name."""

    media_type: str
    ending: str
    content: bytes
    width: int
    height: int


def is_one(sent: bytes) -> bool:
    """Whether it begins like a picture, whatever it is called."""
    return sent.startswith(MARKS) or (sent[:4] == b"RIFF" and sent[8:12] == b"WEBP")


def made_anew(sent: bytes) -> Picture:
    """The picture, the right way up and without anything that came with it: where it was taken, hidden attachments.

    Of a moving picture its first frame is kept. Raises NoPicture, TooManyPixels.
    """
    with _one_at_a_time:
        try:
            with Image.open(BytesIO(sent), formats=(*FORMATS, "GIF")) as picture:
                is_small = picture.width * picture.height <= PIXELS_MOST
                made = _written(picture, picture.format or "") if is_small else None
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise TooManyPixels from None
        except Exception as trouble:  # a decoder may raise anything over what a stranger has made
            raise NoPicture from trouble
    if made is None:
        raise TooManyPixels
    return made


def _written(picture: Image.Image, kind: str) -> Picture:
    mode = "RGBA" if picture.has_transparency_data and kind != "JPEG" else "RGB"
    upright = ImageOps.exif_transpose(picture).convert(mode)
    upright.info.clear()
    made = BytesIO()
    match kind:
        case "JPEG":
            upright.save(made, "JPEG", quality=90, optimize=True)
        case "WEBP":
            upright.save(made, "WEBP", quality=90)
        case _:
            kind = "PNG"
            upright.save(made, "PNG")
    ending = {"JPEG": ".jpg"}.get(kind, f".{kind.lower()}")
    return Picture(f"image/{kind.lower()}", ending, made.getvalue(), *upright.size)


def logo(sent: bytes) -> bytes:
    """The picture as a PNG that fits a square, without metadata. Raises Invalid."""
    if len(sent) > BYTES_MOST:
        raise _refusal(_("Logo: the picture has more than %s bytes; that is the limit.") % number(BYTES_MOST))
    try:
        with Image.open(BytesIO(sent), formats=FORMATS) as picture:
            _need_small(picture)
            return _shrunk(picture)
    except NO_PICTURE:
        raise _refusal(_("Logo: choose a picture in PNG, JPEG or WebP.")) from None


def _need_small(picture: Image.Image) -> None:
    """Only its head has been read so far."""
    if max(picture.size) > SIDE_MOST:
        words = _("Logo: the picture has more than %(most)s by %(most)s pixels; that is the limit.")
        raise _refusal(words % {"most": number(SIDE_MOST)})


def _shrunk(picture: Image.Image) -> bytes:
    """Only the pixels, the right way up."""
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail((LOGO_SIDE, LOGO_SIDE))
    bare = Image.new("RGBA", upright.size)
    bare.paste(upright)
    made = BytesIO()
    bare.save(made, "PNG", optimize=True)
    return made.getvalue()


def _refusal(words: str) -> Invalid:
    return Invalid({"logo": words})
