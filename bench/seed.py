"""A county in bulk, straight into the tables: enough rows to measure on, none of them meant to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency, AgencyKind, Area
from app.areas.rules import AreaLevel
from app.core.actor import Role
from app.core.crypto import Keyring
from app.core.db import Base, Database, new_public_id
from app.core.reasons import reason
from app.patients.models import Patient
from app.patients.rules import CareSetting, DiagnosisCategory, ManagementStatus, RegistryStatus
from app.people.models import Person, PersonKey, Phone
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
COUNTY = "349921000000"
TOWNS, VILLAGES = 12, 10
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


@dataclass(frozen=True)
class Seeded:
    """What the measurements need to know: the first town's prefix and one user of each role that works in it."""

    town: str
    users: dict[Role, int]
    patients: int


def seed(database: Database, keyring: Keyring, patients: int, *, with_phones: bool = False) -> Seeded:
    """Areas, agencies, users, and `patients` registered and managed patients, each with an open follow-up."""
    with database.transaction() as session:
        users = _places(session)
        _people(session, patients)
        if with_phones:
            _phones(session, keyring, patients)
        _patients(session, patients)
        _follow_ups(session, patients)
        _fix_sequences(session)
    return Seeded(_town(0), users, patients)


def _town(number: int) -> str:
    return f"349921{100 + number:03}000"


def village_of(number: int) -> str:
    """Patients stand round-robin in the villages of all towns."""
    town, village = number % TOWNS, number // TOWNS % VILLAGES
    return f"349921{100 + town:03}{200 + village:03}"


def _rows(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    table = model.__table__
    assert isinstance(table, Table)
    for start in range(0, len(rows), 5000):
        session.execute(insert(table), rows[start : start + 5000])


def _places(session: Session) -> dict[Role, int]:
    areas: list[tuple[str, str, AreaLevel, str | None]] = [
        ("340000000000", "安徽省", AreaLevel.PROVINCE, None),
        ("349900000000", "示例市", AreaLevel.CITY, "340000000000"),
        (COUNTY, "安和县", AreaLevel.COUNTY, "349900000000"),
    ]
    for town in range(TOWNS):
        areas.append((_town(town), f"第{town + 1}镇", AreaLevel.TOWN, COUNTY))
        areas += [
            (f"{_town(town)[:9]}{200 + village:03}", f"第{village + 1}村", AreaLevel.VILLAGE, _town(town))
            for village in range(VILLAGES)
        ]
    session.add_all(Area(code=code, name=name, level=level, parent_code=up) for code, name, level, up in areas)
    session.flush()
    for town in range(TOWNS):
        session.add(Agency(name=f"第{town + 1}镇卫生院", kind=AgencyKind.HEALTH_CENTRE, area_code=_town(town)))
    session.flush()
    agency = session.scalars(select(Agency).order_by(Agency.id)).first()
    users = {}
    for role, area in ((Role.DOCTOR, _town(0)), (Role.HEALTH_LEAD, _town(0)), (Role.COUNTY_OFFICE, COUNTY)):
        user = User(
            name=role.value,
            display_name=role.value,
            password_hash="!",
            role=role,
            area_code=area,
            agency_id=agency.id if agency else None,
            created_at=NOW,
        )
        session.add(user)
        session.flush()
        users[role] = user.id
    return users


def _people(session: Session, count: int) -> None:
    rows = [
        {
            "id": number,
            "public_id": new_public_id(),
            "name": SURNAMES[number % 16] + GIVEN[number // 16 % 20] + GIVEN[number // 320 % 20],
            "name_sort": f"p{number}",
            "sex": 1 + number % 2,
            "born_on": date(1950, 1, 1) + timedelta(days=number % 20000),
            "id_kind": "00",
            "created_at": NOW,
            "version": 1,
        }
        for number in range(1, count + 1)
    ]
    _rows(session, Person, rows)


def _phones(session: Session, keyring: Keyring, count: int) -> None:
    vault, keys, phones = Vault(session, keyring), [], []
    for number in range(1, count + 1):
        key = vault.new_key(number)
        keys.append({"person_id": number, "kek_id": key.kek_id, "wrapped": key.wrapped})
        plain = f"138{number:08}"
        phones.append(
            {
                "person_id": number,
                "number_sealed": vault.seal(number, "phones.number", plain),
                "number_index": keyring.index("phone", plain),
                "is_main": True,
            }
        )
    _rows(session, PersonKey, keys)
    _rows(session, Phone, phones)


def _patients(session: Session, count: int) -> None:
    rows = [
        {
            "id": number,
            "public_id": new_public_id(),
            "person_id": number,
            "area_code": village_of(number),
            "registry_status": RegistryStatus.REGISTERED,
            "management_status": ManagementStatus.MANAGED,
            "care_setting": CareSetting.HOME,
            "registered_on": date(2024, 1, 1),
            "managed_from": date(2024, 1, 1),
            "diagnosis_category": DiagnosisCategory.SCHIZOPHRENIA,
            "risk_level": number % 6 if number % 5 == 0 else number % 3,
            "risk_assessed_on": TODAY - timedelta(days=30),
            "visit_class": 1 + number % 3,
            "last_visit_on": TODAY - timedelta(days=30 + number % 60),
            "last_visit_form": 1 + number % 3,
            "next_due_on": _due(number),
            "is_opening": False,
            "created_at": NOW,
            "version": 1,
        }
        for number in range(1, count + 1)
    ]
    _rows(session, Patient, rows)


def _due(number: int) -> date:
    return TODAY + timedelta(days=number % 90 - 10)


def _follow_ups(session: Session, count: int) -> None:
    rows = [
        {
            "public_id": new_public_id(),
            "kind": TaskKind.FOLLOW_UP,
            "patient_id": number,
            "period": f"visit:{number}",
            "area_code": village_of(number),
            "due_on": _due(number),
            "because": [reason("visit.due.stable", months=3, on=_due(number)).to_json()],
            "state": TaskState.OPEN,
            "opened_at": NOW,
        }
        for number in range(1, count + 1)
    ]
    _rows(session, Task, rows)


def _fix_sequences(session: Session) -> None:
    """Rows with given ids leave PostgreSQL's sequences behind."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for model in (Person, Patient):
        highest = session.scalar(select(func.max(model.id)))
        if highest:
            session.execute(text(f"SELECT setval('{model.__tablename__}_id_seq', {highest})"))
