"""A PDF of scanned pages made safe: refused if it can act, otherwise its page pictures are drawn anew into a new file.

Scanners and phones write one photo (DCTDecode) a page; that is all that is read here. Nothing of the old file's structure is kept.
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import chain, islice, pairwise

from app.core.errors import Invalid
from app.core.reasons import reason
from app.documents.readers.picture import JPEG, redrawn

PDF = b"%PDF-"
MOST_PAGES = 20
# A scan's structure is a few kilobytes: these only end what was made to be read for ever.
_MOST_UNPACKED = 4 * 1024 * 1024  # of one packed part of the structure
_MOST_UNPACKED_IN_ALL = 16 * 1024 * 1024
_MOST_PARTS = 20_000  # in the file, packed ones counted too
_LONGEST_INDEX = 16 * _MOST_PARTS  # of a packed part: two numbers an object
_MOST_TRAILERS = 100
_LONGEST_TRAILER = 2000
_DPI = 200
_ACTIVE = frozenset(
    (b"JavaScript", b"JS", b"Launch", b"EmbeddedFile", b"EmbeddedFiles", b"Filespec", b"RichMedia", b"XFA", b"AcroForm", b"AA",
     b"SubmitForm", b"ImportData", b"GoToR", b"GoToE", b"Movie", b"Sound", b"Rendition", b"Encrypt")
)  # fmt: skip
_OBJECT = re.compile(rb"(\d{1,7})\s+\d{1,5}\s+obj\b")
_BODY_END = re.compile(rb"\bstream\r?\n|\bendobj\b")
_LENGTH = re.compile(rb"/Length\s+(\d{1,9})(?!\s+\d+\s+R)")
_NAME = re.compile(rb"/([^\s/<>\[\]()%{}]+)")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_REFERENCE = re.compile(rb"(\d{1,7})\s+\d{1,5}\s+R\b")
_NUMBER = re.compile(rb"\d{1,9}")


@dataclass(frozen=True, slots=True)
class _Part:
    """One numbered object: its dictionary as text, and its stream."""

    head: bytes
    stream: bytes = b""

    def names(self, key: bytes, value: bytes) -> bool:
        return re.search(rb"/" + key + rb"\s*/" + value + rb"\b", self.head) is not None


@dataclass(slots=True)
class _Room:
    """What one file may still ask for. Asking for more raises `Invalid`."""

    parts: int = _MOST_PARTS
    unpacked: int = _MOST_UNPACKED_IN_ALL

    def take_part(self) -> None:
        self.parts -= 1
        if self.parts < 0:
            raise _not_scanned()

    def unpack(self, packed: bytes) -> bytes:
        stream = zlib.decompressobj()
        try:
            text = stream.decompress(packed, min(_MOST_UNPACKED, self.unpacked) + 1)
        except zlib.error as broken:
            raise _not_scanned() from broken
        self.unpacked -= len(text)
        if len(text) > _MOST_UNPACKED or self.unpacked < 0:
            raise _not_scanned()
        return text


def is_scan(content: bytes) -> bool:
    return content.startswith(PDF)


def clean_scan(content: bytes) -> bytes:
    """The scanned pages as a new PDF of pictures. Raises `Invalid` at `file`."""
    parts = dict(_parts(content))
    _refuse_active(content, parts)
    pages = list(islice(_pages(parts), MOST_PAGES + 1))
    if len(pages) > MOST_PAGES:
        raise Invalid({"file": [reason("documents.scan.too_long", most=MOST_PAGES)]})
    if not pages:
        raise _not_scanned()
    drawn = [redrawn(picture) for picture in pages]
    kept = BytesIO()
    drawn[0].save(
        kept, "PDF", save_all=True, append_images=drawn[1:], resolution=_DPI,
        creationDate=time.gmtime(0), modDate=time.gmtime(0),
    )  # fmt: skip
    return kept.getvalue()


def _not_scanned() -> Invalid:
    return Invalid({"file": [reason("documents.scan.unreadable")]})


def _parts(content: bytes) -> Iterator[tuple[int, _Part]]:
    """Every object, also those packed into object streams; a later one replaces an earlier one of its number."""
    place, room = 0, _Room()
    while (found := _OBJECT.search(content, place)) is not None:
        room.take_part()
        end = _BODY_END.search(content, found.end())
        if end is None:
            return
        head, place = content[found.end() : end.start()], end.end()
        if end[0] == b"endobj":
            yield int(found[1]), _Part(head)
            continue
        stream, place = _stream(content, head, end.end())
        part = _Part(head, stream)
        yield int(found[1]), part
        if part.names(b"Type", b"ObjStm"):
            yield from _packed(part, room)


def _stream(content: bytes, head: bytes, start: int) -> tuple[bytes, int]:
    length = _LENGTH.search(head)
    if length is not None and content[start + int(length[1]) :][:20].lstrip().startswith(b"endstream"):
        end = start + int(length[1])
    else:
        end = content.find(b"endstream", start)
        end = len(content) if end < 0 else end
    return content[start:end], end


def _packed(part: _Part, room: _Room) -> Iterator[tuple[int, _Part]]:
    """The objects of one object stream. Each begins behind the one before it, so that no byte is ever taken twice."""
    text = room.unpack(part.stream) if part.names(b"Filter", b"FlateDecode") else part.stream
    first = re.search(rb"/First\s+(\d{1,8})", part.head)
    if first is None or int(first[1]) > _LONGEST_INDEX:
        raise _not_scanned()
    body = int(first[1])
    numbers = [int(one) for one in _NUMBER.findall(text[:body])]
    bounds = [*(body + start for start in numbers[1::2]), len(text)]
    for number, (start, end) in zip(numbers[::2], pairwise(bounds), strict=False):
        room.take_part()
        if start >= end:
            raise _not_scanned()
        yield number, _Part(text[start:end])


def _refuse_active(content: bytes, parts: dict[int, _Part]) -> None:
    """By the names in every dictionary, however they are spelt; the file's end (trailer) is read as a dictionary too."""
    ends = [found.start() for found in islice(re.finditer(rb"trailer\s{0,9}<<", content), _MOST_TRAILERS + 1)]
    if len(ends) > _MOST_TRAILERS:
        raise _not_scanned()
    trailers = (content[end : end + _LONGEST_TRAILER] for end in ends)
    for head in chain((part.head for part in parts.values()), trailers):
        names = (_ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), found[1]) for found in _NAME.finditer(head))
        if not _ACTIVE.isdisjoint(names):
            raise Invalid({"file": [reason("documents.scan.active")]})


