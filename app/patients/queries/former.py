"""Numbers that a patient had before, and whether papers wait to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.identity import mask_id
from app.core.reasons import Reason
from app.core.scope import within
from app.patients.models import Patient
from app.people.models import FormerIdNumber
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind


@dataclass(frozen=True, slots=True)
class FormerNumber:
    """Masked; why it was corrected where that was said."""

    number: str
    replaced_at: datetime
    replaced_by: str | None
    because: Reason | None


def list_former_numbers(session: Session, actor: Actor, vault: Vault, patient: Patient) -> list[FormerNumber]:
    """The latest first."""
    require(actor, Action.CORRECT_IDENTITY)
    rows = session.execute(
        select(FormerIdNumber, User.display_name)
        .outerjoin(User, User.id == FormerIdNumber.replaced_by)
        .where(FormerIdNumber.person_id == patient.person_id)
        .order_by(FormerIdNumber.id.desc())
    )
    return [
        FormerNumber(
            mask_id(vault.open(patient.person_id, "former_id_numbers.number", row.number_sealed) or ""),
            row.replaced_at,
            name,
            Reason.from_json(row.because) if row.because else None,
        )
        for row, name in rows
    ]


def has_comparison(session: Session, actor: Actor, patient: Patient) -> bool:
    """Whether somebody asked for the papers to be compared."""
    waiting = select(Task.id).where(
        Task.patient_id == patient.id,
        Task.kind == TaskKind.COMPARE_PAPERS,
        Task.state == TaskState.OPEN,
        within(Task.area_code, actor),
    )
    return session.scalar(waiting.limit(1)) is not None
