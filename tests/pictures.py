"""Pictures to send: good ones, and those that say they are larger than anybody should unpack."""

import io
import zlib

from PIL import Image


def drawn(kind: str = "PNG", size: tuple[int, int] = (60, 30), **options: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB" if kind in {"JPEG", "BMP"} else "RGBA", size, (200, 40, 40)).save(made, kind, **options)
    return made.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A small PNG whose head, whole and with a right sum, says that it is so large."""
    small = drawn()
    head = small[12:16] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + small[24:29]
    return small[:12] + head + zlib.crc32(head).to_bytes(4, "big") + small[33:]
