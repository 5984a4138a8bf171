"""What is missing from an agreement's papers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Missing(StrEnum):
    SCAN = "scan"  # the signed page
    APPLICATION = "application"  # signed without one
    IDENTITY = "identity"
    RELATION = "relation"
    ACCOUNT = "account"
    ACCOUNT_EXPIRED = "account_expired"  # the account was changed after its proof was kept


@dataclass(frozen=True, slots=True)
class PapersHeld:
    """What is kept for one agreement that runs or is to come."""

    has_scan: bool
    has_application: bool
    has_identity: bool
    has_relation: bool
    has_account: bool
    has_account_proof: bool
    # kept after the account of today was written down
    has_fresh_account_proof: bool


def missing_papers(held: PapersHeld) -> list[Missing]:
    """In the order of the list; an account that is not known yet needs no proof."""
    missing = [
        (Missing.SCAN, not held.has_scan),
        (Missing.APPLICATION, not held.has_application),
        (Missing.IDENTITY, not held.has_identity),
        (Missing.RELATION, not held.has_relation),
        (Missing.ACCOUNT, held.has_account and not held.has_account_proof),
        (
            Missing.ACCOUNT_EXPIRED,
            held.has_account and held.has_account_proof and not held.has_fresh_account_proof,
        ),
    ]
    return [what for what, is_missing in missing if is_missing]
