"""Recording and correcting a follow-up visit, and looking ahead while the form is being filled in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.reasons import Reason, reason
from app.patients.models import Patient
from app.patients.queries import lock_patient
from app.patients.rules import ManagementStatus, RegistryStatus
from app.people.vault import Vault
from app.risk.models import LevelSource
from app.risk.service import withdraw_level
from app.tasks.models import TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import close_task
from app.visits.commands import CorrectVisit, RecordVisit
from app.visits.models import FollowUpVisit
from app.visits.queries import (
    StoredForm,
    find_by_submission_key,
    get_visit,
    list_tasks_of_visit,
    load_history,
)
from app.visits.readers import fact_of, open_text
from app.visits.rules.history import History
from app.visits.rules.record import VisitRecord
from app.visits.service.judging import Judgement, judge
from app.visits.service.national import owe_correction
from app.visits.service.next_steps import (
    after_completed_visit,
    after_death,
    after_lost_report,
    keep_copies,
    reopen_follow_up,
)
from app.visits.service.storing import sealed_texts, store_visit

# Who is followed up; the dead still get the visits that were made and not yet entered.
_FOLLOWED = frozenset({RegistryStatus.REGISTERED, RegistryStatus.DEAD})
# The field under which warnings come back that somebody has to confirm.
CONFIRM = "accepted"


@dataclass(frozen=True)
class Recorded:
    """`is_new` is False when the same form arrived a second time."""

    visit: FollowUpVisit
    is_new: bool


def record_visit(
    session: Session, vault: Vault, actor: Actor, command: RecordVisit, today: date, now: datetime
) -> Recorded:
    """Store one filled form and set in motion what follows from it.

    Raises `NotFound` for a patient who is not the actor's, `Conflict` for a submission key that brought another form or a
    patient who is not followed up, and `Invalid` by field; under `CONFIRM` it names warnings to be confirmed.
    """
    require(actor, Action.LOG_VISIT)
    patient = lock_patient(session, actor, command.patient)
    earlier = find_by_submission_key(session, command.submission_key)
    if earlier is not None:
        return _second_arrival(session, vault, actor, patient, earlier, command)
    return Recorded(
        _record(session, vault, actor, patient, command, load_history(session, patient.id), today, now), True
    )


def correct_visit(
    session: Session, vault: Vault, actor: Actor, command: CorrectVisit, today: date, now: datetime
) -> Recorded:
    """Withdraw a visit and store the form that takes its place; both stay readable, with the reason."""
    require(actor, Action.LOG_VISIT)
    patient = lock_patient(session, actor, command.by.patient)
    earlier = find_by_submission_key(session, command.by.submission_key)
    if earlier is not None:
        return _second_arrival(session, vault, actor, patient, earlier, command.by)
    old = get_visit(session, actor, patient, command.visit).visit
    _check_correctable(old, command)
    history = load_history(session, patient.id)
    was_newest = history.latest is not None and history.latest.id == old.id
    _withdraw(session, actor, patient, old, now)
    visit = _record(session, vault, actor, patient, command.by, history.without(old.id), today, now, corrects=old)
    for column, sealed in sealed_texts(vault, patient.person_id, {"correction_reason": command.reason}).items():
        setattr(visit, column, sealed)
    if was_newest:
        _pass_on(session, actor, patient, old, visit, now)
    session.flush()
    return Recorded(visit, True)


def preview_visit(
    session: Session,
    actor: Actor,
    patient: Patient,
    record: VisitRecord,
    today: date,
    instead_of: FollowUpVisit | None = None,
) -> Judgement:
    """What the rules would say about the form as it stands; stores nothing. `instead_of` is the visit being corrected."""
    history = load_history(session, patient.id)
    if instead_of is not None:
        history = history.without(instead_of.id)
    return judge(session, actor, patient, record, history, today, is_correction=instead_of is not None)


def _record(
    session: Session,
    vault: Vault,
    actor: Actor,
    patient: Patient,
    command: RecordVisit,
    history: History,
    today: date,
    now: datetime,
    corrects: FollowUpVisit | None = None,
) -> FollowUpVisit:
    _check_followed(patient)
    is_correction = corrects is not None
    judged = judge(session, actor, patient, command.record, history, today, is_correction)
    _refuse(judged, command, is_correction)
    visit = store_visit(session, vault, actor, patient, command, judged, now)
    if corrects is not None:
        visit.corrects_id = corrects.id
        # when it was first entered is what counts
        visit.is_late_entry = corrects.is_late_entry
        owe_correction(session, visit, corrects, now)
    if judged.record.is_death:
        after_death(session, actor, patient, visit, now)
    elif judged.record.is_lost:
        after_lost_report(session, patient, visit, now, today)
    else:
        with_this = History([*history.facts, fact_of(visit)])
        after_completed_visit(session, actor, patient, visit, judged, with_this, now)
    action = "visits.corrected" if corrects else "visits.recorded"
    _note(session, actor, patient, visit, action, now)
    session.flush()
    return visit


def _check_followed(patient: Patient) -> None:
    if patient.registry_status not in _FOLLOWED:
        raise Conflict(reason("visit.not_registered"))
    if patient.management_status is ManagementStatus.REFUSED:
        raise Conflict(reason("visit.refused_management"))


def errors_of(judged: Judgement, back_entry_reason: str, is_correction: bool = False) -> dict[str, list[Reason]]:
    """Whatever keeps this form from being stored, by field."""
    errors = judged.errors
    latest_on = judged.context.latest_visit_on
    is_back_entry = latest_on is not None and judged.record.visited_on < latest_on
    if is_back_entry and not is_correction and not back_entry_reason.strip():
        errors.setdefault("back_entry_reason", []).append(reason("visit.back_entry_reason", latest_on=latest_on))
    return errors


def _refuse(judged: Judgement, command: RecordVisit, is_correction: bool) -> None:
    errors = errors_of(judged, command.back_entry_reason, is_correction)
    if errors:
        raise Invalid(errors)
    if any(why.code not in command.accepted for why in judged.doubts):
        raise Invalid({CONFIRM: judged.doubts})  # also those confirmed before: nobody confirms what is not in sight


def _second_arrival(
    session: Session,
    vault: Vault,
    actor: Actor,
    patient: Patient,
    earlier: FollowUpVisit,
    command: RecordVisit,
) -> Recorded:
    if earlier.patient_id != patient.id:
        raise Conflict(reason("visit.key_taken"))
    form = get_visit(session, actor, patient, earlier.public_id)
    if not _is_same_form(vault, patient, form, command):
        raise Conflict(reason("visit.already_saved"))
    return Recorded(earlier, False)


def _is_same_form(vault: Vault, patient: Patient, form: StoredForm, command: RecordVisit) -> bool:
    """Whether the command says what is stored, where it leaves class, day or trend to the table."""
    stored, sent = form.record(vault, patient.person_id), command.record
    completed: dict[str, Any] = {
        "visit_class": sent.visit_class or stored.visit_class,
        "next_due_on": stored.next_due_on and (sent.next_due_on or stored.next_due_on),
        "post_intervention_trend": stored.post_intervention_trend and sent.post_intervention_trend,
        "override_reason": sent.override_reason.strip(),
    }
    notes = open_text(vault, patient.person_id, form.visit, "notes")
    return replace(sent, **completed) == stored and command.notes.strip() == notes


def _check_correctable(old: FollowUpVisit, command: CorrectVisit) -> None:
    if old.withdrawn_at is not None:
        raise Conflict(reason("visit.already_withdrawn"))
    if old.death_cause is not None:
        raise Conflict(reason("visit.death_not_corrected"))
    if old.is_opening:
        raise Conflict(reason("visit.opening_not_corrected"))
    if not command.reason.strip():
        raise Invalid({"correction_reason": [reason("visit.correction_reason")]})


def _withdraw(session: Session, actor: Actor, patient: Patient, old: FollowUpVisit, now: datetime) -> None:
    old.withdrawn_at, old.withdrawn_by = now, actor.user_id
    withdraw_level(session, patient, LevelSource.VISIT, old.id, now)
    for task in list_tasks_of_visit(session, old):
        if task.state is TaskState.OPEN and task.kind is not TaskKind.FOLLOW_UP:
            close_task(session, actor, task, reason("visit.corrected"), now)
    session.flush()


def _pass_on(
    session: Session, actor: Actor, patient: Patient, old: FollowUpVisit, visit: FollowUpVisit, now: datetime
) -> None:
    """When the newest visit moved behind another by its correction, that other one speaks for the patient again."""
    history = load_history(session, patient.id)
    if history.latest is not None and history.latest.id == visit.id:
        return
    keep_copies(patient, history)
    newest = session.get(FollowUpVisit, history.latest.id) if history.latest else None
    if newest is not None and patient.registry_status is RegistryStatus.REGISTERED:
        reopen_follow_up(session, actor, patient, newest, old, now)


def _note(session: Session, actor: Actor, patient: Patient, visit: FollowUpVisit, action: str, now: datetime) -> None:
    changed: dict[str, Any] = {
        "class": visit.visit_class,
        "level": visit.risk_level,
        "on": visit.visited_on.isoformat(),
        "next": visit.next_due_on.isoformat() if visit.next_due_on else None,
    }
    note(
        session,
        actor,
        action,
        now=now,
        subject=("visit", visit.public_id),
        area_code=patient.area_code,
        detail={"rules": visit.rule_set_version, "late": visit.is_late_entry, "flagged": visit.is_flagged},
        changed=changed,
    )
