"""Kept copies compared with their sources, and put right: `flask patients recompute`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.batches import slices, table_of
from app.patients.models import Diagnosis, Patient, PatientSpan
from app.patients.rules import ManagementStatus, SpanKind
from app.patients.service.spans import KEPT
from app.people.models import NameKey

Computed = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class KeptCopy:
    """Columns of `patients` that can be computed anew: `compute(session, patient ids)` → patient id → column → value.

    Rooms above name their own (what visits and assessments say) and hand them to `recompute`.
    """

    columns: tuple[str, ...]
    compute: Callable[[Session, list[int]], Computed]


def recompute(
    session: Session, actor: Actor, now: datetime, others: Iterable[KeptCopy] = (), *, repair: bool = True
) -> dict[str, int]:
    """How many patients each kept copy was wrong for (every column is named); wrong ones are put right with `repair`."""
    copies = (*OWN, *others)
    wrong = {column: 0 for copy in copies for column in copy.columns}
    for ids in slices(session.scalars(select(Patient.id).order_by(Patient.id)).all()):
        stored = _stored(session, ids, list(wrong))
        for copy in copies:
            computed = copy.compute(session, ids)
            _compare(session, copy, stored, computed, wrong, repair)
    wrong["name_keys"] = _names(session, repair)
    if any(wrong.values()) and repair:
        note(session, actor, "patients.recomputed", now=now, count=sum(wrong.values()), detail=dict(wrong))
    session.expire_all()
    return wrong


def _stored(session: Session, ids: list[int], columns: list[str]) -> Computed:
    table = table_of(Patient)
    rows = session.execute(select(table.c.id, *(table.c[name] for name in columns)).where(table.c.id.in_(ids)))
    return {row.id: dict(row._mapping) for row in rows}


def _compare(
    session: Session, copy: KeptCopy, stored: Computed, computed: Computed, wrong: dict[str, int], repair: bool
) -> None:
    for patient_id, values in stored.items():
        right = {name: computed.get(patient_id, {}).get(name) for name in copy.columns}
        differing = {name: value for name, value in right.items() if values[name] != value}
        for name in differing:
            wrong[name] += 1
        if differing and repair:
            table = table_of(Patient)
            session.execute(update(table).where(table.c.id == patient_id).values(differing))


def _from_spans(session: Session, ids: list[int]) -> Computed:
    rows = select(PatientSpan.patient_id, PatientSpan.what, PatientSpan.value).where(
        PatientSpan.patient_id.in_(ids), PatientSpan.to_on.is_(None), PatientSpan.withdrawn_at.is_(None)
    )
    found: Computed = {}
    for patient_id, what, value in session.execute(rows):
        column, kind = KEPT[what]
        found.setdefault(patient_id, {})[column] = kind(value)
    return found


def _first_managed(session: Session, ids: list[int]) -> Computed:
    rows = (
        select(PatientSpan.patient_id, func.min(PatientSpan.from_on))
        .where(
            PatientSpan.patient_id.in_(ids),
            PatientSpan.what == SpanKind.MANAGEMENT,
            PatientSpan.value == ManagementStatus.MANAGED.value,
            PatientSpan.withdrawn_at.is_(None),
        )
        .group_by(PatientSpan.patient_id)
    )
    return {patient_id: {"managed_from": first} for patient_id, first in session.execute(rows)}


def _from_diagnoses(session: Session, ids: list[int]) -> Computed:
    rows = select(Diagnosis.patient_id, Diagnosis.category).where(
        Diagnosis.patient_id.in_(ids), Diagnosis.to_on.is_(None), Diagnosis.withdrawn_at.is_(None)
    )
    return {patient_id: {"diagnosis_category": category} for patient_id, category in session.execute(rows)}


def _names(session: Session, repair: bool) -> int:
    """Name keys that do not stand under the patient's area."""
    here = select(Patient.area_code).where(Patient.id == NameKey.patient_id).scalar_subquery()
    astray = session.scalar(select(func.count()).select_from(NameKey).where(NameKey.area_code != here)) or 0
    if astray and repair:
        session.execute(update(NameKey).where(NameKey.area_code != here).values(area_code=here))
    return astray


OWN = (
    KeptCopy(
        (
            "registry_status",
            "management_status",
            "care_setting",
            "area_code",
            "agency_id",
            "doctor_id",
            "stand_in_id",
        ),
        _from_spans,
    ),
    KeptCopy(("managed_from",), _first_managed),
    KeptCopy(("diagnosis_category",), _from_diagnoses),
)
