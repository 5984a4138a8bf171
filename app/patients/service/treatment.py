"""Injections, supplies of medicine and yearly examinations: stored once, each with the duty that follows from it.

A course of injections, or of one drug that is handed out, runs while its task is open; the newest record decides when that is due.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

import app.patients.texts_treatment  # noqa: F401  # registers the sentences
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.db import canonical_json
from app.core.errors import Conflict, Invalid, NotFound
from app.core.reasons import Reason, reason
from app.patients.commands_treatment import RecordExamination, RecordInjection, RecordSupply
from app.patients.models import Examination, Injection, MedicineSupply, Patient
from app.patients.rules import ManagementStatus, RegistryStatus
from app.patients.rules_treatment import AgreedBy, because_of_supply, next_injection_on, runs_out_on, supply_task_on
from app.patients.service.lifetime import refuse_outside_life
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import Counts, close_task, open_for_all, open_task

REACTION, FINDINGS = "injections.reaction", "examinations.findings"
Record = Injection | MedicineSupply | Examination
T = TypeVar("T", Injection, MedicineSupply, Examination)
_CALENDAR_BEFORE = timedelta(days=40)  # five working days before, whatever festival lies between


# -- injections --------------------------------------------------------------------------------------------------------


def record_injection(
    session: Session, vault: Vault, actor: Actor, patient: Patient, command: RecordInjection, now: datetime
) -> Injection:
    """Store one injection; the next falls due so many weeks later. One that arrives twice is the one that stands.

    Raises `Invalid` by field, `Conflict` for somebody who is not in the register any more.
    """
    _begin(session, actor, patient, {"given_on": command.given_on})
    stored = _find_sent(session, Injection, patient, command.submission_key)
    if stored is not None:
        return stored
    _refuse_second(session, Injection, patient, command.drug, command.given_on)
    injection = Injection(
        submission_key=command.submission_key,
        patient_id=patient.id,
        drug=command.drug,
        dose_mg=_plain(command.dose_mg),
        interval_weeks=command.interval_weeks,
        given_on=command.given_on,
        next_due_on=next_injection_on(command.given_on, command.interval_weeks),
        site=command.site,
        facility=command.facility,
        reaction_sealed=vault.seal(patient.person_id, REACTION, command.reaction),
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(injection)
    session.flush()
    newest = _newest_injection(session, patient)
    if newest is injection:
        _close(
            session, actor, patient, TaskKind.INJECTION, reason("patients.injection.given", on=command.given_on), now
        )
        _open_injection(session, patient, injection, f"injection:{injection.id}", now)
    _note(session, actor, "patients.injection_recorded", patient, now)
    return injection


def stop_injections(session: Session, actor: Actor, patient: Patient, today: date, now: datetime) -> None:
    """The doctor ends the course: nothing falls due any more, until an injection is recorded again."""
    require(actor, Action.KEEP_TREATMENT)
    ended = _close(session, actor, patient, TaskKind.INJECTION, reason("patients.injection.stopped", on=today), now)
    if not ended:
        raise Conflict(reason("patients.injection.none"))
    _note(session, actor, "patients.injections_stopped", patient, now)


def _newest_injection(session: Session, patient: Patient) -> Injection | None:
    standing = select(Injection).where(Injection.patient_id == patient.id, Injection.withdrawn_at.is_(None))
    return session.scalars(standing.order_by(Injection.given_on.desc(), Injection.id.desc()).limit(1)).one_or_none()


def _open_injection(session: Session, patient: Patient, injection: Injection, period: str, now: datetime) -> None:
    due = reason(
        "patients.injection.due",
        drug=injection.drug,
        given_on=injection.given_on,
        weeks=injection.interval_weeks,
        on=injection.next_due_on,
    )
    open_task(session, patient, TaskKind.INJECTION, period, injection.next_due_on, [due], now)


# -- supplies ----------------------------------------------------------------------------------------------------------


def record_supply(
    session: Session, actor: Actor, patient: Patient, command: RecordSupply, now: datetime
) -> MedicineSupply:
    """Store medicine handed out; five working days before it runs out somebody asks for more of it."""
    _begin(session, actor, patient, {"given_on": command.given_on})
    stored = _find_sent(session, MedicineSupply, patient, command.submission_key)
    if stored is not None:
        return stored
    _refuse_second(session, MedicineSupply, patient, command.drug, command.given_on)
    supply = MedicineSupply(
        submission_key=command.submission_key,
        patient_id=patient.id,
        drug=command.drug,
        source=command.source,
        given_on=command.given_on,
        days=command.days,
        runs_out_on=runs_out_on(command.given_on, command.days),
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(supply)
    session.flush()
    if _newest_supply(session, patient, supply.drug) is supply:
        _close_supply(session, actor, patient, supply.drug, reason("patients.supply.given", on=supply.given_on), now)
        _open_supply(session, patient, supply, f"supply:{supply.id}", now)
    _note(session, actor, "patients.supply_recorded", patient, now)
    return supply


def stop_supply(session: Session, actor: Actor, patient: Patient, public_id: str, today: date, now: datetime) -> None:
    """The drug is not taken any more: nobody asks for more of it."""
    require(actor, Action.KEEP_TREATMENT)
    supply = _get(session, MedicineSupply, patient, public_id)
    outcome = reason("patients.supply.stopped", on=today)
    if not _close_supply(session, actor, patient, supply.drug, outcome, now):
        raise Conflict(reason("patients.supply.none"))
    _note(session, actor, "patients.supply_stopped", patient, now)


def _newest_supply(session: Session, patient: Patient, drug: str) -> MedicineSupply | None:
    standing = select(MedicineSupply).where(
        MedicineSupply.patient_id == patient.id, MedicineSupply.drug == drug, MedicineSupply.withdrawn_at.is_(None)
    )
    newest = standing.order_by(MedicineSupply.given_on.desc(), MedicineSupply.id.desc()).limit(1)
    return session.scalars(newest).one_or_none()


def _open_supply(session: Session, patient: Patient, supply: MedicineSupply, period: str, now: datetime) -> None:
    calendar = load_workdays(session, supply.runs_out_on - _CALENDAR_BEFORE, supply.runs_out_on)
    due_on = supply_task_on(supply.runs_out_on, supply.given_on, calendar)
    given = reason(
        "patients.supply.runs_out", drug=supply.drug, given_on=supply.given_on, days=supply.days, on=supply.runs_out_on
    )
    because = because_of_supply(given, due_on, supply.runs_out_on, calendar)
    open_task(session, patient, TaskKind.SUPPLY, period, due_on, because, now)


def _close_supply(session: Session, actor: Actor, patient: Patient, drug: str, outcome: Reason, now: datetime) -> int:
    """End the open duties for this drug; how many."""
    of_drug = select(literal("supply:") + cast(MedicineSupply.id, String)).where(
        MedicineSupply.patient_id == patient.id, MedicineSupply.drug == drug
    )
    return _close(session, actor, patient, TaskKind.SUPPLY, outcome, now, Task.period.in_(of_drug))


# -- examinations ------------------------------------------------------------------------------------------------------


def record_examination(
    session: Session, vault: Vault, actor: Actor, patient: Patient, command: RecordExamination, now: datetime
) -> Examination:
    """Store the year's examination, or that it was refused; either answers the year's duty. Each year asks for agreement anew."""
    _begin(session, actor, patient, {"examined_on": command.examined_on})
    stored = _find_sent(session, Examination, patient, command.submission_key)
    if stored is not None:
        return stored
    _check_examination(command)
    is_refused = command.agreed_by is AgreedBy.REFUSED
    same = select(Examination.id).where(
        Examination.patient_id == patient.id,
        Examination.examined_on == command.examined_on,
        Examination.withdrawn_at.is_(None),
    )
    if session.scalar(same.limit(1)) is not None:
        raise Invalid({"examined_on": [reason("patients.examination.same_day", on=command.examined_on)]})
    examination = Examination(
        submission_key=command.submission_key,
        patient_id=patient.id,
        examined_on=command.examined_on,
        agreed_by=None if is_refused else command.agreed_by,
        systolic_mmhg=command.systolic_mmhg,
        diastolic_mmhg=command.diastolic_mmhg,
        weight_hg=round(float(command.weight) * 10) if command.weight else None,
        white_cells=command.white_cells or None,
        neutrophils=command.neutrophils or None,
        alt=command.alt or None,
        glucose=command.glucose or None,
        ecg=command.ecg,
        findings_sealed=vault.seal(patient.person_id, FINDINGS, command.findings),
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(examination)
    session.flush()
    code = "patients.examination.refused" if is_refused else "patients.examination.done"
    period = _year(command.examined_on)
    _close(
        session, actor, patient, TaskKind.EXAMINATION, reason(code, on=command.examined_on), now, Task.period == period
    )
    _note(session, actor, "patients.examination_recorded", patient, now)
    return examination


def open_examinations(session: Session, actor: Actor, today: date, now: datetime) -> Counts:
    """One duty a year for everybody managed who has neither been examined nor refused this year; a second sweep makes none."""
    first, last = date(today.year, 1, 1), date(today.year, 12, 31)
    because = canonical_json([reason("patients.examination.due", year=today.year, on=last).to_json()])
    answered = select(literal(1)).where(
        Examination.patient_id == Patient.id,
        Examination.examined_on.between(first, last),
        Examination.withdrawn_at.is_(None),
    )
    source = select(
        Patient.id.label("patient_id"),
        literal(_year(today)).label("period"),
        Patient.area_code,
        Patient.agency_id,
        literal(last).label("due_on"),
        literal(because).label("because"),
    ).where(
        Patient.registry_status == RegistryStatus.REGISTERED,
        Patient.management_status == ManagementStatus.MANAGED,
        ~answered.exists(),
    )
    made = open_for_all(session, actor, TaskKind.EXAMINATION, source, "patients.examinations_opened", now)
    return Counts(made, 0)


def _check_examination(command: RecordExamination) -> None:
    values = (
        command.systolic_mmhg, command.diastolic_mmhg, command.weight, command.white_cells, command.neutrophils,
        command.alt, command.glucose, command.ecg,
    )  # fmt: skip
    has_values = any(value not in (None, "") for value in values)
    if command.agreed_by is AgreedBy.REFUSED and (has_values or command.findings):
        raise Invalid({"agreed_by": [reason("patients.examination.refused_is_empty")]})
    if command.agreed_by is not AgreedBy.REFUSED and not has_values:
        raise Invalid({"systolic_mmhg": [reason("patients.examination.empty")]})
    systolic, diastolic = command.systolic_mmhg, command.diastolic_mmhg
    if (systolic is None) != (diastolic is None) or (systolic and diastolic and systolic <= diastolic):
        raise Invalid({"diastolic_mmhg": [reason("patients.examination.pressure")]})


def _year(day: date) -> str:
    return f"examination:{day.year}"


# -- withdrawing -------------------------------------------------------------------------------------------------------

_KINDS: dict[str, type[Record]] = {"injection": Injection, "supply": MedicineSupply, "examination": Examination}


def withdraw_treatment(
    session: Session, actor: Actor, patient: Patient, kind: str, public_id: str, now: datetime
) -> None:
    """Take back a record that was wrong; it stays readable. What it had set in motion goes back to the record before it."""
    require(actor, Action.KEEP_TREATMENT)
    if kind not in _KINDS:
        raise NotFound
    record: Record = _get(session, _KINDS[kind], patient, public_id)  # type: ignore[type-var]  # one of the three
    if record.withdrawn_at is not None:
        return
    record.withdrawn_at, record.withdrawn_by = now, actor.user_id
    session.flush()
    taken_back = reason("patients.treatment.withdrawn")
    if isinstance(record, Injection):
        _reopen_injection(session, actor, patient, record, taken_back, now)
    elif isinstance(record, MedicineSupply):
        _reopen_supply(session, actor, patient, record, taken_back, now)
    _note(session, actor, "patients.treatment_withdrawn", patient, now, {"kind": kind})


def _reopen_injection(
    session: Session, actor: Actor, patient: Patient, gone: Injection, why: Reason, now: datetime
) -> None:
    was_speaking = _close(session, actor, patient, TaskKind.INJECTION, why, now, _period_begins(f"injection:{gone.id}"))
    newest = _newest_injection(session, patient)
    if was_speaking and newest is not None:
        _open_injection(session, patient, newest, f"injection:{newest.id}:{gone.id}", now)


def _reopen_supply(
    session: Session, actor: Actor, patient: Patient, gone: MedicineSupply, why: Reason, now: datetime
) -> None:
    was_speaking = _close(session, actor, patient, TaskKind.SUPPLY, why, now, _period_begins(f"supply:{gone.id}"))
    newest = _newest_supply(session, patient, gone.drug)
    if was_speaking and newest is not None:
        _open_supply(session, patient, newest, f"supply:{newest.id}:{gone.id}", now)


def _period_begins(period: str) -> Any:
    return (Task.period == period) | Task.period.startswith(f"{period}:")


# -- shared ------------------------------------------------------------------------------------------------------------


def _begin(session: Session, actor: Actor, patient: Patient, days: dict[str, date]) -> None:
    require(actor, Action.KEEP_TREATMENT)
    if patient.registry_status is not RegistryStatus.REGISTERED:
        raise Conflict(reason("patients.treatment.not_registered"))
    refuse_outside_life(session, patient, days)


def _find_sent(session: Session, model: type[T], patient: Patient, submission_key: str) -> T | None:
    """The record that this form left already; somebody else's key is refused by the unique index."""
    sent = select(model).where(model.submission_key == submission_key, model.patient_id == patient.id)
    return session.scalars(sent).one_or_none()


