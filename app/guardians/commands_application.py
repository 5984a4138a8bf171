"""What forms say about an application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.documents.rules import DocumentKind


@dataclass(frozen=True)
class Apply:
    """A guardian applies: on which day, from when, with which papers in hand. `key` is made with the form."""

    key: str
    applied_on: date
    from_on: date
    papers: tuple[DocumentKind, ...]
