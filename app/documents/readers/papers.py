"""Whatever a phone or scanner sends, as bytes that are safe to keep; its name is not looked at and never kept."""

from __future__ import annotations

from app.core.errors import Invalid
from app.core.reasons import reason
from app.documents.commands import CleanPaper
from app.documents.readers.picture import clean_picture, is_picture
from app.documents.readers.scan import clean_scan, is_scan

MOST_MEGABYTES = 10
MOST_BYTES = MOST_MEGABYTES * 1024 * 1024
JPEG_TYPE, PDF_TYPE = "image/jpeg", "application/pdf"


def clean_paper(content: bytes) -> CleanPaper:
    """The paper drawn anew; it takes seconds, so call it before a transaction begins. Raises `Invalid` at `file`: empty, too large, too many pixels, no paper, able to act."""
    if not content:
        raise Invalid({"file": [reason("documents.empty")]})
    if len(content) > MOST_BYTES:
        raise Invalid({"file": [reason("documents.too_large", most=MOST_MEGABYTES)]})
    if is_picture(content):
        return CleanPaper(clean_picture(content), JPEG_TYPE)
    if is_scan(content):
        return CleanPaper(clean_scan(content), PDF_TYPE)
    raise Invalid({"file": [reason("documents.not_a_paper")]})
