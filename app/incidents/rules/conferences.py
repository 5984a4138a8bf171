"""Case conferences (联合协商会): what stands on the agenda, who is asked, what is decided and how that ended."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from app.core.reasons import Reason, reason


class ConferenceState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    MINUTED = "minuted"
    CALLED_OFF = "called_off"


class ItemSource(StrEnum):
    ALERT = "alert"
    INCIDENT = "incident"
    EMERGENCY = "emergency"
    FORM = "form"  # a hand-over form that is late
    REQUEST = "request"  # a green-channel request that nobody has taken up
    DECISION = "decision"  # of an earlier conference, late
    PATIENT = "patient"  # put there by hand


class ItemResult(StrEnum):
    DISCUSSED = "discussed"
    POSTPONED = "postponed"
    SETTLED = "settled"  # before the meeting


class InviteeAnswer(StrEnum):
    COMING = "coming"
    DEPUTY = "deputy"  # somebody else comes
    NOT_COMING = "not_coming"


class DecisionKind(StrEnum):
    FEE_WAIVER = "fee_waiver"
    DISABILITY = "disability"
    IDENTITY = "identity"
    ALLOWANCE = "allowance"
    MEDICAL_AID = "medical_aid"
    SCHOOL = "school"
    HOUSING = "housing"
    WORK = "work"
    GUARDIAN = "guardian"
    LEGAL_AID = "legal_aid"
    ADMISSION = "admission"
    REHABILITATION = "rehabilitation"
    JOINT_VISIT = "joint_visit"
    OTHER = "other"


class DecisionState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class DecisionRefusal(StrEnum):
    NOT_ENTITLED = "not_entitled"
    PAPERS_MISSING = "papers_missing"
    NOT_OURS = "not_ours"
    FAMILY_DECLINES = "family_declines"
    NO_MEANS = "no_means"
    OTHER = "other"


MOVES: dict[DecisionState, tuple[DecisionState, ...]] = {
    DecisionState.OPEN: (DecisionState.TAKEN, DecisionState.DONE, DecisionState.REFUSED, DecisionState.WITHDRAWN),
    DecisionState.TAKEN: (DecisionState.DONE, DecisionState.REFUSED, DecisionState.WITHDRAWN),
    DecisionState.DONE: (),
    DecisionState.REFUSED: (DecisionState.OPEN,),  # the conference asks again
    DecisionState.WITHDRAWN: (),
}
# the agency's own word; the others are the conference's
OWN_WORDS = (DecisionState.TAKEN, DecisionState.DONE, DecisionState.REFUSED)
PENDING = frozenset({DecisionState.OPEN, DecisionState.TAKEN})


def refuse_move(state: DecisionState, to: DecisionState) -> Reason | None:
    """Why a decision cannot go from the one state to the other; None when it can."""
    return None if to in MOVES[state] else reason("incidents.decision.no_move")


def is_late(state: DecisionState, due_on: date, today: date) -> bool:
    return state in PENDING and due_on < today
