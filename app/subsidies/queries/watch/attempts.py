"""What was tried and stopped, by whom: the other half of what the auditor's page names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.audit.models import AuditEvent
from app.core.actor import Actor, Role
from app.core.reasons import Reason
from app.core.scope import within

REFUSED = "subsidies.step_refused"
MOST = 20


@dataclass(frozen=True)
class Attempt:
    """One refused step; `subject_id` is the run's or the line's public id."""

    at: datetime
    who: str
    role: Role
    why: Reason
    subject_kind: str
    subject_id: str


def list_attempts(
    session: Session, actor: Actor, subject_ids: tuple[str, ...] = (), limit: int = MOST
) -> list[Attempt]:
    """The newest first, of the actor's area; with `subject_ids` only those on these runs or lines."""
    query = (
        select(AuditEvent, User.display_name)
        .join(User, User.id == AuditEvent.actor_user_id)
        .where(AuditEvent.action == REFUSED, within(AuditEvent.area_code, actor))
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    )
    if subject_ids:
        query = query.where(AuditEvent.subject_id.in_(subject_ids))
    return [
        Attempt(
            event.at, who, Role(event.actor_role), _why(event.detail["reason"]), event.subject_kind, event.subject_id
        )
        for event, who in session.execute(query)
    ]


def _why(code: str) -> Reason:
    """The audit keeps no sums and no names: what a refusal said with them is said in general."""
    if code.startswith("subsidies.returns."):
        return Reason("subsidies.tried.returns")
    return Reason("subsidies.tried.short" if code == "subsidies.fund.short" else code)
