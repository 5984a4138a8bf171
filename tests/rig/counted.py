"""A county built to known sets: people with exactly the dated states, diagnoses and visits that a case of the indicators is about."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.rules import code_of
from app.core.dates import add_months, parse_date
from app.numbers.queries.marks import marks_of
from app.numbers.queries.members import counted_patients
from app.numbers.queries.timeline import Counted
from app.numbers.queries.universe import gather
from app.numbers.rules.membership import InSet
from app.numbers.rules.settings import NumberSettings
from app.patients.models import Diagnosis, Examination, Patient, PatientSpan
from app.patients.rules import CareSetting, DiagnosisCategory, ManagementStatus, RegistryStatus, SpanKind
from app.people.models import Person
from app.risk.models import LevelSource, RiskLevel
from app.visits.models import FollowUpVisit
from tests.rig.clock import NOW
from tests.rig.county import VILLAGE

SINCE = "2024-03-01"
COMPLETE_EXAMINATION = {
    "agreed_by": "patient",
    "systolic_mmhg": 120,
    "diastolic_mmhg": 80,
    "weight_hg": 600,
    "white_cells": "5.1",
    "neutrophils": "60",
    "alt": "22",
    "glucose": "5.0",
    "ecg": 1,
}

# values one after the other, each from a day on: "managed@2024-03-01 lost@2025-11-01"
Timeline = str


@dataclass(frozen=True)
class Seen:
    """A visit; `due` unless told otherwise as the table of intervals says of its class, `columns` over a stable visit at home."""

    on: date
    due: date
    columns: dict[str, Any]


def seen(on: str, visit_class: int | None = 3, due: str | None = None, **columns: Any) -> Seen:
    day = parse_date(on)
    table = {1: day + timedelta(days=14), 2: day + timedelta(days=14)}.get(visit_class or 0, add_months(day, 3))
    return Seen(day, parse_date(due) if due else table, {"visit_class": visit_class} | columns)


def visits(days: str, **columns: Any) -> list[Seen]:
    """Stable visits on these days."""
    return [seen(day, **columns) for day in days.split()]


@dataclass
class Case:
    """Somebody, since when what held, and who came when."""

    visits: Sequence[Seen] = ()
    registry: Timeline = f"registered@{SINCE}"
    management: Timeline = f"managed@{SINCE}"
    care: Timeline = f"home@{SINCE}"
    area: Timeline = f"{VILLAGE}@{SINCE}"
    diagnosis: Timeline = f"schizophrenia@{SINCE}"
    examined: dict[str, dict[str, Any]] = field(default_factory=dict)
    # day → level
    levels: dict[str, int] = field(default_factory=dict)


def add_case(session: Session, name: str, case: Case) -> Patient:
    """Straight into the tables, as the services leave them."""
    person = Person(name=name, name_sort=name, sex=1, born_on=date(1980, 5, 1), created_at=NOW)
    session.add(person)
    session.flush()
    registry = RegistryStatus(last_of(case.registry))
    is_registered = registry is RegistryStatus.REGISTERED
    patient = Patient(
        person_id=person.id,
        area_code=last_of(case.area),
        registry_status=registry,
        management_status=ManagementStatus(last_of(case.management)) if is_registered else None,
        care_setting=CareSetting(last_of(case.care)) if is_registered else None,
        created_at=NOW,
    )
    session.add(patient)
    session.flush()
    for what, timeline in (
        (SpanKind.REGISTRY, case.registry),
        (SpanKind.MANAGEMENT, case.management),
        (SpanKind.CARE, case.care),
        (SpanKind.AREA, case.area),
    ):
        session.add_all(
            PatientSpan(patient_id=patient.id, what=what, value=value, from_on=first, to_on=last, recorded_at=NOW)
            for value, first, last in spans_of(timeline)
        )
    session.add_all(
        Diagnosis(patient_id=patient.id, category=DiagnosisCategory(value), from_on=first, to_on=last, recorded_at=NOW)
        for value, first, last in spans_of(case.diagnosis)
    )
    session.add_all(visit_row(patient, one) for one in case.visits)
    session.add_all(_examination(patient, day, columns) for day, columns in case.examined.items())
    session.add_all(
        RiskLevel(
            patient_id=patient.id, level=level, assessed_on=parse_date(day), source=LevelSource.VISIT, recorded_at=NOW
        )
        for day, level in case.levels.items()
    )
    return patient


def visit_row(patient: Patient, one: Seen) -> FollowUpVisit:
    plain: dict[str, Any] = {
        "form": 2,
        "objects": 3,
        "adherence": 1,
        "locked_up": 1,
        "is_complete": one.columns["visit_class"] is not None,
        "rule_set_version": "test",
        "recorded_at": NOW,
    }
    return FollowUpVisit(
        submission_key=str(uuid.uuid4()),
        patient_id=patient.id,
        area_code=VILLAGE,
        visited_on=one.on,
        next_due_on=one.due,
        **(plain | one.columns),
    )


def sets_of(session: Session, prefix: str, first_on: str, cut_off: str, settings: NumberSettings) -> dict[int, InSet]:
    """patient → sets, as a computation would store them."""
    first, last = parse_date(first_on), parse_date(cut_off)
    counted = Counted(prefix, first, last, settings)
    marks = marks_of(session, code_of(prefix), first, last)
    with gather(session, counted) as universe:
        rows = counted_patients(universe, counted, marks).subquery()
        return {patient: InSet(bits) for patient, bits in session.execute(select(rows.c.subject_id, rows.c.bits))}


def who(found: dict[int, InSet], names: dict[int, str], flag: InSet) -> set[str]:
    """Names of those in a set."""
    return {names[patient] for patient, bits in found.items() if flag in bits}


def _examination(patient: Patient, day: str, columns: dict[str, Any]) -> Examination:
    return Examination(
        submission_key=str(uuid.uuid4()),
        patient_id=patient.id,
        examined_on=parse_date(day),
        recorded_at=NOW,
        recorded_by=1,
        **(COMPLETE_EXAMINATION | columns),
    )


def last_of(timeline: Timeline) -> str:
    return timeline.split()[-1].partition("@")[0]


def spans_of(timeline: Timeline) -> Iterable[tuple[str, date, date | None]]:
    steps = [(value, parse_date(day)) for value, _, day in (step.partition("@") for step in timeline.split())]
    ends = [day for _, day in steps[1:]] + [None]
    return ((value, first, last) for (value, first), last in zip(steps, ends, strict=True) if value != "-")
