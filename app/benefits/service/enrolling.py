"""Dynamic enrolment: somebody without medical insurance who is sent to hospital is insured at once (绿色通道).

Opened in the act that records the admission where it is known that nobody is insured, by pages that know benefits, and every night for
all others; the same admission opens one duty, whoever comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, String, cast, literal, select
from sqlalchemy.orm import Session

from app.benefits.labels import BENEFIT_KINDS
from app.benefits.models import Benefit
from app.benefits.queries.standing import OPEN, find_open
from app.benefits.rules.benefit import RENEWAL_NOTICE_DAYS, BenefitKind, BenefitState
from app.benefits.rules.requests import answer_by
from app.benefits.service.asking import ask_for, list_waiting_patients
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.clock import business_day
from app.core.reasons import Label, Reason, reason
from app.core.scope import within
from app.patients.models import Admission, Patient
from app.patients.rules import RegistryStatus
from app.patients.service.stays import follows_admissions
from app.people.models import Person
from app.tasks.models import Task
from app.tasks.rules import TaskKind
from app.tasks.service import Counts, Subject, open_many, open_task, sweep_alone

_CALENDAR_SPAN = timedelta(days=30)
LOOKED_BACK = timedelta(days=31)  # an older admission is no longer "at once": its bill is what is asked for


def open_dynamic_enrolment(
    session: Session, actor: Actor, patient: Patient, admission_day: date, now: datetime
) -> Task | None:
    """The green channel for somebody who goes to hospital and is not known to be insured; None for whoever is.

    The county's office of medical insurance is asked in the same act, where one is named.
    """
    standing = find_open(session, patient, BenefitKind.BASIC_MEDICAL)
    if standing is not None and standing.state is BenefitState.RECEIVING:
        return None
    today = business_day(now)
    code = "benefits.dynamic.unknown" if standing is None else "benefits.dynamic.uninsured"
    because = [reason(code)]  # neither the stay nor the hospital: offices that may not know of it read this too
    deadline = answer_by(today, True, load_workdays(session, today, today + _CALENDAR_SPAN))
    task = open_task(
        session,
        patient,
        TaskKind.DYNAMIC_ENROLMENT,
        _period(admission_day),
        deadline.ends_on,
        [*because, *deadline.reasons],
        now,
    )
    if list_waiting_patients(session, [patient.id]):
        ask_for(session, actor, patient, BenefitKind.BASIC_MEDICAL, because, today, now, is_green=True)
    return task


@follows_admissions
def enrol_at_once(session: Session, actor: Actor, patient: Patient, admission: Admission, now: datetime) -> Task | None:
    """Who is known to be uninsured waits for no night; of whom nobody knows, the night's job asks."""
    standing = find_open(session, patient, BenefitKind.BASIC_MEDICAL)
    is_present = admission.to_on is None and admission.from_on >= business_day(now) - LOOKED_BACK
    if standing is None or standing.state is BenefitState.RECEIVING or not is_present:
        return None
    return open_dynamic_enrolment(session, actor, patient, admission.from_on, now)


def open_for_admissions(session: Session, actor: Actor, today: date, now: datetime) -> Counts:
    """The same for every admission of the last weeks whose duty nobody has opened. Repeatable."""
    sweep_alone(session)
    rows = session.execute(_uninsured_in_hospital(actor, today)).all()
    periods = {(patient.id, _period(from_on)) for patient, from_on, _state in rows}
    standing = set(
        session.execute(
            select(Task.patient_id, Task.period).where(
                Task.kind == TaskKind.DYNAMIC_ENROLMENT, Task.patient_id.in_([patient_id for patient_id, _p in periods])
            )
        )
    )
    made = 0
    for patient, from_on, _state in rows:
        if (patient.id, _period(from_on)) not in standing:
            made += open_dynamic_enrolment(session, actor, patient, from_on, now) is not None
    return Counts(made, len(rows) - made)


def open_benefit_renewals(session: Session, actor: Actor, today: date, now: datetime) -> Counts:
    """A duty for each benefit or certificate that has to be renewed within thirty days. Repeatable."""
    sweep_alone(session)
    standing = select(literal(1)).where(
        Task.kind == TaskKind.BENEFIT_RENEWAL,
        Task.patient_id == Patient.id,
        Task.period == literal("benefit:") + cast(Benefit.id, String),
    )
    rows = session.execute(
        select(Patient, Benefit.id, Benefit.kind, Benefit.renew_by)
        .join(Benefit, Benefit.patient_id == Patient.id)
        .join(Person, Person.id == Patient.person_id)
        .where(
            *OPEN,
            Benefit.state == BenefitState.RECEIVING,
            Benefit.renew_by <= today + timedelta(days=RENEWAL_NOTICE_DAYS),
            Patient.registry_status == RegistryStatus.REGISTERED,
            Person.died_on.is_(None),
            within(Patient.area_code, actor),
            ~standing.exists(),
        )
        .order_by(Benefit.id)
    ).all()
    due: list[tuple[Subject, TaskKind, str, date, Sequence[Reason]]] = [
        (
            patient,
            TaskKind.BENEFIT_RENEWAL,
            f"benefit:{benefit_id}",
            renew_by,
            [reason("benefits.renewal.due", what=Label(BENEFIT_KINDS[kind]), on=renew_by)],
        )
        for patient, benefit_id, kind, renew_by in rows
        if renew_by is not None
    ]
    return Counts(open_many(session, actor, due, "benefits.renewals_opened", now), 0)


def _period(admission_day: date) -> str:
    return f"admission:{admission_day.isoformat()}"


def _uninsured_in_hospital(actor: Actor, today: date) -> Select[*tuple[Any, ...]]:
    insured = select(literal(1)).where(
        Benefit.patient_id == Patient.id,
        Benefit.kind == BenefitKind.BASIC_MEDICAL,
        Benefit.state == BenefitState.RECEIVING,
        *OPEN,
    )
    return (
        select(Patient, Admission.from_on, Patient.registry_status)
        .join(Admission, Admission.patient_id == Patient.id)
        .join(Person, Person.id == Patient.person_id)
        .where(
            Admission.to_on.is_(None),
            Admission.withdrawn_at.is_(None),
            Admission.from_on >= today - LOOKED_BACK,
            Patient.registry_status == RegistryStatus.REGISTERED,
            Person.died_on.is_(None),
            within(Patient.area_code, actor),
            ~insured.exists(),
        )
        .order_by(Patient.id)
    )
