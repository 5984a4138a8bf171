"""Use cases of guardianship."""

from __future__ import annotations

from app.guardians.service.adding import (
    add_guardian,
    add_guardians,
    end_guardianship,
    find_open_guardianship,
    find_warnings,
)
from app.guardians.service.agreements import end_agreement, sign_agreement, sign_agreements, suggest_number
from app.guardians.service.consenting import sign_consent
from app.guardians.service.renewals import decline_renewal

__all__ = [
    "add_guardian", "add_guardians", "decline_renewal", "end_agreement", "end_guardianship", "find_open_guardianship", "find_warnings",
    "sign_agreement", "sign_agreements", "sign_consent", "suggest_number",
]  # fmt: skip
