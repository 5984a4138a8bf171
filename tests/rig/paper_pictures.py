"""Neutral pictures of paper for tests: photos with everything that comes along with them, scans, and what pretends to be either."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageDraw

GPS_IFD, MAKE, LATITUDE = 0x8825, 0x010F, b"GPSLatitude"


def photo(width: int = 900, height: int = 1200, form: str = "JPEG", seed: int = 0, **saved: object) -> bytes:
    """A white sheet with grey lines."""
    sheet = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(sheet)
    for y in range(100, height - 80, 60):
        pen.line((80, y, width - 80 - (y * (7 + seed)) % 200, y), fill=(90, 90, 90), width=6)
    kept = BytesIO()
    sheet.save(kept, form, **saved)
    return kept.getvalue()


def photo_with_position() -> bytes:
    """As a phone takes it: turned, with place, maker and a comment."""
    told = Image.Exif()
    told[MAKE] = "HUAWEI"
    told[0x0112] = 6
    told[GPS_IFD] = {1: "N", 2: (31.0, 52.0, 12.0), 3: "E", 4: (117.0, 23.0, 9.0)}
    return photo(1200, 900, exif=told, comment=b"at home, 117.38")


def scan(pages: int = 2, extra: bytes = b"") -> bytes:
    """A PDF as a scanner writes it: one photo a page; `extra` stands in its catalog."""
    sheets = [Image.open(BytesIO(photo(seed=one))) for one in range(pages)]
    kept = BytesIO()
    sheets[0].save(kept, "PDF", save_all=True, append_images=sheets[1:])
    content = kept.getvalue()
    return content.replace(b"/Type /Catalog", b"/Type /Catalog " + extra, 1) if extra else content


def scan_around(jpeg: bytes) -> bytes:
    """A scanner's one page with exactly these bytes as its photo."""
    photo_object = b"<< /Type /XObject /Subtype /Image /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream" % (
        len(jpeg),
        jpeg,
    )
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Resources << /XObject << /I 4 0 R >> >> >>",
        photo_object,
    ]
    return b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % (at, part) for at, part in enumerate(parts, start=1))


def declared_png(width: int, height: int) -> bytes:
    """A few bytes that say they are an enormous picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 4096))
        + chunk(b"IEND", b"")
    )


def packed_part(number: int, first: int, text: bytes) -> bytes:
    """An object stream of a PDF: numbers and offsets up to `first`, and the objects behind them."""
    packed = zlib.compress(text, 9)
    head = b"%d 0 obj\n<< /Type /ObjStm /Filter /FlateDecode /First %d /Length %d >>" % (number, first, len(packed))
    return head + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
