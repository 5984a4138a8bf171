"""A photo made safe: known by its content, measured before it is decoded, drawn anew without anything that came along with it."""

from __future__ import annotations

import struct
import warnings
from io import BytesIO

from PIL import Image, ImageOps

from app.core.errors import Invalid
from app.core.reasons import reason

JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
LONGEST_EDGE = 2400  # pixels: small print on an A4 page is still read
# A JPEG is decoded at a fraction of its size, a PNG whole: three bytes a pixel of memory.
MOST_PIXELS = {"JPEG": 64_000_000, "PNG": 25_000_000}
_QUALITY = 82
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, struct.error)


def is_picture(content: bytes) -> bool:
    return content.startswith((JPEG, PNG))


def clean_picture(content: bytes) -> bytes:
    """The picture as a JPEG of its pixels alone: no position, device, comment, thumbnail, profile or anything behind its end."""
    drawn = BytesIO()
    redrawn(content).save(drawn, "JPEG", quality=_QUALITY, optimize=True)
    return drawn.getvalue()


def redrawn(content: bytes) -> Image.Image:
    """Its pixels upright on a new white sheet of at most `LONGEST_EDGE`. Raises `Invalid` at `file`."""
    form = "JPEG" if content.startswith(JPEG) else "PNG"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # measured below, more strictly
            picture = Image.open(BytesIO(content), formats=(form,))
            _refuse_huge(picture, form)
            picture.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
            return _on_white(upright)
    except Image.DecompressionBombError as bomb:  # so many that Pillow does not even open it
        raise _too_many() from bomb
    except _UNREADABLE as broken:
        raise Invalid({"file": [reason("documents.unreadable")]}) from broken


def _refuse_huge(picture: Image.Image, form: str) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS[form]:
        raise _too_many()


def _too_many() -> Invalid:
    return Invalid({"file": [reason("documents.too_many_pixels")]})


def _on_white(picture: Image.Image) -> Image.Image:
    """A new picture: what Pillow remembers of the old one (comment, profile, text) does not come along."""
    sheet = Image.new("RGB", picture.size, "white")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        covered = picture.convert("RGBA")
        sheet.paste(covered, mask=covered.getchannel("A"))
    else:
        sheet.paste(picture.convert("RGB"))
    return sheet
