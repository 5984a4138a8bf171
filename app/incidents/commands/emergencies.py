"""What forms say about an emergency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.core.identity import Sex
from app.incidents.rules.emergencies import (
    ConsentSigner,
    Disposal,
    EmergencyEffect,
    EmergencyReason,
    NoConsent,
    PersonCategory,
    PoliceTold,
    ReporterKind,
)


@dataclass(frozen=True)
class OpenEmergency:
    """A patient of the register by `patient` (public id), or somebody else: name, if known, sex and village.

    `task` is the visit's question that this answers. Instants are aware.
    """

    submission_key: str
    reporter: ReporterKind
    reason: EmergencyReason
    started_at: datetime
    place: str = ""
    patient: str | None = None
    category: PersonCategory = PersonCategory.UNKNOWN
    name: str = ""
    sex: Sex = Sex.UNKNOWN
    area_code: str = ""
    task: str | None = None


@dataclass(frozen=True)
class FillRecord:
    """The record as far as it is known; `version` is the one that was shown. `team` is (name, unit) in order."""

    version: int
    reason: EmergencyReason
    reported_at: datetime | None = None
    ended_at: datetime | None = None
    place: str = ""
    scene: str = ""
    reporter_name: str = ""
    reason_text: str = ""
    diagnosis: str = ""
    measures_text: str = ""
    effect_text: str = ""
    consent_name: str = ""
    risk_level: int | None = None
    measures: int = 0
    effect: EmergencyEffect | None = None
    disposal: Disposal | None = None
    hospital: str = ""
    consent_signer: ConsentSigner | None = None
    consent_reason: NoConsent | None = None
    police_told_at: datetime | None = None
    police_told: PoliceTold | None = None
    team: tuple[tuple[str, str], ...] = ()
