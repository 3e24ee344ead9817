"""Pictures that people upload: known by their content, decoded under limits, made anew without what came with them."""

from io import BytesIO

from PIL import Image, ImageOps

from app.refusals import Invalid
from app.words import _, number

BYTES_MOST = 1_000_000
SIDE_MOST = 3_000  # pixels of what is sent
LOGO_SIDE = 512  # pixels of what is kept
FORMATS = ("PNG", "JPEG", "WEBP")
NO_PICTURE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning)


def logo(sent: bytes) -> bytes:
    """The picture as a PNG that fits a square, without metadata. Raises Invalid."""
    if len(sent) > BYTES_MOST:
        raise _refusal(_("Logo: the picture has more than %s bytes; that is the limit.") % number(BYTES_MOST))
    try:
        with Image.open(BytesIO(sent), formats=FORMATS) as picture:
            _need_small(picture)
            return _made_anew(picture)
    except NO_PICTURE:
        raise _refusal(_("Logo: choose a picture in PNG, JPEG or WebP.")) from None


def _need_small(picture: Image.Image) -> None:
    """Only its head has been read so far."""
    if max(picture.size) > SIDE_MOST:
        words = _("Logo: the picture has more than %(most)s by %(most)s pixels; that is the limit.")
        raise _refusal(words % {"most": number(SIDE_MOST)})


def _made_anew(picture: Image.Image) -> bytes:
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
