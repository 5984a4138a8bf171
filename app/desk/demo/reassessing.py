"""The quarter's reassessments: opened by the sweep on its first day, recorded by the town's lead in the weeks after."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.batches import insert_rows, reserve_ids
from app.core.crypto import digest
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.desk.demo.bulk import Row, change_rows, new_id
from app.desk.demo.moments import Moments
from app.desk.demo.plan import Life
from app.desk.demo.settling import County
from app.patients.models import Patient
from app.people.vault import Vault
from app.risk.models import LevelSource, Reassessment, RiskLevel
from app.risk.service import CONCLUSION, open_reassessments
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind

_DAY = timedelta(days=1)
DONE_SO_FAR = 0.8  # of the present quarter, at its end; before that in proportion
_CONCLUSIONS = (
    "维持现有管理，按期随访。",
    "病情平稳，继续原方案。",
    "加强随访，督促按时服药。",
    "家属看护到位，维持原等级。",
)


@dataclass(frozen=True)
class _Session:
    """One reassessment as the lead recorded it."""

    id: int
    task_id: int
    patient_id: int
    person_id: int
    assessed_on: date
    before: int | None
    level: int
    # a visit entered meanwhile rated the patient on a later day
    is_outdated: bool
    version: int
    by: Actor
    at: datetime
    words: str


def open_quarter(session: Session, quarter: Quarter, moments: Moments) -> None:
    """The sweep of the quarter's first night."""
    open_reassessments(session, Actor.operator(), quarter, moments.on(quarter.first_day, 0))
    session.expire_all()


def reassess(
    session: Session,
    vault: Vault,
    county: County,
    lives: dict[int, Life],
    quarter: Quarter,
    moments: Moments,
    rng: Random,
) -> int:
    """Record the quarter's results: all of a past quarter, a fitting part of the present one. `lives` is by patient id."""
    rows = session.execute(
        select(
            Task.id,
            Patient.id.label("patient_id"),
            Patient.person_id,
            Patient.risk_level,
            Patient.risk_assessed_on,
            Patient.version,
        )
        .join(Patient, Patient.id == Task.patient_id)
        .where(Task.kind == TaskKind.REASSESSMENT, Task.period == str(quarter), Task.state == TaskState.OPEN)
        .order_by(Patient.id)
    ).all()
    held = []
    for row in rows:
        assessed_on = _day(quarter, moments.today, rng)
        if assessed_on is not None:
            held.append((row, assessed_on))
    vault.warm(row.person_id for row, _ in held)
    ids = reserve_ids(session, Reassessment, len(held))
    sessions = [
        _session_of(new, row, assessed_on, lives[row.patient_id], county, moments, rng)
        for new, (row, assessed_on) in zip(ids, held, strict=True)
    ]
    _store(session, vault, quarter, sessions, rng)
    if sessions:
        note(
            session,
            county.actors["county_office"],
            "risk.reassessed",
            now=max(one.at for one in sessions),
            subject=("patient", ""),
            count=len(sessions),
            detail={"quarter": str(quarter), "digest": digest(",".join(str(one.patient_id) for one in sessions))},
        )
    session.expire_all()
    return len(sessions)


def _day(quarter: Quarter, today: date, rng: Random) -> date | None:
    """The day of the session; None while this patient's turn of the present quarter has not come."""
    day = quarter.first_day + int(min(rng.gauss(48, 18), quarter.days - 3)) * _DAY
    day = max(day, quarter.first_day + 5 * _DAY)
    if rng.random() > DONE_SO_FAR and quarter.contains(today):
        return None
    return day if day <= today else None


def _session_of(
    new: int, row: Any, assessed_on: date, life: Life, county: County, moments: Moments, rng: Random
) -> _Session:
    level = _level_on(life, assessed_on)
    before = level
    if level in (1, 2) and rng.random() < 0.06:
        level -= 1
    return _Session(
        id=new,
        task_id=row.id,
        patient_id=row.patient_id,
        person_id=row.person_id,
        assessed_on=assessed_on,
        before=before,
        level=level,
        is_outdated=row.risk_assessed_on is not None and row.risk_assessed_on > assessed_on,
        version=row.version,
        by=county.lead_of(life.resident),
        at=moments.on(assessed_on, rng.randrange(540)),
        words=rng.choice(_CONCLUSIONS) if rng.random() < 0.4 else "",
    )


def _level_on(life: Life, day: date) -> int:
    """What the last visit by then had found."""
    days = [one.record.visited_on for one in life.encounters]
    at = bisect_right(days, day)
    if at:
        return life.encounters[at - 1].record.risk_level or 0
    return life.course.opening.level if life.course.opening else 0


def _store(session: Session, vault: Vault, quarter: Quarter, sessions: list[_Session], rng: Random) -> None:
    insert_rows(
        session,
        Reassessment,
        [
            {
                "id": one.id,
                "public_id": new_id(rng),
                "patient_id": one.patient_id,
                "task_id": one.task_id,
                "quarter": str(quarter),
                "assessed_on": one.assessed_on,
                "level_before": one.before,
                "level": one.level,
                "conclusion_sealed": vault.seal(one.person_id, CONCLUSION, one.words),
                "submission_key": f"demo-{quarter}-{one.patient_id}",
                "recorded_at": one.at,
                "recorded_by": one.by.user_id,
            }
            for one in sessions
        ],
    )
    insert_rows(
        session,
        RiskLevel,
        [
            {
                "patient_id": one.patient_id,
                "level": one.level,
                "assessed_on": one.assessed_on,
                "source": LevelSource.REASSESSMENT,
                "source_id": one.id,
                "recorded_at": one.at,
                "recorded_by": one.by.user_id,
            }
            for one in sessions
        ],
    )
    change_rows(session, Task, [_ending(one) for one in sessions])
    change_rows(session, Patient, [_rating(one) for one in sessions if not one.is_outdated])


def _ending(one: _Session) -> Row:
    return {
        "id": one.task_id,
        "state": TaskState.DONE,
        "closed_at": one.at,
        "closed_by": one.by.user_id,
        "outcome": reason("tasks.outcome.reassessed", level=one.level).to_json(),
    }


def _rating(one: _Session) -> Row:
    return {
        "id": one.patient_id,
        "risk_level": one.level,
        "risk_assessed_on": one.assessed_on,
        "version": one.version + 1,
    }
