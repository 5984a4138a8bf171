"""How a visit came here, and where a form from a phone's queue stands."""

from __future__ import annotations

from enum import StrEnum


class VisitChannel(StrEnum):
    PAGE = "page"
    DEVICE = "device"  # filled without a network, sent later
    NATIONAL = "national"  # imported from the national system's workbook


class SubmissionState(StrEnum):
    STORED = "stored"  # became a visit or an attempt
    CONFLICT = "conflict"  # what it was based on has changed: both versions wait for a person
    REFUSED = "refused"  # did not pass the checks: waits for a person, with the words at the field
    QUARANTINED = "quarantined"  # from a revoked device or a removed account
    DISCARDED = "discarded"  # a person decided against it; the content stays
