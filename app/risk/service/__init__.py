"""Rating the risk level, reassessing every managed patient each quarter, and the meeting that decides it."""

from __future__ import annotations

from app.risk.service.reassessing import (
    CONCLUSION,
    Recorded,
    note_level,
    note_levels,
    open_reassessments,
    record_reassessment,
    withdraw_level,
)
from app.risk.service.sessions import change_session, confirm_together, open_session, sign_session

__all__ = [
    "CONCLUSION", "Recorded", "change_session", "confirm_together", "note_level", "note_levels", "open_reassessments",
    "open_session", "record_reassessment", "sign_session", "withdraw_level",
]  # fmt: skip
