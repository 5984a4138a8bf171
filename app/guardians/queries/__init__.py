"""Every SELECT of the room: a patient's guardians and agreements, and the search that finds them."""

from __future__ import annotations

from app.guardians.queries.page import (
    AccountCard,
    AgreementRow,
    GuardianCard,
    find_kept_twice,
    find_renewal,
    get_agreement,
    get_guarded_patient,
    list_agreements,
    list_guardians,
    list_guards,
    may_name,
)
from app.guardians.queries.search import FoundGuardian, search_guardians

__all__ = [
    "AccountCard", "AgreementRow", "FoundGuardian", "GuardianCard", "find_kept_twice", "find_renewal", "get_agreement", "get_guarded_patient",
    "list_agreements", "list_guardians", "list_guards", "may_name", "search_guardians",
]  # fmt: skip
