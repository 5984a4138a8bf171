"""The green channel: medicine brought home and admission with company, as requests with states; delivery rounds."""

from __future__ import annotations

from enum import StrEnum

from app.core.reasons import Reason, reason


class GreenKind(StrEnum):
    DELIVERY = "delivery"  # 送药上门
    ADMISSION = "admission"  # 护送住院


class GreenState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    UNDER_WAY = "under_way"
    DONE = "done"
    REFUSED = "refused"
    CALLED_OFF = "called_off"


class GreenRefusal(StrEnum):
    NO_BED = "no_bed"
    NOT_DUE = "not_due"  # medicine is still there
    FAMILY_DOES = "family_does"
    NOT_CLINICAL = "not_clinical"  # the doctor sees no need
    OTHER = "other"


class RoundState(StrEnum):
    PLANNED = "planned"
    UNDER_WAY = "under_way"
    CLOSED = "closed"


class LineState(StrEnum):
    PLANNED = "planned"
    RECEIVED = "received"
    NOT_MET = "not_met"
    RETURNED = "returned"  # refused at the door, or not needed: brought back


class Receiver(StrEnum):
    PATIENT = "patient"
    GUARDIAN = "guardian"
    VILLAGE_DOCTOR = "village_doctor"
    OTHER = "other"


MOVES: dict[GreenState, tuple[GreenState, ...]] = {
    GreenState.ASKED: (GreenState.ACCEPTED, GreenState.REFUSED, GreenState.CALLED_OFF),
    GreenState.ACCEPTED: (GreenState.UNDER_WAY, GreenState.REFUSED, GreenState.CALLED_OFF),
    GreenState.UNDER_WAY: (GreenState.DONE, GreenState.REFUSED, GreenState.CALLED_OFF),
    GreenState.DONE: (),
    GreenState.REFUSED: (),
    GreenState.CALLED_OFF: (),
}
OPEN_GREEN = frozenset({GreenState.ASKED, GreenState.ACCEPTED, GreenState.UNDER_WAY})


def refuse_move(state: GreenState, to: GreenState) -> Reason | None:
    """Why a request cannot go from the one state to the other; None when it can."""
    return None if to in MOVES[state] else reason("incidents.green.no_move")
