"""Emergencies: opened by a trigger or a call, filled in, finished within 24 hours, then checked every four hours.

A patient's record has a task beside it; somebody who is not registered has the record alone, and the list shows its clock.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.models import Area, AreaSetting
from app.areas.queries import place_of
from app.areas.rules import county_of, is_within
from app.audit.service import note
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.clock import SHANGHAI
from app.core.errors import Conflict, Invalid, StaleVersion
from app.core.names import check_name
from app.core.reasons import Label, Reason, reason
from app.incidents.commands.emergencies import FillRecord, OpenEmergency
from app.incidents.labels import NOT_AN_EMERGENCY
from app.incidents.models import Emergency, EmergencyCheck
from app.incidents.queries.emergencies import find_by_key, find_running, find_task, list_checks
from app.incidents.rules.emergencies import (
    CHECKS_SETTING,
    NEEDED,
    OPENED_WITHIN,
    TEXTS,
    ConsentSigner,
    Disposal,
    EmergencyEffect,
    EmergencyReason,
    Measure,
    NotAnEmergency,
    PersonCategory,
    follow_up_by,
    must_tell_police,
    next_check_at,
    record_due_at,
    wants_checks,
)
from app.incidents.service.stays import enter_outcome
from app.incidents.service.visits_due import come_by
from app.patients.models import Patient
from app.patients.queries import get_patient, lock_patient
from app.patients.rules import UNKNOWN_NAME, ManagementStatus, RegistryStatus
from app.people.commands import PersonDraft
from app.people.models import Person
from app.people.service import create_person
from app.people.vault import Vault
from app.risk.models import LevelSource
from app.risk.service import note_level
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import close_task, open_task

NOTES = "emergency_checks.notes"


# -- opening -----------------------------------------------------------------------------------------------------------


def open_emergency(session: Session, vault: Vault, actor: Actor, command: OpenEmergency, now: datetime) -> Emergency:
    """A new record with its 24-hour clock; one that arrives twice, also at once, is the one that stands.

    Raises `Invalid` by field: an instant in the future, a place outside the actor's area, a name that is none.
    """
    require(actor, Action.KEEP_EMERGENCIES)
    stored = find_by_key(session, actor, command.submission_key)
    if stored is not None:
        return stored
    _refuse_opening(session, actor, command, now)
    try:
        with session.begin_nested():
            return _store(session, vault, actor, command, now)
    except IntegrityError:
        stored = find_by_key(session, actor, command.submission_key)
        if stored is None:
            raise
        return stored


def answer_no_emergency(session: Session, actor: Actor, task: Task, why: NotAnEmergency, now: datetime) -> None:
    """The visit's question, answered with *no*; the reason is a code, and the audit keeps who said so."""
    require(actor, Action.KEEP_EMERGENCIES)
    close_task(session, actor, task, reason("incidents.not_an_emergency", why=Label(NOT_AN_EMERGENCY[why])), now)
    subject, detail = ("task", task.public_id), {"why": why.value}
    note(session, actor, "incidents.denied", now=now, subject=subject, area_code=task.area_code, detail=detail)


def _refuse_opening(session: Session, actor: Actor, command: OpenEmergency, now: datetime) -> None:
    errors: dict[str, list[Reason]] = {}
    if command.started_at > now:
        errors["started_at"] = [reason("incidents.in_future")]
    elif command.started_at < now - OPENED_WITHIN:
        errors["started_at"] = [reason("incidents.too_long_ago", days=OPENED_WITHIN.days)]
    died_on = _day_of_death(session, actor, command.patient) if command.patient else None
    if died_on is not None and _day(command.started_at) > died_on:
        errors["started_at"] = [reason("incidents.after_death", on=died_on)]
    if command.patient is None:
        if command.name and (wrong := check_name(command.name).errors):
            errors["name"] = list(wrong)
        if session.get(Area, command.area_code) is None or not is_within(command.area_code, actor.area_prefix):
            errors["area_code"] = [reason("patients.area_outside")]
        if command.category in (PersonCategory.MANAGED, PersonCategory.NOT_MANAGED):
            errors["category"] = [reason("incidents.not_registered")]
    if errors:
        raise Invalid(errors)


def _day_of_death(session: Session, actor: Actor, patient: str) -> date | None:
    return session.get_one(Person, get_patient(session, actor, patient).person_id).died_on


