"""What the pages ask of the numbers' use cases."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SubmitReport:
    """The run as it was looked at (public id); of a revision, why it is needed."""

    run: str
    reason: str = ""
