"""What forms say about treatment: an injection, a supply, an examination, joint visits, an unlocking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.patients.rules_treatment import AgreedBy, InjectionSite, JointTrigger, UnlockWay


@dataclass(frozen=True)
class RecordInjection:
    """`dose_mg` as written; `submission_key` is made with the form."""

    submission_key: str
    drug: str
    dose_mg: str
    interval_weeks: int
    given_on: date
    site: InjectionSite | None = None
    facility: str = ""
    reaction: str = ""


@dataclass(frozen=True)
class RecordSupply:
    submission_key: str
    drug: str
    given_on: date
    days: int
    source: str = ""


@dataclass(frozen=True)
class RecordExamination:
    """`weight` in kilograms as written; values are as printed on the slip. A refusal has nothing but its day."""

    submission_key: str
    examined_on: date
    agreed_by: AgreedBy
    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    weight: str = ""
    white_cells: str = ""
    neutrophils: str = ""
    alt: str = ""
    glucose: str = ""
    ecg: int | None = None
    findings: str = ""


@dataclass(frozen=True)
class SetJointVisits:
    until: date
    triggers: tuple[JointTrigger, ...]


@dataclass(frozen=True)
class EndLocking:
    """`helpers` are flags of `Helper`."""

    unlocked_on: date
    way: UnlockWay
    helpers: int