def _store(session: Session, vault: Vault, actor: Actor, command: OpenEmergency, now: datetime) -> Emergency:
    patient = lock_patient(session, actor, command.patient) if command.patient else None
    running = find_running(session, actor, patient) if patient is not None else None
    if running is not None:
        return running  # a colleague was quicker; one emergency has one record and one clock
    if patient is not None:
        person_id, area_code, category = patient.person_id, patient.area_code, category_of(patient)
    else:
        person = create_person(session, vault, PersonDraft(command.name or UNKNOWN_NAME, command.sex), now)
        person_id, area_code, category = person.id, command.area_code, command.category
    asked = find_task(session, actor, command.task) if command.task else None
    emergency = Emergency(
        submission_key=command.submission_key,
        patient_id=patient.id if patient else None,
        person_id=person_id,
        area_code=area_code,
        visit_id=_visit_of(asked),
        category=category,
        reporter=command.reporter,
        reason=command.reason,
        started_at=command.started_at,
        place_sealed=vault.seal(person_id, "emergencies.place", command.place),
        record_due_at=record_due_at(now, None),
        opened_at=now,
        opened_by=actor.user_id,
    )
    session.add(emergency)
    session.flush()
    if patient is not None:
        _take_over(session, actor, patient, emergency, now)
        _come_soon(session, patient, emergency, now)
    _note(session, actor, "incidents.opened", emergency, now)
    return emergency


def category_of(patient: Patient) -> PersonCategory:
    is_managed = patient.management_status is ManagementStatus.MANAGED
    if patient.registry_status is not RegistryStatus.REGISTERED:
        return PersonCategory.NOT_REGISTERED
    return PersonCategory.MANAGED if is_managed else PersonCategory.NOT_MANAGED


def _visit_of(task: Task | None) -> int | None:
    kind, _, number = (task.period if task else "").partition(":")
    return int(number) if kind == "visit" and number.isdigit() else None


def _take_over(session: Session, actor: Actor, patient: Patient, emergency: Emergency, now: datetime) -> None:
    """The visit's question is answered with a record; from now on the record's own term is the task."""
    answered = reason("incidents.record_opened", on=_day(now))
    for task in _open_tasks(session, patient, TaskKind.EMERGENCY_RECORD):
        close_task(session, actor, task, answered, now)
    because = [reason("incidents.record_due", on=_day(emergency.started_at))]
    period, due_at = f"emergency:{emergency.id}", emergency.record_due_at
    open_task(session, patient, TaskKind.EMERGENCY_RECORD, period, _day(due_at), because, now, due_at)


def _come_soon(session: Session, patient: Patient, emergency: Emergency, now: datetime) -> None:
    """The next visit within 14 days, unless it is due earlier or rests; of what is written down later than that, today."""
    by = max(follow_up_by(_day(emergency.started_at)), _day(now))
    because = [reason("incidents.follow_up", on=_day(emergency.started_at), by=by)]
    come_by(session, patient, by, because, f"emergency:{emergency.id}", now)


# -- filling in --------------------------------------------------------------------------------------------------------


def fill_record(
    session: Session, vault: Vault, actor: Actor, emergency: Emergency, command: FillRecord, now: datetime
) -> None:
    """Store what is known so far. The end moves the record's clock; a level is noted in the patient's history.

    Raises `Conflict` for a finished record, `StaleVersion` when somebody else saved meanwhile, `Invalid` by field.
    """
    require(actor, Action.KEEP_EMERGENCIES)
    _refuse_finished(emergency)
    if command.version != emergency.version:
        raise StaleVersion()
    _refuse_filling(emergency, command, now)
    patient = _patient(session, emergency)
    if patient is not None and command.risk_level is not None and command.risk_level != emergency.risk_level:
        _rate(session, actor, patient, emergency, command.risk_level, now)
    for name in ("reason", "ended_at", "risk_level", "effect", "hospital", "consent_signer", "consent_reason"):
        setattr(emergency, name, getattr(command, name))
    for name in ("disposal", "police_told_at", "police_told", "reported_at"):
        setattr(emergency, name, getattr(command, name))
    emergency.measures = command.measures or None
    emergency.team = [{"name": name, "unit": unit} for name, unit in command.team]
    reads_texts = sees(actor, Field.FREE_TEXT) is Grant.FULL
    for name in TEXTS:
        words = getattr(command, name)
        if words or reads_texts:  # who was not shown a text and leaves it empty has not deleted it
            setattr(emergency, f"{name}_sealed", vault.seal(emergency.person_id, f"emergencies.{name}", words))
    _move_clock(session, patient, emergency)
    session.flush()
    _note(session, actor, "incidents.filled", emergency, now)


