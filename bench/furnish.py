"""What lists need besides a seeded county: names that can be searched, people who were seen or not, other duties than visits."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency
from app.core.actor import Role
from app.core.batches import slices, table_of
from app.core.db import Base, new_public_id
from app.core.pinyin import name_keys, sort_key
from app.core.reasons import reason
from app.patients.models import MedicineSupply, Patient
from app.patients.rules import ManagementStatus
from app.people.models import NameKey, Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from bench.seed import COUNTY, NOW, TODAY, village_of

DAY = timedelta(days=1)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华文玉萍红辉建国志梅鑫宇晨浩凤琴云莲珍贞斌波亮秀春荣海燕雪玲永生福喜根水金银土旺发财"
TWO_CHARACTERS = 12  # of a hundred names have a given name of one character


def name_of(number: int) -> str:
    rng = Random(number)
    given = 1 if rng.randrange(100) < TWO_CHARACTERS else 2
    return rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, given))


def furnish(session: Session, patients: int) -> int:
    """Names with their keys, when people were seen, injections, supplies, assessments and renewals that wait. Returns a coordinator."""
    _names(session, patients)
    _seen(session, patients)
    _duties(session, patients)
    user = User(
        name="coordinator", display_name="coordinator", password_hash="!", role=Role.COORDINATOR, area_code=COUNTY,
        created_at=NOW,
    )  # fmt: skip
    session.add(user)
    session.flush()
    return user.id


def _names(session: Session, patients: int) -> None:
    for numbers in slices(range(1, patients + 1), 5000):
        people = [{"id": number, "name": name_of(number), "name_sort": sort_key(name_of(number))} for number in numbers]
        _update(session, Person, people)
        keys = [
            {"key": key, "area_code": village_of(number), "person_id": number, "patient_id": number}
            for number in numbers
            for key in sorted(name_keys(name_of(number)))
        ]
        _insert(session, NameKey, keys)


def _seen(session: Session, patients: int) -> None:
    """Most within the quarter, one in forty not for half a year, one in a hundred lost; each town's own agency answers."""
    agencies: dict[str, int] = {
        code[:9]: id for id, code in session.execute(select(Agency.id, Agency.area_code)).tuples()
    }
    for numbers in slices(range(1, patients + 1), 5000):
        rows: list[dict[str, Any]] = [
            {
                "id": number,
                "agency_id": agencies[village_of(number)[:9]],
                "last_seen_on": TODAY - (200 if number % 40 == 0 else number % 60) * DAY,
                "management_status": ManagementStatus.LOST if number % 100 == 7 else ManagementStatus.MANAGED,
            }
            for number in numbers
        ]
        _update(session, Patient, rows)
    session.execute(
        text("UPDATE tasks SET agency_id = (SELECT agency_id FROM patients WHERE patients.id = tasks.patient_id)")
    )


def _duties(session: Session, patients: int) -> None:
    agencies = dict(session.execute(select(Patient.id, Patient.agency_id)).tuples().all())
    supplies: list[dict[str, Any]] = [
        {
            "id": number, "public_id": new_public_id(), "submission_key": new_public_id(), "patient_id": number, "drug": "奥氮平",
            "source": "", "given_on": TODAY - 28 * DAY, "days": 30, "runs_out_on": TODAY + (number % 40 - 2) * DAY,
            "recorded_at": NOW, "recorded_by": 1,
        }
        for number in range(1, patients + 1, 6)
    ]  # fmt: skip
    _insert(session, MedicineSupply, supplies)
    tasks = [
        *(_task(one["patient_id"], TaskKind.SUPPLY, f"supply:{one['id']}", one["runs_out_on"] - 7 * DAY) for one in supplies),
        *(_task(number, TaskKind.INJECTION, "1", TODAY + (number % 45 - 10) * DAY) for number in range(1, patients + 1, 20)),
        *(_task(number, TaskKind.REASSESSMENT, "2026Q4", TODAY + 40 * DAY) for number in range(1, patients + 1, 3)),
        *(_task(number, TaskKind.AGREEMENT_RENEWAL, "a", TODAY + (number % 40 - 9) * DAY) for number in range(1, patients + 1, 9)),
    ]  # fmt: skip
    for task in tasks:
        task["agency_id"] = agencies[task["patient_id"]]
    _insert(session, Task, tasks)


def _task(patient: int, kind: TaskKind, period: str, due_on: Any) -> dict[str, Any]:
    return {
        "public_id": new_public_id(), "kind": kind, "patient_id": patient, "period": period, "area_code": village_of(patient),
        "due_on": due_on, "because": [reason("tasks.renewal", number="1", ends_on=due_on).to_json()], "state": TaskState.OPEN,
        "opened_at": NOW,
    }  # fmt: skip


def _update(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    table = table_of(model)
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in rows[0] if name != "id"}
    statement = update(table).where(table.c.id == bindparam("of_id")).values(values)
    sent = [{"of_id": row["id"], **{f"new_{name}": row[name] for name in values}} for row in rows]
    session.execute(statement, sent)


def _insert(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    for part in slices(rows, 5000):
        session.execute(insert(table_of(model)), part)
