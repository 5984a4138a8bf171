"""Patients in bulk for tests of lists and sweeps: rows as plain as the constraints allow."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.patients.models import Patient
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus
from app.people.models import Person
from tests.rig.county import VILLAGE

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def add_patient(session: Session, name: str = "张伟", area_code: str = VILLAGE, **values: Any) -> Patient:
    """A registered, managed patient at home; `values` overrides columns."""
    person = Person(name=name, name_sort=name, sex=1, born_on=date(1980, 5, 1), created_at=NOW)
    session.add(person)
    session.flush()
    plain: dict[str, Any] = {
        "registry_status": RegistryStatus.REGISTERED,
        "management_status": ManagementStatus.MANAGED,
        "care_setting": CareSetting.HOME,
        "created_at": NOW,
    }
    patient = Patient(person_id=person.id, area_code=area_code, **(plain | values))
    session.add(patient)
    session.flush()
    return patient


def add_patients(session: Session, count: int, area_code: str = VILLAGE) -> list[Patient]:
    return [add_patient(session, f"张{number}", area_code) for number in range(count)]