def _refuse_second(
    session: Session, model: type[Injection | MedicineSupply], patient: Patient, drug: str, on: date
) -> None:
    """Two people writing down one injection would read as two: the same drug stands once a day."""
    same = select(model.id).where(
        model.patient_id == patient.id, model.drug == drug, model.given_on == on, model.withdrawn_at.is_(None)
    )
    if session.scalar(same.limit(1)) is not None:
        raise Invalid({"given_on": [reason("patients.treatment.same_day", on=on, drug=drug)]})


def _get(session: Session, model: type[T], patient: Patient, public_id: str) -> T:
    found = session.scalars(
        select(model).where(model.public_id == public_id, model.patient_id == patient.id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _close(
    session: Session, actor: Actor, patient: Patient, kind: TaskKind, outcome: Reason, now: datetime, *which: Any
) -> int:
    standing = select(Task).where(
        Task.patient_id == patient.id, Task.kind == kind, Task.state == TaskState.OPEN, *which
    )
    tasks = session.scalars(standing).all()
    for task in tasks:
        close_task(session, actor, task, outcome, now)
    return len(tasks)


def _plain(number: str) -> str:
    """Without trailing zeros behind the point: 100.50 → 100.5, 100.0 → 100."""
    return number.rstrip("0").rstrip(".") if "." in number else number


def _note(
    session: Session, actor: Actor, action: str, patient: Patient, now: datetime, detail: dict[str, str] | None = None
) -> None:
    subject = ("patient", patient.public_id)
    note(session, actor, action, now=now, subject=subject, area_code=patient.area_code, detail=detail)
