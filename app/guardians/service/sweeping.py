"""The quarter's duty checks as duties: one for every agreement that holds, set-based and repeatable."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, String, cast, literal, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.db import canonical_json
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.core.scope import within
from app.core.workdays import Deadline
from app.guardians.models import Agreement, DutyCheck
from app.guardians.queries.duty import STANDS, alive_in, of_quarter
from app.guardians.rules.duty import check_by
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.models import Person
from app.tasks.rules import TaskKind
from app.tasks.service import Counts, open_for_all

_CALENDAR_SPAN = timedelta(days=60)


def open_duty_checks(session: Session, actor: Actor, today: date, now: datetime) -> Counts:
    """Duties of the present quarter, and of the one before while its days run: a register that came late gets those too."""
    present = Quarter.of(today)
    made = 0
    for quarter in (present.previous(), present):
        deadline = deadline_of(session, quarter)
        if deadline.ends_on >= today:
            source = _unchecked(actor, quarter, deadline)
            made += open_for_all(session, actor, TaskKind.DUTY_CHECK, source, "guardians.duty.opened", now)
    return Counts(made, 0)


def deadline_of(session: Session, quarter: Quarter) -> Deadline:
    """By when a quarter's checks are to be in, by the working days that are known."""
    return check_by(quarter, load_workdays(session, quarter.last_day, quarter.last_day + _CALENDAR_SPAN))


def _unchecked(actor: Actor, quarter: Quarter, deadline: Deadline) -> Select[*tuple[Any, ...]]:
    because = canonical_json(
        [one.to_json() for one in (reason("guardians.duty.due", quarter=quarter), *deadline.reasons)]
    )
    checked = select(literal(1)).where(
        DutyCheck.agreement_id == Agreement.id, DutyCheck.quarter == str(quarter), STANDS
    )
    return (
        select(
            Patient.id.label("patient_id"),
            (literal(f"{quarter}:") + cast(Agreement.id, String)).label("period"),
            Patient.area_code,
            Patient.agency_id,
            literal(deadline.ends_on).label("due_on"),
            literal(because).label("because"),
        )
        .select_from(Agreement)
        .join(Patient, Patient.id == Agreement.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(
            *of_quarter(quarter),
            alive_in(quarter),
            Patient.registry_status == RegistryStatus.REGISTERED,
            within(Patient.area_code, actor),
            ~checked.exists(),
        )
    )
