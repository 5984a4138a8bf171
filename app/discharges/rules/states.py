"""The loop of one discharge and of each of its forms (domain 6)."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class DischargeState(StrEnum):
    PLANNED = "planned"  # 拟出院: prepared by the ward, nobody is told yet
    OPENED = "opened"
    DISPATCHED = "dispatched"
    RECEIVED = "received"  # by every unit
    ACTING = "acting"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"  # a plan that came to nothing


class DischargeType(StrEnum):
    ORDERED = "ordered"  # 医嘱离院
    FAMILY = "family"  # 家属要求
    TRANSFER = "transfer"  # 转院
    DEATH = "death"
    LEFT = "left"  # 脱离


# who dies or goes on to another hospital is not taken over by anybody
NO_LOOP = frozenset({DischargeType.TRANSFER, DischargeType.DEATH})


class DischargeTo(StrEnum):
    HOME = "home"
    HOSPITAL = "hospital"
    CARE_HOME = "care_home"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """How the record came in."""

    PAGE = "page"
    PASTE = "paste"
    WORKBOOK = "workbook"
    API = "api"
    PAPER = "paper"


class FormKind(StrEnum):
    """The five forms in their printed order; two more where another county takes part."""

    GUARDIAN = "guardian"
    HEALTH_CENTRE = "health_centre"
    POLICE = "police"
    TOWN = "town"
    VILLAGE = "village"
    TRANSFER = "transfer"  # to the prevention office of the county where the person goes
    ORIGIN = "origin"  # to the office that looked for somebody who was lost


class FormState(StrEnum):
    DISPATCHED = "dispatched"
    RECEIVED = "received"
    ACTING = "acting"
    CLOSED = "closed"
    STOPPED = "stopped"


OPEN_FORMS = frozenset({FormState.DISPATCHED, FormState.RECEIVED, FormState.ACTING})
WAITING_FORMS = frozenset({FormState.DISPATCHED})
LIVE = frozenset({DischargeState.OPENED, DischargeState.DISPATCHED, DischargeState.RECEIVED, DischargeState.ACTING})
# nothing is asked for but that they were read
READ_ONLY_KINDS = frozenset({FormKind.GUARDIAN, FormKind.TRANSFER, FormKind.ORIGIN})


class EventKind(StrEnum):
    """What happened, in words that are never changed afterwards."""

    OPENED = "opened"
    DISPATCHED = "dispatched"
    RECEIVED = "received"
    CONTACT = "contact"  # of the village with the household, of the police with the guardian
    PLAN = "plan"  # meeting of the care team, or a plan
    VISIT = "visit"  # the first visit, read from the register
    FEEDBACK = "feedback"
    CORRECTION = "correction"
    UNDONE = "undone"  # it was noted by mistake and does not count
    REOPENED = "reopened"  # what had ended was ended by that mistake: the unit is asked again
    CLOSED = "closed"
    STOPPED = "stopped"
    REISSUED = "reissued"
    REGISTERED = "registered"  # somebody unknown has come into the register


# what a unit notes when it has acted
ACTS: dict[FormKind, EventKind] = {
    FormKind.POLICE: EventKind.CONTACT,
    FormKind.TOWN: EventKind.PLAN,
    FormKind.VILLAGE: EventKind.CONTACT,
    FormKind.HEALTH_CENTRE: EventKind.VISIT,
}

# whose single act ends their form, so that it is said in words and no slip of the thumb ends it
ACTS_IN_WORDS = frozenset({FormKind.POLICE, FormKind.TOWN})


# acts that may turn out to be none; the first visit is the register's, and taken back there
UNDOABLE = frozenset({EventKind.CONTACT, EventKind.PLAN})


class CloseReason(StrEnum):
    """Why a loop ended; the first by itself, the next four by facts, the others by the coordinator's word."""

    DONE = "done"
    READMITTED = "readmitted"
    DIED = "died"
    MOVED = "moved"  # handed on to where the person lives now
    DOUBLE = "double"  # an earlier loop hands over the same stay, under another record of the person
    NO_LOOP = "no_loop"  # death or transfer: there was nothing to hand over
    HANDLED = "handled"
    WRONG_ENTRY = "wrong_entry"
    SEARCHING = "searching"


BY_COORDINATOR = (CloseReason.HANDLED, CloseReason.WRONG_ENTRY, CloseReason.SEARCHING)


class LateBy(StrEnum):
    """Whose lateness it is when the forms went out after their 24 hours."""

    HOSPITAL = "hospital"
    OFFICE = "office"


class LegalBasis(StrEnum):
    """On what the police are told of a discharge (domain 6, setting)."""

    RISK = "risk"
    INCIDENT = "incident"
    LAW_30 = "law_30"  # Mental Health Law, Art. 30(2)(2)


class GuardianState(StrEnum):
    """As the town reads it."""

    OK = "ok"
    WEAK = "weak"
    OTHER = "other"  # the hospital spoke with somebody who is not the register's guardian
    NAMED = "named"  # the hospital knows somebody, the register nobody
    NONE = "none"


class Which(StrEnum):
    """The board's filters."""

    LIVE = "live"
    UNRECEIVED = "unreceived"  # somebody has not received in time
    LATE = "late"  # somebody has not acted in time
    LATE_BY_HOSPITAL = "late_by_hospital"
    CLOSED = "closed"


class Advice(StrEnum):
    """How to go there; never a level (roles.md)."""

    IN_PAIRS = "in_pairs"
    WITH_CLINICIAN = "with_clinician"
    CALL_DOCTOR_FIRST = "call_doctor_first"


def state_of(forms: Collection[FormState]) -> DischargeState:
    """The loop's state by its forms of the present round; stopped ones are asked no more."""
    asked = [one for one in forms if one is not FormState.STOPPED]
    if all(one is FormState.CLOSED for one in asked):
        return DischargeState.CLOSED
    if any(one is FormState.DISPATCHED for one in asked):
        return DischargeState.DISPATCHED
    if any(one in (FormState.ACTING, FormState.CLOSED) for one in asked):
        return DischargeState.ACTING
    return DischargeState.RECEIVED
