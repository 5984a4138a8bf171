"""The referrals of a patient: where to, since when, and what came of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import String, and_, cast, literal, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.reasons import Reason
from app.core.scope import within
from app.patients.models import Patient
from app.tasks.models import Task, TaskState
from app.tasks.rules import Standing, TaskKind, standing
from app.visits.models import FollowUpVisit
from app.visits.queries import sees_visits
from app.visits.rules.form import YesNo

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Referral:
    """`waiting` while nobody knows what came of it; `outcome` once somebody does. Visits of before this was asked have neither."""

    visit: str
    referred_on: date
    org: str
    dept: str
    waiting: Standing | None
    outcome: Reason | None


def list_referrals(session: Session, actor: Actor, patient: Patient, today: date) -> Sequence[Referral]:
    """The newest first; empty for roles that read no visits."""
    if not sees_visits(actor):
        return []
    asked = and_(
        Task.patient_id == FollowUpVisit.patient_id,
        Task.kind == TaskKind.REFERRAL,
        Task.period == literal("visit:") + cast(FollowUpVisit.id, String),
        Task.state != TaskState.CANCELLED,
    )
    rows = session.execute(
        select(
            FollowUpVisit.public_id,
            FollowUpVisit.visited_on,
            FollowUpVisit.referral_org,
            FollowUpVisit.referral_dept,
            Task.state,
            Task.due_on,
            Task.outcome,
        )
        .join(Patient, Patient.id == FollowUpVisit.patient_id)
        .outerjoin(Task, asked)
        .where(
            FollowUpVisit.patient_id == patient.id,
            FollowUpVisit.referral == YesNo.YES,
            FollowUpVisit.withdrawn_at.is_(None),
            within(Patient.area_code, actor),
        )
        .order_by(FollowUpVisit.visited_on.desc(), FollowUpVisit.id.desc())
        .limit(SHOWN)
    )
    return [
        Referral(
            row.public_id,
            row.visited_on,
            row.referral_org or "",
            row.referral_dept or "",
            standing(row.due_on, today) if row.state is TaskState.OPEN else None,
            Reason.from_json(row.outcome) if row.state is TaskState.DONE and row.outcome else None,
        )
        for row in rows
    ]
