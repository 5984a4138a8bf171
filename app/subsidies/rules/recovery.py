"""What was paid and should not have been: found by rule, decided by the county, followed to an end (domain 9, case 11)."""

from __future__ import annotations

from enum import StrEnum


class RecoveryState(StrEnum):
    FOUND = "found"  # waits for the county's decision
    ASKED = "asked"  # to be paid back
    PARTLY = "partly"  # part of it came back
    REPAID = "repaid"
    WAIVED = "waived"  # decided not to ask for it
    WRITTEN_OFF = "written_off"  # asked in vain


class RecoveryStep(StrEnum):
    FOUND = "found"
    ASKED = "asked"
    RECEIVED = "received"
    WAIVED = "waived"
    WRITTEN_OFF = "written_off"


RECOVERY_MOVES: frozenset[tuple[RecoveryState, RecoveryState]] = frozenset(
    {
        (RecoveryState.FOUND, RecoveryState.ASKED),
        (RecoveryState.FOUND, RecoveryState.WAIVED),
        (RecoveryState.ASKED, RecoveryState.PARTLY),
        (RecoveryState.ASKED, RecoveryState.REPAID),
        (RecoveryState.ASKED, RecoveryState.WAIVED),
        (RecoveryState.ASKED, RecoveryState.WRITTEN_OFF),
        (RecoveryState.PARTLY, RecoveryState.REPAID),
        (RecoveryState.PARTLY, RecoveryState.WRITTEN_OFF),
    }
)