def finish_record(session: Session, actor: Actor, emergency: Emergency, now: datetime) -> None:
    """Close the record: it is evidence from now on, and the database lets nobody change it. Checks follow on their own rows.

    Raises `Invalid` naming by field what is missing.
    """
    require(actor, Action.KEEP_EMERGENCIES)
    _refuse_finished(emergency)
    missing = _missing(emergency)
    if missing:
        raise Invalid(missing)
    emergency.finished_at, emergency.finished_by = now, actor.user_id
    session.flush()
    patient = _patient(session, emergency)
    if patient is not None:
        _close_own(session, actor, patient, emergency, reason("incidents.done", on=_day(now)), now)
        enter_outcome(session, actor, emergency, now)
    _begin_checks(session, patient, emergency, now)
    _note(session, actor, "incidents.finished", emergency, now, {"late": now > emergency.record_due_at})


def _refuse_finished(emergency: Emergency) -> None:
    if emergency.finished_at is not None:
        raise Conflict(reason("incidents.is_finished"))


def _refuse_filling(emergency: Emergency, command: FillRecord, now: datetime) -> None:
    errors: dict[str, list[Reason]] = {}
    for name in ("ended_at", "police_told_at", "reported_at"):
        instant = getattr(command, name)
        if instant is not None and instant > now:
            errors[name] = [reason("incidents.in_future")]
    if command.ended_at is not None and command.ended_at < emergency.started_at:
        errors["ended_at"] = [reason("incidents.ends_before")]
    if (command.police_told_at is None) != (command.police_told is None):
        errors["police_told_at"] = [reason("incidents.police_both")]
    if command.consent_signer is ConsentSigner.NONE and command.consent_reason is None:
        errors["consent_reason"] = [reason("incidents.consent_why")]
    if errors:
        raise Invalid(errors)


def _missing(emergency: Emergency) -> dict[str, list[Reason]]:
    sealed = {"place": emergency.place_sealed, "scene": emergency.scene_sealed}
    missing = {
        name: [reason("incidents.needed")]
        for name in NEEDED
        if (sealed[name] if name in sealed else getattr(emergency, name)) in (None, [], 0)
        and not (name == "risk_level" and emergency.risk_level == 0)
    }
    for name in _others(emergency):
        if getattr(emergency, f"{name}_sealed") is None:
            missing[name] = [reason("incidents.say_other")]
    if must_tell_police(emergency.risk_level) and emergency.police_told_at is None:
        missing["police_told_at"] = [reason("incidents.tell_police")]
    if emergency.disposal == Disposal.ADMISSION and not emergency.hospital:
        missing["hospital"] = [reason("incidents.needed")]
    return missing


def _others(emergency: Emergency) -> list[str]:
    """The texts that say what 其他 means."""
    is_other = {
        "reason_text": emergency.reason is EmergencyReason.OTHER,
        "measures_text": bool((emergency.measures or 0) & Measure.OTHER),
        "effect_text": emergency.effect is EmergencyEffect.OTHER,
    }
    return [name for name, asked in is_other.items() if asked]


def _rate(session: Session, actor: Actor, patient: Patient, emergency: Emergency, level: int, now: datetime) -> None:
    """A level found at an emergency is the patient's level like any other."""
    note_level(session, actor, patient, level, _day(emergency.started_at), LevelSource.EMERGENCY, emergency.id, now)


def _move_clock(session: Session, patient: Patient | None, emergency: Emergency) -> None:
    emergency.record_due_at = record_due_at(emergency.opened_at, emergency.ended_at)
    if patient is not None:
        for task in _open_tasks(session, patient, TaskKind.EMERGENCY_RECORD, f"emergency:{emergency.id}"):
            task.due_at, task.due_on = emergency.record_due_at, _day(emergency.record_due_at)


# -- checks ------------------------------------------------------------------------------------------------------------


