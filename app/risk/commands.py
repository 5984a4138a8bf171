"""What the session that reassesses a patient records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class RecordReassessment:
    """`level` is 0 to 5, `assessed_on` the day of the session; `submission_key` makes the form arrive once."""

    level: int
    assessed_on: date
    submission_key: str
    conclusion: str = field(default="", repr=False)
