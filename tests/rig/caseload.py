"""Patients in bulk for tests of lists and sweeps: rows as plain as the constraints allow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from app.core.batches import slices, table_of
from app.core.db import new_public_id
from app.core.identity import IdKind
from app.core.pinyin import name_keys
from app.patients.models import Patient
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus
from app.people.models import NameKey, Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
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


def add_crowd(session: Session, count: int, area_codes: Sequence[str]) -> None:
    """So many people at once, round-robin in the villages: findable by name, each with a visit that is due, many with more."""
    first = (session.scalar(select(func.max(Person.id))) or 0) + 1
    ids = range(first, first + count)
    people, patients, keys, tasks = [], [], [], []
    for number in ids:
        area_code, name = area_codes[number % len(area_codes)], f"郑{number % 7}{'伟芳娜敏静丽强'[number % 7]}"
        people.append({"id": number, "public_id": new_public_id(), "name": name, "name_sort": name, "sex": 1,
                       "born_on": date(1980, 5, 1), "id_kind": IdKind.NONE.value, "created_at": NOW, "version": 1})  # fmt: skip
        patients.append({
            "id": number, "public_id": new_public_id(), "person_id": number, "area_code": area_code, "created_at": NOW,
            "registry_status": RegistryStatus.REGISTERED, "management_status": ManagementStatus.MANAGED,
            "care_setting": CareSetting.HOME, "risk_level": number % 6, "visit_class": 1 + number % 3, "version": 1,
            "is_opening": False, "managed_from": date(2026, 1, 5), "next_due_on": date(2026, 11, 1),
        })  # fmt: skip
        keys += [
            {"key": key, "area_code": area_code, "person_id": number, "patient_id": number} for key in name_keys(name)
        ]
        kinds = (TaskKind.FOLLOW_UP, *((TaskKind.INJECTION, TaskKind.REASSESSMENT) if number % 3 == 0 else ()))
        tasks += [{
            "public_id": new_public_id(), "kind": kind, "patient_id": number, "period": "1", "area_code": area_code,
            "due_on": date(2026, 11, 1 + number % 28), "because": [], "state": TaskState.OPEN, "opened_at": NOW,
        } for kind in kinds]  # fmt: skip
    for model, rows in ((Person, people), (Patient, patients), (NameKey, keys), (Task, tasks)):
        for part in slices(rows):
            session.execute(insert(table_of(model)), part)
    if session.get_bind().dialect.name == "postgresql":  # rows with given ids leave the sequences behind
        for model in (Person, Patient):
            session.execute(text(f"SELECT setval('{model.__tablename__}_id_seq', {ids[-1]})"))
