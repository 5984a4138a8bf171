"""The psychiatrist's word on somebody whom a clue was about, as the history of the register keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.scope import within
from app.patients.models import Clue, Diagnosis, Patient, PatientSpan
from app.patients.rules import DiagnosisCategory, SpanKind

# The form's code of each result, by what the history gives as the cause.
_RESULTS = {"patients.because.confirmed": 1, "patients.because.not_confirmed": 2, "patients.because.undecided": 3}


@dataclass(frozen=True, slots=True)
class Review:
    """The newest word. `result`: 1 confirmed, 2 not confirmed, 3 not clear yet; a diagnosis with the first only."""

    result: int
    reviewed_on: date
    hospital: str
    psychiatrist: str
    category: DiagnosisCategory | None = None
    icd10: str = ""


def find_review(session: Session, actor: Actor, clue: Clue) -> Review | None:
    """None while nobody has reviewed, and for a registration beyond the actor's area."""
    spans = session.execute(
        select(PatientSpan.reason, PatientSpan.from_on)
        .join(Patient, Patient.id == PatientSpan.patient_id)
        .where(
            PatientSpan.patient_id == clue.patient_id,
            PatientSpan.what == SpanKind.REGISTRY,
            PatientSpan.withdrawn_at.is_(None),
            within(Patient.area_code, actor),
        )
        .order_by(PatientSpan.id.desc())
    )
    for because, on in spans:
        if because and because["code"] in _RESULTS:
            said, diagnosis = because["args"], _diagnosis(session, clue, on)
            result = _RESULTS[because["code"]]
            found = (diagnosis.category, diagnosis.icd10) if diagnosis and result == 1 else (None, "")
            return Review(result, on, said["hospital"], said["psychiatrist"], *found)
    return None


def _diagnosis(session: Session, clue: Clue, on: date) -> Diagnosis | None:
    given = select(Diagnosis).where(
        Diagnosis.patient_id == clue.patient_id, Diagnosis.from_on == on, Diagnosis.withdrawn_at.is_(None)
    )
    return session.scalars(given.order_by(Diagnosis.id.desc()).limit(1)).one_or_none()