def record_check(
    session: Session, vault: Vault, actor: Actor, emergency: Emergency, is_stable: bool, notes: str, now: datetime
) -> EmergencyCheck:
    """The check that is owed, made now; the next one is owed in four hours, unless two in a row were stable.

    Raises `Conflict` when none is owed: somebody else made it, or the checks have ended.
    """
    require(actor, Action.KEEP_EMERGENCIES)
    checks = list_checks(session, emergency)
    owed = next((check for check in checks if check.checked_at is None), None)
    if owed is None:
        raise Conflict(reason("incidents.no_check"))
    owed.checked_at, owed.checked_by, owed.is_stable = now, actor.user_id, is_stable
    owed.notes_sealed = vault.seal(emergency.person_id, NOTES, notes)
    patient = _patient(session, emergency)
    if patient is not None:
        made = reason("incidents.checked", number=owed.number)
        for task in _open_tasks(session, patient, TaskKind.EMERGENCY_CHECK, _check_period(emergency, owed.number)):
            close_task(session, actor, task, made, now)
    due_at = next_check_at([bool(check.is_stable) for check in checks if check.checked_at], now)
    if due_at is not None:
        _owe_check(session, patient, emergency, owed.number + 1, due_at, now)
    session.flush()
    _note(session, actor, "incidents.check_made", emergency, now, {"number": owed.number, "stable": is_stable})
    return owed


def set_checks(session: Session, actor: Actor, is_on: bool, now: datetime) -> None:
    """The county's decision whether its primary-care staff check every four hours (the flow chart is local)."""
    require(actor, Action.SET_EMERGENCY_CHECKS)
    county = county_of(place_of(actor))
    setting = session.get(AreaSetting, (county, CHECKS_SETTING))
    if setting is None:
        setting = AreaSetting(area_code=county, name=CHECKS_SETTING)
        session.add(setting)
    setting.value, setting.set_at, setting.set_by = "on" if is_on else "off", now, actor.user_id
    session.flush()
    subject = ("area", county)
    note(session, actor, "incidents.checks_set", now=now, subject=subject, area_code=county, detail={"on": is_on})


def _begin_checks(session: Session, patient: Patient | None, emergency: Emergency, now: datetime) -> None:
    setting = session.get(AreaSetting, (county_of(emergency.area_code), CHECKS_SETTING))
    is_on = setting is None or setting.value == "on"
    disposal = Disposal(emergency.disposal) if emergency.disposal else None
    due_at = next_check_at([], emergency.ended_at or now)
    if wants_checks(disposal, is_on) and due_at is not None:
        _owe_check(session, patient, emergency, 1, due_at, now)


def _owe_check(
    session: Session, patient: Patient | None, emergency: Emergency, number: int, due_at: datetime, now: datetime
) -> None:
    session.add(EmergencyCheck(emergency_id=emergency.id, number=number, due_at=due_at))
    if patient is not None and patient.registry_status is not RegistryStatus.DEAD:
        because = [reason("incidents.check_due", number=number)]
        period = _check_period(emergency, number)
        open_task(session, patient, TaskKind.EMERGENCY_CHECK, period, _day(due_at), because, now, due_at)


def _check_period(emergency: Emergency, number: int) -> str:
    return f"emergency:{emergency.id}:{number}"


# -- shared ------------------------------------------------------------------------------------------------------------


def _patient(session: Session, emergency: Emergency) -> Patient | None:
    return session.get(Patient, emergency.patient_id) if emergency.patient_id else None


def _open_tasks(session: Session, patient: Patient, kind: TaskKind, period: str | None = None) -> list[Task]:
    standing = select(Task).where(Task.patient_id == patient.id, Task.kind == kind, Task.state == TaskState.OPEN)
    if period is not None:
        standing = standing.where(Task.period == period)
    return list(session.scalars(standing.order_by(Task.id)))


def _close_own(
    session: Session, actor: Actor, patient: Patient, emergency: Emergency, outcome: Reason, now: datetime
) -> None:
    for task in _open_tasks(session, patient, TaskKind.EMERGENCY_RECORD, f"emergency:{emergency.id}"):
        close_task(session, actor, task, outcome, now)


def _day(instant: datetime) -> date:
    return instant.astimezone(SHANGHAI).date()


def _note(
    session: Session,
    actor: Actor,
    action: str,
    emergency: Emergency,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    subject = ("emergency", emergency.public_id)
    note(session, actor, action, now=now, subject=subject, area_code=emergency.area_code, detail=detail)
