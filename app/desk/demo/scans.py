"""Pictures of papers in the demonstration: neutral drawings, nobody's papers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import business_day
from app.core.crypto import Keyring
from app.core.db import new_public_id
from app.documents.commands import AttachDocument
from app.documents.readers.papers import clean_paper
from app.documents.rules import DocumentKind
from app.documents.service import attach_document
from app.documents.subjects import Subject

_PAGE = (620, 877)


def keep_scans(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    about: Subject,
    kinds: Sequence[DocumentKind],
    place: int,
    on_day: date | None,
    now: datetime,
) -> None:
    """One sheet of each kind; `place` tells the drawings of one subject from those of another."""
    for number, kind in enumerate(kinds):
        paper = AttachDocument(new_public_id(), kind, on_day, clean_paper(_drawn(place, number)))
        attach_document(session, keyring, actor, about, paper, business_day(now), now)


def _drawn(place: int, kind: int) -> bytes:
    """A sheet with grey lines: no face, no name, no number."""
    sheet = Image.new("RGB", _PAGE, (248, 247, 243))
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((230, 60, 390, 82), fill=(120, 120, 120))
    for number, y in enumerate(range(130, 780, 34 + 5 * kind)):
        pen.rectangle((70, y, 550 - (number * 53 + place * 31) % 170, y + 7), fill=(185, 185, 182))
    kept = BytesIO()
    sheet.save(kept, "JPEG", quality=70)
    return kept.getvalue()
