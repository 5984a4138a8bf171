"""The receipt of a referral: what the receiving institution, or the family, says came of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.reasons import Label, Reason, reason
from app.patients.models import Patient
from app.patients.rules import CareSetting
from app.patients.service import record_admission
from app.tasks.models import TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import close_task
from app.visits.commands import RecordReceipt
from app.visits.models import FollowUpVisit
from app.visits.queries import get_visit, list_tasks_of_visit
from app.visits.rules.referral import NOT_GONE_LABELS, NotGone, ReferralOutcome


def record_receipt(
    session: Session, actor: Actor, patient: Patient, visit_id: str, receipt: RecordReceipt, today: date, now: datetime
) -> None:
    """Ends the wait. Who was admitted is in hospital from that day, and the visits wait. `patient` is locked.

    Raises `NotFound` for a strange visit, `Conflict` where nobody waits for a receipt, `Invalid` by field.
    """
    require(actor, Action.LOG_VISIT)
    visit = get_visit(session, actor, patient, visit_id).visit
    waiting = [task for task in list_tasks_of_visit(session, visit) if task.kind is TaskKind.REFERRAL]
    task = next((one for one in waiting if one.state is TaskState.OPEN), None)
    if task is None:
        raise Conflict(reason("visit.referral.none"))
    _check(receipt, visit, today)
    org = receipt.org or visit.referral_org or "—"
    close_task(session, actor, task, _said(receipt, org), now)
    is_new_stay = patient.care_setting not in (None, CareSetting.INPATIENT)
    if receipt.outcome is ReferralOutcome.ADMITTED and receipt.on is not None and is_new_stay:
        record_admission(session, actor, patient, org, receipt.on, None, now)
    note(
        session,
        actor,
        "visits.referral_answered",
        now=now,
        subject=("visit", visit.public_id),
        area_code=patient.area_code,
        detail={"outcome": receipt.outcome.value},
    )


def _check(receipt: RecordReceipt, visit: FollowUpVisit, today: date) -> None:
    if receipt.outcome is ReferralOutcome.NOT_GONE:
        if receipt.why is None:
            raise Invalid({"why": [reason("visit.referral.why")]})
        return
    if receipt.on is None:
        raise Invalid({"on": [reason("visit.referral.on")]})
    if receipt.on > today:
        raise Invalid({"on": [reason("visit.referral.future")]})
    if receipt.on < visit.visited_on:
        raise Invalid({"on": [reason("visit.referral.before", on=visit.visited_on)]})


def _said(receipt: RecordReceipt, org: str) -> Reason:
    if receipt.outcome is ReferralOutcome.NOT_GONE:
        return reason("visit.referral.not_gone", why=Label(NOT_GONE_LABELS[receipt.why or NotGone.OTHER]))
    return reason(f"visit.referral.{receipt.outcome.value}", on=receipt.on, org=org)