def _pages(parts: dict[int, _Part]) -> Iterator[bytes]:
    """The photo of each page, in the order of the page tree."""
    catalog = next((part for part in parts.values() if part.names(b"Type", b"Catalog")), None)
    root = re.search(rb"/Pages\s+(\d{1,7})\s", catalog.head) if catalog else None
    if root is None:
        raise _not_scanned()
    yield from _photos(parts, int(root[1]), b"", set())


def _photos(parts: dict[int, _Part], number: int, inherited: bytes, seen: set[int]) -> Iterator[bytes]:
    node = parts.get(number)
    if node is None or number in seen or len(seen) > 10 * MOST_PAGES:
        raise _not_scanned()
    seen.add(number)
    resources = _entry(parts, node.head, b"Resources") or inherited
    kids = re.search(rb"/Kids\s*\[([^\]]*)\]", node.head)
    if kids is not None:
        for kid in _REFERENCE.findall(kids[1]):
            yield from _photos(parts, int(kid), resources, seen)
        return
    shown = [parts[int(one)] for one in _REFERENCE.findall(_entry(parts, resources, b"XObject")) if int(one) in parts]
    photos = [part.stream for part in shown if part.names(b"Subtype", b"Image") and part.stream.startswith(JPEG)]
    if not photos:
        raise _not_scanned()
    yield from photos


def _entry(parts: dict[int, _Part], head: bytes, key: bytes) -> bytes:
    """A dictionary's entry, itself a dictionary that stands there or is referred to; empty if there is none."""
    found = re.search(rb"/" + key + rb"\s*(?:(\d{1,7})\s+\d{1,5}\s+R\b|<<)", head)
    if found is None:
        return b""
    if found[1] is not None:
        part = parts.get(int(found[1]))
        return part.head if part else b""
    depth, place = 1, found.end()
    while depth and (bracket := re.compile(rb"<<|>>").search(head, place)) is not None:
        depth += 1 if bracket[0] == b"<<" else -1
        place = bracket.end()
    return head[found.end() : place]
