"""What a duty check leads to: the task that it answers, the town's question after two failures; and who has no hand in any of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Forbidden
from app.core.reasons import Label, reason
from app.guardians.labels_duty import MARK_LABELS
from app.guardians.models import Agreement, DutyCheck, DutySignature
from app.guardians.queries.duty import Guard, count_failures
from app.guardians.rules.duty import FAILURES_TO_REPLACE, DutyMark, Signer
from app.guardians.service.replacing import ask_for_replacement, take_question_back
from app.patients.models import Patient
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import close_task

REFUSED = {
    "guard_duty_checks_own": "guardians.duty.own",
    "guard_duty_signatures_own": "guardians.duty.own",
    "uq_duty_checks_standing": "guardians.duty.checked_meanwhile",
    "duty_checks.agreement_id, duty_checks.quarter": "guardians.duty.checked_meanwhile",
    "duty_checks.submission_key": "guardians.duty.checked_meanwhile",
    "uq_duty_checks_submission_key": "guardians.duty.checked_meanwhile",
    "uq_duty_signatures_duty_check_id": "guardians.duty.signed_already",
    "duty_signatures.duty_check_id, duty_signatures.signer": "guardians.duty.signed_already",
}


def refuse_own(actor: Actor, guards: Iterable[Guard]) -> None:
    if is_guard(actor, guards):
        raise Forbidden(reason("guardians.duty.own"))


def is_guard(actor: Actor, guards: Iterable[Guard]) -> bool:
    return actor.person_id is not None and any(guard.person_id == actor.person_id for guard in guards)


def signature_of(
    actor: Actor, check: DutyCheck, signer: Signer, name: str, signed_on: date, now: datetime, *, is_own: bool
) -> DutySignature:
    return DutySignature(
        duty_check_id=check.id,
        signer=signer,
        name=name,
        signed_on=signed_on,
        by=actor.user_id,
        hand=actor.hand,
        is_own=is_own,
        at=now,
    )


def duty_period(agreement_id: int, quarter: object) -> str:
    """The period of an agreement's duty task, as the sweep writes it."""
    return f"{quarter}:{agreement_id}"


def find_task(session: Session, check: DutyCheck) -> Task | None:
    return session.scalar(
        select(Task).where(
            Task.kind == TaskKind.DUTY_CHECK,
            Task.patient_id == check.patient_id,
            Task.period == duty_period(check.agreement_id, check.quarter),
            Task.state != TaskState.CANCELLED,
        )
    )


def answer_task(session: Session, actor: Actor, check: DutyCheck, now: datetime) -> None:
    """A check that passed ends the duty; one that failed leaves it open until the guardian has improved."""
    task = find_task(session, check)
    if task is None or task.state is not TaskState.OPEN:
        return
    if check.result is DutyMark.FAILED:
        task.because = [*task.because[:1], reason("guardians.duty.to_improve").to_json()]
    else:
        close_task(session, actor, task, reason("guardians.duty.outcome", mark=Label(MARK_LABELS[check.result])), now)


def follow_failures(
    session: Session, actor: Actor, agreement: Agreement, patient: Patient, check: DutyCheck, now: datetime
) -> None:
    """Two failed quarters of a year put the question of another guardian to the town; a re-check may take it back."""
    year = int(check.quarter[:4])
    failures = count_failures(session, agreement.guardianship_id, year)
    period = f"{agreement.guardianship_id}:{year}"
    if failures >= FAILURES_TO_REPLACE:
        because = reason("guardians.replace.because", year=year, count=failures)
        ask_for_replacement(session, patient, period, [because], now)
    else:
        take_question_back(session, actor, patient, period, reason("guardians.replace.passed_since"), now)
