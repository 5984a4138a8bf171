"""Answering what a state asks: still so, and it is asked again; or ended, and the register says so from a day on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from app.core.reasons import Label, reason
from app.patients.commands import AnswerDuty
from app.patients.labels_watch import ASKED_LABELS
from app.patients.models import Admission, Patient
from app.patients.queries.watching import watch_of_task
from app.patients.rules import (
    FIRST_VISIT_WITHIN_DAYS,
    CareSetting,
    ConsentKind,
    ManagementStatus,
    SpanKind,
    is_visit_owed,
)
from app.patients.rules_watch import RHYTHMS, WHOM, DutyAnswer, Watch, due_again, eighteenth_birthday
from app.patients.service.follow_ups import visits_follow
from app.patients.service.spans import write_span
from app.patients.service.states import change_state, find_consent
from app.patients.service.stays import record_discharge
from app.patients.service.watching import ask, begun_on
from app.people.models import Person
from app.tasks.models import Task, TaskState
from app.tasks.service import close_task, open_follow_up


def answer_duty(
    session: Session, actor: Actor, patient: Patient, task: Task, command: AnswerDuty, today: date, now: datetime
) -> None:
    """Raises `Invalid` by field, `Conflict` for a duty that was settled meanwhile or a move that the register refuses."""
    require(actor, Action.KEEP_REGISTER)
    watch = watch_of_task(patient, task)
    if watch is None or task.patient_id != patient.id:
        raise NotFound
    if task.state is not TaskState.OPEN:
        raise Conflict(reason("tasks.not_open"))
    _refuse(session, patient, watch, command, today)
    outcome = reason(f"patients.answered.{watch.value}.{command.answer.value}", on=command.on, **_whom(command))
    close_task(session, actor, task, outcome, now)
    if command.answer is DutyAnswer.ENDED:
        _ENDS[watch](session, actor, patient, command.on, now)
    elif command.answer in (DutyAnswer.STILL, DutyAnswer.NOT_REACHED):
        since = begun_on(session, patient, watch) or command.on
        ask(session, patient, watch, due_again(watch, command.answer, command.on), since, now)
    subject = ("patient", patient.public_id)
    changed = {"answer": command.answer.value, "on": command.on.isoformat()}
    detail = {"kind": task.kind.value}
    note(
        session,
        actor,
        "patients.duty_answered",
        now=now,
        subject=subject,
        area_code=patient.area_code,
        detail=detail,
        changed=changed,
    )
    session.flush()


def _refuse(session: Session, patient: Patient, watch: Watch, command: AnswerDuty, today: date) -> None:
    if command.answer not in RHYTHMS[watch].answers:
        raise Invalid({"answer": [reason("patients.duty.answer_elsewhere")]})
    if command.on > today:
        raise Invalid({"on": [reason("patients.date_in_future")]})
    is_asked = command.answer in (DutyAnswer.STILL, DutyAnswer.NOT_REACHED)
    if is_asked and command.whom not in WHOM[watch]:
        raise Invalid({"whom": [reason("patients.duty.whom_missing")]})
    since = begun_on(session, patient, watch)
    if since is not None and command.on < since:
        raise Invalid({"on": [reason("patients.duty.before_state", on=since)]})
    if watch is Watch.OF_AGE:
        _refuse_unsigned(session, patient)


def _refuse_unsigned(session: Session, patient: Patient) -> None:
    """What a parent signed for a child does not bind the adult."""
    born_on = session.get_one(Person, patient.person_id).born_on
    consent = find_consent(session, patient, ConsentKind.COMMUNITY_MANAGEMENT)
    if born_on is None:
        return
    birthday = eighteenth_birthday(born_on)
    if consent is None or consent.from_on < birthday:
        raise Invalid({"answer": [reason("patients.duty.sign_first", on=birthday)]})


def _whom(command: AnswerDuty) -> dict[str, Label]:
    return {"whom": Label(ASKED_LABELS[command.whom])} if command.whom else {}


# -- how a state ends --------------------------------------------------------------------------------------------------


def _leave_hospital(session: Session, actor: Actor, patient: Patient, on: date, now: datetime) -> None:
    """Discharged. A stay that only a visit form told of was never in the register: the visits begin again."""
    stay = select(Admission.id).where(
        Admission.patient_id == patient.id, Admission.to_on.is_(None), Admission.withdrawn_at.is_(None)
    )
    if session.scalar(stay) is not None:
        record_discharge(session, actor, patient, on, now)
    elif patient.care_setting is CareSetting.INPATIENT:
        with visits_follow(session, actor, patient, on, now):
            because = reason("patients.because.discharged", on=on)
            write_span(session, actor, patient, SpanKind.CARE, CareSetting.HOME.value, on, now, because=because)
            session.flush()
    elif patient.next_due_on is None and is_visit_owed(
        patient.registry_status, patient.management_status, patient.care_setting
    ):
        patient.next_due_on = on + timedelta(days=FIRST_VISIT_WITHIN_DAYS)
        because = reason("patients.because.owed_again", on=on, days=FIRST_VISIT_WITHIN_DAYS)
        open_follow_up(session, patient, patient.next_due_on, [because], f"owed:{on.isoformat()}", now)


def _come_home(session: Session, actor: Actor, patient: Patient, on: date, now: datetime) -> None:
    code = "released" if patient.care_setting is CareSetting.CUSTODY else "returned"
    because = reason(f"patients.because.{code}", on=on)
    change_state(session, actor, patient, SpanKind.CARE, CareSetting.HOME.value, on, because, now)


def _be_found(session: Session, actor: Actor, patient: Patient, on: date, now: datetime) -> None:
    because = reason("patients.because.found", on=on)
    change_state(session, actor, patient, SpanKind.MANAGEMENT, ManagementStatus.MANAGED.value, on, because, now)


_ENDS = {
    Watch.INPATIENT: _leave_hospital,
    Watch.CUSTODY: _come_home,
    Watch.AWAY: _come_home,
    Watch.LOST: _be_found,
}
