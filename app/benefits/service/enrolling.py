"""Dynamic enrolment: somebody without medical insurance who is sent to hospital is insured at once (绿色通道).

Opened in the act that records the admission where it is known that nobody is insured, by pages that know benefits, and every night for
all others; the same admission opens one duty, whoever comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, exists, literal, select
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
from app.patients.queries.merges import merges
from app.patients.rules import RegistryStatus
from app.patients.service.stays import follows_admissions
from app.people.models import Person
from app.tasks.models import Task
from app.tasks.rules import TaskKind
from app.tasks.service import Counts, Subject, open_many, open_task, sweep_alone

Renewal = tuple[Patient, Benefit]

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
    """The same for every admission of the last weeks whose duty nobody has opened, under whichever record. Repeatable."""
    sweep_alone(session)
    rows = session.execute(_uninsured_in_hospital(actor, today)).all()
    asked = merges(session).asked_of([patient.id for patient, _from_on in rows])
    opened = select(Task.patient_id, Task.period).where(
        Task.kind == TaskKind.DYNAMIC_ENROLMENT, Task.patient_id.in_(asked)
    )
    standing = {(patient, period) for record, period in session.execute(opened) for patient in asked[record]}
    made = 0
    for patient, from_on in rows:
        if (patient.id, _period(from_on)) not in standing:
            made += open_dynamic_enrolment(session, actor, patient, from_on, now) is not None
    return Counts(made, len(rows) - made)


def open_benefit_renewals(session: Session, actor: Actor, today: date, now: datetime) -> Counts:
    """A duty for each benefit or certificate that has to be renewed within thirty days. Repeatable."""
    sweep_alone(session)
    ends_soon = (
        *OPEN,
        Benefit.state == BenefitState.RECEIVING,
        Benefit.renew_by <= today + timedelta(days=RENEWAL_NOTICE_DAYS),
    )
    rows = _own_renewals(session, actor, ends_soon) + _renewals_of_merged(session, actor, ends_soon)
    due: list[tuple[Subject, TaskKind, str, date, Sequence[Reason]]] = [
        (
            patient,
            TaskKind.BENEFIT_RENEWAL,
            f"benefit:{benefit.id}",
            benefit.renew_by,
            [reason("benefits.renewal.due", what=Label(BENEFIT_KINDS[benefit.kind]), on=benefit.renew_by)],
        )
        for patient, benefit in rows
        if benefit.renew_by is not None
    ]
    return Counts(open_many(session, actor, due, "benefits.renewals_opened", now), 0)


def _own_renewals(session: Session, actor: Actor, ends_soon: Sequence[ColumnElement[bool]]) -> list[Renewal]:
    rows = session.execute(
        select(Patient, Benefit)
        .join(Benefit, Benefit.patient_id == Patient.id)
        .join(Person, Person.id == Patient.person_id)
        .where(*ends_soon, *_here(actor), ~_is_asked(Task.patient_id == Patient.id))
        .order_by(Benefit.id)
    )
    return [(patient, benefit) for patient, benefit in rows]


def _renewals_of_merged(session: Session, actor: Actor, ends_soon: Sequence[ColumnElement[bool]]) -> list[Renewal]:
    """What stood on a record that was merged away stands for the other one, unless that has a word of its own."""
    known, found = merges(session), []
    is_asked = _is_asked(Task.patient_id.in_({*known.into, *known.into.values()}))
    of_merged = select(Benefit).where(*ends_soon, Benefit.patient_id.in_(known.into), ~is_asked).order_by(Benefit.id)
    for benefit in session.scalars(of_merged):
        kept = Patient.id == known.end_of(benefit.patient_id)
        patient = session.scalar(
            select(Patient).join(Person, Person.id == Patient.person_id).where(kept, *_here(actor))
        )
        if patient is not None and find_open(session, patient, benefit.kind) is benefit:
            found.append((patient, benefit))
    return found


def _here(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Patients of the actor's area for whom something is still to be done."""
    return (
        Patient.registry_status == RegistryStatus.REGISTERED,
        Person.died_on.is_(None),
        within(Patient.area_code, actor),
    )


def _is_asked(of: ColumnElement[bool]) -> ColumnElement[bool]:
    """The duty is there, whatever became of it."""
    return exists().where(
        of, Task.kind == TaskKind.BENEFIT_RENEWAL, Task.period == literal("benefit:") + cast(Benefit.id, String)
    )


def _period(admission_day: date) -> str:
    return f"admission:{admission_day.isoformat()}"


def _uninsured_in_hospital(actor: Actor, today: date) -> Select[*tuple[Any, ...]]:
    """Not insured by the record's own word; `open_dynamic_enrolment` reads the merged ones too."""
    insured = exists().where(
        Benefit.patient_id == Patient.id,
        Benefit.kind == BenefitKind.BASIC_MEDICAL,
        Benefit.state == BenefitState.RECEIVING,
        *OPEN,
    )
    return (
        select(Patient, Admission.from_on)
        .join(Admission, Admission.patient_id == Patient.id)
        .join(Person, Person.id == Patient.person_id)
        .where(
            Admission.to_on.is_(None),
            Admission.withdrawn_at.is_(None),
            Admission.from_on >= today - LOOKED_BACK,
            *_here(actor),
            ~insured,
        )
        .order_by(Patient.id)
    )
