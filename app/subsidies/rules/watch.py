"""Patterns of fraud (reliability 2.4): what is looked for. A flag explains itself and never refuses."""

from __future__ import annotations

from enum import StrEnum


class Pattern(StrEnum):
    GHOST_PATIENT = "ghost_patient"
    DEAD_PAYEE = "dead_payee"
    SHARED_ACCOUNT = "shared_account"
    STAFF_ACCOUNT = "staff_account"
    LATE_SWAP = "late_swap"
    GUARDIAN_SWAP = "guardian_swap"
    SPLIT_APPROVALS = "split_approvals"
    LEVEL_RAISED = "level_raised"
    INCIDENT_HIDDEN = "incident_hidden"
    MISSING_VISITS = "missing_visits"
    BACK_DATED_VISITS = "back_dated_visits"
    MAKER_CHECKER = "maker_checker"
    ONE_HAND = "one_hand"
    BELOW_FLOOR = "below_floor"


class FlagState(StrEnum):
    OPEN = "open"
    EXPLAINED = "explained"
    HANDED_ON = "handed_on"
