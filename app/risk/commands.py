"""What the quarterly reassessment records, of one patient and of a meeting."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from app.core.quarter import Quarter


@dataclass(frozen=True)
class RecordReassessment:
    """`level` is 0 to 5, `assessed_on` the day of the session; `submission_key` makes the form arrive once."""

    level: int
    assessed_on: date
    submission_key: str
    conclusion: str = field(default="", repr=False)
    # one of `rules.WHYS`
    why: str | None = None


@dataclass(frozen=True)
class PanelMember:
    """Who sat at the table: `part` is a code of `TeamPart`."""

    part: str
    name: str
    post: str = ""


@dataclass(frozen=True)
class HoldSession:
    """A town's meeting of a quarter; the first member chairs it."""

    quarter: Quarter
    held_on: date
    panel: tuple[PanelMember, ...]
