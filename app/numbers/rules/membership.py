"""In which sets somebody is counted (domain 4.1), as flags: a figure is how many have all of its flags, its list is who they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntFlag, StrEnum, auto
from typing import Any, Final


class InSet(IntFlag):
    """One flag a set. Stored in frozen reports: flags are only ever added at the end."""

    REGISTERED = auto()  # 在册 R: registered at the cut-off, six diagnoses, dead removed
    REGISTERED_OR_DIED = auto()  # R_year
    DIED = auto()  # died in the period
    SCHIZOPHRENIA = auto()  # F20 at the cut-off, of R or of those who died
    MANAGED = auto()  # 在管 M: in R, accepted follow-up, a complete record in the period
    STANDARD = auto()  # 规范管理 Std
    VISITED = auto()  # in R with a complete record in the period
    MEDICATED = auto()  # 服药 Med
    REGULAR = auto()  # 规律服药 Reg
    NO_DRUG_NEEDED = auto()  # every answer of the period was 4: no drug asked for by the doctor
    CLASSIFIED = auto()  # Cls
    STABLE = auto()  # 病情稳定 Sta
    LATEST_STABLE = auto()  # the latest visit is of class 3 (older public-health version)
    FACE_TO_FACE = auto()  # 面访 F2F
    EXAMINED = auto()  # 体检 Exam
    LOST = auto()  # 失访 at the cut-off
    AT_HOME = auto()  # 社区在册居家 Home
    LOCKED_UP = auto()  # the latest visit says locked up
    OFFENDED = auto()  # 肇事 or 肇祸 in the period
    REFUSED = auto()  # does not accept management at the cut-off
    NEWLY_REGISTERED = auto()  # came onto the register in the period
    ELIGIBLE = auto()  # entitled to the guardian subsidy
    SIGNED = auto()  # with a guardian agreement that runs at the cut-off
    PAID = auto()  # paid for the last closed subsidy period
    INSURED = auto()  # covered at the cut-off
    EMERGENCY = auto()  # an emergency record of the period
    EMERGENCY_IN_TIME = auto()  # finished within 24 hours
    DISCHARGE = auto()  # a discharge of the period that opened a loop
    LOOP_IN_TIME = auto()  # all five forms closed in time
    FORMS_IN_TIME = auto()  # dispatched within 24 hours of discharge
    RECEIVED_IN_TIME = auto()  # all received within 24 hours
    VISITED_IN_TIME = auto()  # first visit within 14 days
    OVERDUE = (
        auto()
    )  # in R, a visit was due before the cut-off and nobody came, not even somebody whose visit waits for confirmation
    HIGH_LEVEL = auto()  # in R, risk level 3 or above at the cut-off
    REASSESSMENT_OWED = auto()  # a quarterly reassessment fell into the period
    REASSESSED = auto()  # and was made, every quarter's
    TRAINED_FOR_REHAB = auto()  # community rehabilitation in the period
    LOOP_OWED = auto()  # all five forms were asked for, and have ended or should have
    RECEIPT_OWED = auto()  # every unit has received its form or should have
    VISIT_OWED = auto()  # a first visit was asked for, and was made or should have been
    OVERDUE_WAITING = auto()  # in R, only a visit that the town has yet to confirm keeps it from being overdue


NOTHING = InSet(0)


class MemberKind(StrEnum):
    """What a counted row is."""

    PATIENT = "patient"
    EMERGENCY = "emergency"
    DISCHARGE = "discharge"


class Weight(StrEnum):
    """What a figure adds up over its rows."""

    ROWS = "rows"
    VISITS = "visits"  # completed visits of the period
    VISITS_IN_TIME = "visits_in_time"  # entered within ten working days
    VISITS_LATE = "visits_late"  # entered later than that
    RESIDENTS = "residents"  # of the area, not of its rows: typed in per year with its source


# what a row adds to a figure that adds visits up: of a row, or of a statement's columns
ADDED_UP: Final[Mapping[Weight, Callable[[Any], Any]]] = {
    Weight.VISITS: lambda row: row.visits,
    Weight.VISITS_IN_TIME: lambda row: row.visits_in_time,
    Weight.VISITS_LATE: lambda row: row.visits - row.visits_in_time,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with a list behind it: the rows that have all `flags` and none of `without`, or what they add up to."""

    name: str
    flags: InSet
    without: InSet = NOTHING
    weight: Weight = Weight.ROWS

    def has(self, bits: int) -> bool:
        return bits & (self.flags | self.without) == self.flags
