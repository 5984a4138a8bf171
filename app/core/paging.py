"""Lists page by key, never by offset: a page is what comes after the last row that was seen."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

PAGE_SIZE = 50
LARGEST = 2**63 - 1  # of a BIGINT

Key = tuple[str | int | None, ...]
Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`rows` in order, and the cursor of the page after them (None on the last)."""

    rows: Sequence[Row]
    next_cursor: str | None


def page_of(fetched: Sequence[Row], size: int, key: Callable[[Row], Sequence[object]]) -> Page[Row]:
    """Make a page from up to `size + 1` fetched rows; the extra row only tells that there is more."""
    rows = fetched[:size]
    return Page(rows, encode_cursor(key(rows[-1])) if len(fetched) > size else None)


def encode_cursor(key: Sequence[object]) -> str:
    plain = [part.isoformat() if isinstance(part, date) else part for part in key]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode_cursor(text: str | None, length: int) -> Key | None:
    """The key in a cursor; None for a missing or malformed one (the list then starts at its beginning)."""
    if not text:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        return None
    if not isinstance(parts, list) or len(parts) != length or not all(map(_is_part, parts)):
        return None
    return tuple(parts)


def _is_part(part: object) -> bool:
    """Anybody can write a cursor: only what a column can be compared with on either database is one."""
    if isinstance(part, str):
        return part.isprintable()
    return part is None or (type(part) is int and abs(part) <= LARGEST)
