"""Emergencies (应急医疗处置): what triggers one, its clocks and its codes (domain 2.5, 3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntFlag, StrEnum, auto

RECORD_WITHIN = timedelta(hours=24)  # after the end (domain 2.5)
OPENED_WITHIN = timedelta(days=92)  # what is older is a slip of the pen; our own proposal
CHECK_EVERY = timedelta(hours=4)
STABLE_CHECKS = 2  # so many in a row may end the checks
FOLLOW_UP_WITHIN = timedelta(days=14)
POLICE_LEVEL = 3
CHECKS_SETTING = "emergency_checks"  # a county's own decision: "on" or "off"


class ReporterKind(StrEnum):
    FAMILY = "family"
    DOCTOR = "doctor"
    POLICE = "police"
    COMMITTEE = "committee"
    OTHER = "other"


class EmergencyReason(StrEnum):
    SELF_HARM = "self_harm"  # self-harm or suicide, or clear risk of it
    DANGER = "danger"  # danger to public safety or others, or risk of it
    RELAPSE = "relapse"  # relapse with marked worsening
    DRUG_REACTION = "drug_reaction"  # acute reaction, overdose, poisoning
    OTHER = "other"


class EmergencyEffect(StrEnum):
    CONTROLLED = "controlled"
    PARTLY = "partly"
    NOT = "not"
    OTHER = "other"


class PersonCategory(StrEnum):
    """Category of the person on the emergency record (domain 3.4)."""

    MANAGED = "managed"
    NOT_MANAGED = "not_managed"
    NOT_REGISTERED = "not_registered"
    NON_RESIDENT = "non_resident"
    UNKNOWN = "unknown"


class Disposal(StrEnum):
    ON_THE_SPOT = "on_the_spot"
    OBSERVATION = "observation"
    ADMISSION = "admission"


class Measure(IntFlag):
    """What was done; the bits in the order of the printed codes."""

    ON_THE_SPOT = auto()
    RESTRAINT = auto()  # by qualified staff
    DRUG = auto()
    OBSERVATION = auto()
    ADMISSION = auto()
    CONSULTATION = auto()
    REFERRAL = auto()
    OTHER = auto()


class ConsentSigner(StrEnum):
    """Who consented to the treatment; where nobody can be reached, the police or committee present sign as witness."""

    GUARDIAN = "guardian"
    RELATIVE = "relative"
    POLICE_WITNESS = "police_witness"
    NONE = "none"


class NoConsent(StrEnum):
    NOT_REACHED = "not_reached"
    REFUSED = "refused"
    TOO_URGENT = "too_urgent"


class PoliceTold(StrEnum):
    """Who of the police was told."""

    STATION = "station"
    EMERGENCY_CALL = "emergency_call"
    ON_SCENE = "on_scene"


class NotAnEmergency(StrEnum):
    """Why a trigger of the visit form needs no emergency record."""

    PAST = "past"  # happened long ago and is over
    HANDLED = "handled"  # recorded by another institution
    JUDGED_MINOR = "judged_minor"  # a clinician looked at once and found no danger
    ENTRY_ERROR = "entry_error"


@dataclass(frozen=True, slots=True)
class Clock:
    """How a record stands against its term at an instant; `left` is negative once it is late."""

    due_at: datetime
    left: timedelta

    @property
    def is_late(self) -> bool:
        return self.left < timedelta(0)

    @property
    def hours(self) -> int:
        """Whole hours left or late, rounded up, so that a term that runs never says 0."""
        seconds = abs(self.left.total_seconds())
        return -int(-seconds // 3600)


def record_due_at(opened_at: datetime, ended_at: datetime | None) -> datetime:
    """24 hours after the end; while it runs, 24 hours after the opening."""
    return (ended_at or opened_at) + RECORD_WITHIN


def clock_of(due_at: datetime, finished_at: datetime | None, now: datetime) -> Clock:
    """A finished record stands as it stood when it was finished."""
    return Clock(due_at, due_at - (finished_at or now))


def next_check_at(stable: Sequence[bool], last_at: datetime) -> datetime | None:
    """When the next check falls due after those made so far, oldest first; None when two in a row were stable."""
    if len(stable) >= STABLE_CHECKS and all(stable[-STABLE_CHECKS:]):
        return None
    return last_at + CHECK_EVERY


def wants_checks(disposal: Disposal | None, is_on: bool) -> bool:
    """Checks are the primary-care staff's; whoever was admitted is the hospital's."""
    return is_on and disposal is not Disposal.ADMISSION


def follow_up_by(started_on: date) -> date:
    return started_on + FOLLOW_UP_WITHIN


def must_tell_police(risk_level: int | None) -> bool:
    return (risk_level or 0) >= POLICE_LEVEL


# What the record says in words beside its codes; each is stored sealed in the column of this name.
TEXTS = (
    "place",
    "scene",
    "reporter_name",
    "reason_text",
    "diagnosis",
    "measures_text",
    "effect_text",
    "consent_name",
)
# What a record needs before it can be finished, in the order of the paper.
NEEDED = ("ended_at", "place", "scene", "risk_level", "measures", "effect", "disposal", "consent_signer", "team")
