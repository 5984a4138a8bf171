"""A policy proposed by one person and adopted by another."""

from __future__ import annotations

from enum import StrEnum


class PolicyProposalState(StrEnum):
    PROPOSED = "proposed"
    ADOPTED = "adopted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
