"""What the desk decides on plain values: parts of a work list, places, compliance."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.areas.rules import CODE_LENGTH, PREFIX_LENGTHS, AreaLevel
from app.patients.rules import RequestKind
from app.tasks.rules import Bucket, TaskKind

# What agencies are held to. How a locked-up or a hospitalised patient fares is clinical and no subject of a list.
COMPLIANCE = (TaskKind.FOLLOW_UP, TaskKind.REASSESSMENT, TaskKind.CONFIRM_LOST, TaskKind.AGREEMENT_RENEWAL)


class WorkTab(StrEnum):
    """The four parts of a clinician's list, in the order of the screen."""

    OVERDUE = "overdue"
    WEEK = "week"
    REASSESSMENT = "reassessment"
    LATER = "later"


class When(StrEnum):
    """How far ahead a list of duties looks."""

    LATE = "late"
    WEEK = "week"
    OPEN = "open"


_BUCKETS = {WorkTab.OVERDUE: Bucket.OVERDUE, WorkTab.WEEK: Bucket.WEEK, WorkTab.LATER: Bucket.LATER}


def bucket_of(tab: WorkTab) -> Bucket | None:
    """The due days of a tab; None for the reassessments, which are one tab whenever they are due."""
    return _BUCKETS.get(tab)


def first_tab(counts: Mapping[WorkTab, int]) -> WorkTab:
    """Where the day begins: the first part that holds anything, what is late before all."""
    return next((tab for tab in WorkTab if counts.get(tab)), WorkTab.WEEK)


def level_below(prefix: str) -> AreaLevel:
    """The level of the places that an area's counts are listed by; a village lists itself."""
    return next((level for level, length in PREFIX_LENGTHS.items() if length > len(prefix)), AreaLevel.VILLAGE)


def is_place(text: str, prefix: str) -> bool:
    """Whether `text` is a prefix of an area code inside the area; whatever a browser sends is checked by it."""
    return text.isascii() and text.isdigit() and len(prefix) <= len(text) <= CODE_LENGTH and text.startswith(prefix)


class PatientTab(StrEnum):
    """The concerns of a patient's page."""

    HISTORY = "history"
    VISITS = "visits"
    GUARDIANS = "guardians"
    RECORD = "record"


# -- moving and putting right ------------------------------------------------------------------------------------------

ANSWER_WITHIN_WORKING_DAYS = 5  # the receiver of a transfer (domain 1.4)
FIRST_VISIT_AFTER_MOVE_DAYS = 14  # visits and files within two weeks (domain 1.4)
UNDO_MERGE_WITHIN_DAYS = 30


class TransferRefusal(StrEnum):
    """Why a receiver does not take a patient over (domain 9, case 3)."""

    NOT_LIVING_HERE = "not_living_here"
    UNKNOWN_ADDRESS = "unknown_address"
    OTHER = "other"


class TransferWithdrawal(StrEnum):
    """Why a transfer is taken back before it is answered."""

    STAYS = "stays"
    MISTAKE = "mistake"
    OTHER = "other"


class TransferTab(StrEnum):
    """The parts of the list of transfers."""

    INCOMING = "in"
    OUTGOING = "out"
    DONE = "done"


def is_outside(from_area: str, to_area: str) -> bool:
    """Whether a move leaves the county: then papers travel, and another county's own rules begin (domain 9, case 2)."""
    length = PREFIX_LENGTHS[AreaLevel.COUNTY]
    return from_area[:length] != to_area[:length]


# On which finding each request rests: codes of `texts`.
WHY: dict[RequestKind, tuple[str, ...]] = {
    RequestKind.EXCLUSION: ("desk.why.psychiatrist_review", "desk.why.forensic_opinion"),
    RequestKind.DEATH_UNDONE: ("desk.why.met_alive", "desk.why.other_person"),
    RequestKind.MERGE: ("desk.why.same_papers", "desk.why.same_after_check", "desk.why.two_places"),
}
