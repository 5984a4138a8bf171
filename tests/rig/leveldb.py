"""LevelDB's table files, unpacked: their blocks are squeezed with Snappy, in which a plain search would miss repeated text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

MAGIC = bytes.fromhex("57fb808b247547db")
FOOTER = 48
SNAPPY = 1


def blocks(path: Path) -> Iterator[bytes]:
    """The unpacked blocks of a `.ldb` file; nothing for other files. Blocks are found by the file's own index."""
    if path.suffix not in (".ldb", ".sst"):
        return
    content = path.read_bytes()
    if len(content) < FOOTER or content[-8:] != MAGIC:
        return
    at = len(content) - FOOTER
    _meta_offset, at = _varint(content, at)
    _meta_size, at = _varint(content, at)
    offset, at = _varint(content, at)
    size, _at = _varint(content, at)
    for value in _values(_block(content, offset, size)):
        block_offset, after = _varint(value, 0)
        block_size, _after = _varint(value, after)
        yield _block(content, block_offset, block_size)


def unsqueeze(packed: bytes) -> bytes:
    """Snappy's raw format."""
    _length, at = _varint(packed, 0)
    out = bytearray()
    while at < len(packed):
        tag, at = packed[at], at + 1
        kind = tag & 3
        if kind == 0:
            length, at = _literal_length(packed, tag >> 2, at)
            out += packed[at : at + length]
            at += length
            continue
        if kind == 1:
            length, back = (tag >> 2 & 7) + 4, (tag >> 5) << 8 | packed[at]
            at += 1
        else:
            width = 2 if kind == 2 else 4
            length, back = (tag >> 2) + 1, int.from_bytes(packed[at : at + width], "little")
            at += width
        for _copied in range(length):
            out.append(out[-back])
    return bytes(out)


def _literal_length(packed: bytes, short: int, at: int) -> tuple[int, int]:
    if short < 60:
        return short + 1, at
    width = short - 59
    return int.from_bytes(packed[at : at + width], "little") + 1, at + width


def _block(content: bytes, offset: int, size: int) -> bytes:
    body, kind = content[offset : offset + size], content[offset + size]
    return unsqueeze(body) if kind == SNAPPY else body


def _values(block: bytes) -> Iterator[bytes]:
    """The values of an index block's entries."""
    restarts = int.from_bytes(block[-4:], "little")
    end, at = len(block) - 4 - 4 * restarts, 0
    while at < end:
        _shared, at = _varint(block, at)
        own, at = _varint(block, at)
        length, at = _varint(block, at)
        yield block[at + own : at + own + length]
        at += own + length


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte, at = content[at], at + 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at
