"""What a form says about a paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.documents.rules import DocumentKind


class CleanPaper(NamedTuple):
    """Bytes that were drawn anew, and what they are."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class AttachDocument:
    """One paper, cleaned. `key` is made with the form, so that a form that arrives twice is stored once."""

    key: str
    kind: DocumentKind
    # the day on the paper, where it bears one
    on_day: date | None
    paper: CleanPaper
