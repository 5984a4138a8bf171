"""After a duty check: one's own signature, taking a check back, and the town's word on a guardian who failed twice."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.guardians.labels_duty import REPLACE_DECISIONS
from app.guardians.models import Agreement, DutySignature
from app.guardians.queries.duty import get_replacement, guards_of, lock_check
from app.guardians.rules.duty import REPLACED_FOR, SIGNS_AS, Signer
from app.guardians.service.duty_follow import REFUSED, find_task, follow_failures, refuse_own, signature_of
from app.patients.models import Patient
from app.tasks.models import TaskState
from app.tasks.service import close_task


def sign_check(
    session: Session, actor: Actor, check_id: str, signer: Signer, today: date, now: datetime
) -> DutySignature:
    """Put one's own name under a standing check, for one's own office and once."""
    require(actor, Action.SIGN_DUTY_CHECKS)
    check = lock_check(session, actor, check_id)
    refuse_own(actor, guards_of(session, [check.patient_id])[check.patient_id])
    if signer not in SIGNS_AS.get(actor.role, ()):
        raise Forbidden(reason("guardians.duty.no_office"))
    own = session.scalar(
        select(DutySignature.id).where(
            DutySignature.duty_check_id == check.id, DutySignature.hand == actor.hand, DutySignature.is_own
        )
    )
    if own is not None:
        raise Conflict(reason("guardians.duty.hand_twice"))
    signature = signature_of(actor, check, signer, actor.name, today, now, is_own=True)
    with said_by(session, REFUSED):
        session.add(signature)
    note(
        session,
        actor,
        "guardians.duty.signed",
        now=now,
        subject=("duty_check", check.public_id),
        area_code=check.area_code,
        detail={"signer": signer.value},
    )
    return signature


def withdraw_check(session: Session, actor: Actor, check_id: str, now: datetime) -> None:
    """Take a check back that was recorded for the wrong family: it stays on record and counts no more."""
    require(actor, Action.KEEP_DUTY_CHECKS)
    check = lock_check(session, actor, check_id)
    refuse_own(actor, guards_of(session, [check.patient_id])[check.patient_id])
    check.withdrawn_at, check.withdrawn_by = now, actor.user_id
    session.flush()
    task = find_task(session, check)
    if task is not None and task.state is TaskState.DONE:
        task.state, task.closed_at, task.closed_by, task.outcome = TaskState.OPEN, None, None, None
        task.because = [*task.because, reason("guardians.duty.withdrawn").to_json()]
    patient = session.get_one(Patient, check.patient_id)
    follow_failures(session, actor, session.get_one(Agreement, check.agreement_id), patient, check, now)
    note(
        session,
        actor,
        "guardians.duty.check_withdrawn",
        now=now,
        subject=("duty_check", check.public_id),
        area_code=check.area_code,
        detail={"quarter": check.quarter},
    )


def decide_replacement(session: Session, actor: Actor, task_id: str, code: str, now: datetime) -> None:
    """The town's word on a guardian who failed twice in a year; not by somebody who guards the same patient."""
    require(actor, Action.ASSESS_GUARDIANS)
    task, patient = get_replacement(session, actor, task_id)
    if task.period.startswith(REPLACED_FOR):
        raise Conflict(reason("guardians.replace.to_do"))
    if code not in REPLACE_DECISIONS:
        raise Invalid({"decision": [reason("core.nothing_chosen")]})
    refuse_own(actor, guards_of(session, [patient.id])[patient.id])
    close_task(session, actor, task, reason("guardians.replace.decided", why=Reason(code)), now)
    note(
        session,
        actor,
        "guardians.replace.noted",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
        detail={"reason": code},
    )
