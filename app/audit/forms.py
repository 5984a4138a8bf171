"""The auditor's search, as a GET form."""

from __future__ import annotations

import re
from datetime import date

from werkzeug.datastructures import MultiDict

from app.audit.queries import EventFilter
from app.core.dates import parse_date

PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


def read_filter(args: MultiDict[str, str]) -> EventFilter:
    """A filter from an address; what cannot be read is left out and the page shows that."""
    return EventFilter(
        action=args.get("action", "")[:400],
        from_on=_day(args.get("from", "")),
        to_on=_day(args.get("to", "")),
        subject_id=_public_id(args.get("subject", "").strip()),
        user=args.get("user", "").strip().casefold()[:64],
    )


def _public_id(text: str) -> str:
    """Only what the house itself gives out: whose history was read is noted for good, and a typed name must not be."""
    return text if PUBLIC_ID.fullmatch(text) else ""


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day <= date(2200, 1, 1) else None
