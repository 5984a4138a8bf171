"""`flask patients recompute`: every copy that the register keeps, compared with the spans, visits, ratings and tasks that say it.

It stands here because its sources lie in several rooms.
"""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries import get_actor
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly
from app.core.db import transaction
from app.patients.service import KeptCopy, recompute
from app.patients.service.recomputing import Computed
from app.risk.models import RiskLevel
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.service.copies import KEPT_COPY as FROM_VISITS

patients = AppGroup("patients", help="the register")


def _from_ratings(session: Session, ids: list[int]) -> Computed:
    """The newest rating that stands."""
    rows = (
        select(RiskLevel.patient_id, RiskLevel.level, RiskLevel.assessed_on)
        .where(RiskLevel.patient_id.in_(ids), RiskLevel.withdrawn_at.is_(None))
        .order_by(RiskLevel.assessed_on, RiskLevel.id)
    )
    return {
        patient_id: {"risk_level": level, "risk_assessed_on": assessed_on}
        for patient_id, level, assessed_on in session.execute(rows)
    }


def _from_tasks(session: Session, ids: list[int]) -> Computed:
    """The visit that is due."""
    rows = select(Task.patient_id, Task.due_on).where(
        Task.patient_id.in_(ids), Task.kind == TaskKind.FOLLOW_UP, Task.state == TaskState.OPEN
    )
    return {patient_id: {"next_due_on": due_on} for patient_id, due_on in session.execute(rows)}


OTHERS = (
    FROM_VISITS,
    KeptCopy(("risk_level", "risk_assessed_on"), _from_ratings),
    KeptCopy(("next_due_on",), _from_tasks),
)


@patients.command("recompute")
@click.option("--dry-run", is_flag=True, help="compare only, change nothing")
@as_option
@json_option
@plainly
def recompute_copies(dry_run: bool, as_user: str | None, as_json: bool) -> None:
    """Compute the kept copies of the register anew, say how many differed, and put them right."""
    with transaction() as session:
        actor = get_actor(session, as_user)
        wrong = recompute(session, actor, current_clock().now(), OTHERS, repair=not dry_run)
    total = sum(wrong.values())
    named = "; ".join(f"{column}: {count}" for column, count in wrong.items() if count)
    verb = "differ" if dry_run else "put right"
    answer({"wrong": wrong, "total": total}, as_json, f"{verb}: {named}" if total else "all kept copies agree")
