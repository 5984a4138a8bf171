"""What the yearly table asks beside the figures: staff, screening, money; and the access-log summary."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.rules import prefix_of
from app.audit.models import AuditEvent
from app.audit.queries import start_of_day
from app.core.actor import Actor, Role
from app.core.scope import within, within_prefix
from app.patients.models import Clue, ScreeningReturn, ScreeningRound
from app.subsidies.models import SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import RunState

STAFF = (
    Role.DOCTOR, Role.VILLAGE_DOCTOR, Role.HEALTH_LEAD, Role.VILLAGE_WORKER, Role.POLICE, Role.TOWN, Role.CLERK,
)  # fmt: skip
_SENT = (RunState.EXPORTED, RunState.SETTLED)


def count_staff(session: Session, actor: Actor, place: str) -> dict[Role, int]:
    """Accounts of the place that are in use today."""
    rows = session.execute(
        select(User.role, func.count())
        .where(
            within(User.area_code, actor),
            within_prefix(User.area_code, prefix_of(place)),
            User.role.in_(STAFF),
            User.is_disabled.is_(False),
        )
        .group_by(User.role)
    )
    found = dict(rows.all())
    return {role: found.get(role, 0) for role in STAFF}


def count_screening(session: Session, actor: Actor, place: str, first: date, last: date) -> tuple[int, int, int]:
    """Villages that were asked in rounds of the window, those that answered, and clues that were reported."""
    here = (within(ScreeningReturn.area_code, actor), within_prefix(ScreeningReturn.area_code, prefix_of(place)))
    asked, answered = session.execute(
        select(func.count(), func.count(ScreeningReturn.signed_at))
        .join(ScreeningRound, ScreeningRound.id == ScreeningReturn.round_id)
        .where(*here, ScreeningRound.from_on.between(first, last))
    ).one()
    clues = session.scalar(
        select(func.count()).where(
            within(Clue.area_code, actor),
            within_prefix(Clue.area_code, prefix_of(place)),
            Clue.reported_on.between(first, last),
        )
    )
    return int(asked), int(answered), int(clues or 0)


def subsidy_of_year(session: Session, actor: Actor, place: str, year: int) -> tuple[int, int]:
    """Patients for whom a guardian was paid for periods of the year, and what was paid in fen."""
    patients, fen = session.execute(
        select(func.count(SubsidyLine.patient_id.distinct()), func.coalesce(func.sum(SubsidyLine.amount_fen), 0))
        .join(SubsidyRun, SubsidyRun.id == SubsidyLine.run_id)
        .where(
            within(SubsidyLine.area_code, actor),
            within_prefix(SubsidyLine.area_code, prefix_of(place)),
            SubsidyLine.period.startswith(str(year)),
            SubsidyLine.decision == LineState.PAY,
            SubsidyLine.is_live,
            SubsidyRun.state.in_(_SENT),
        )
    ).one()
    return int(patients), int(fen)


def count_access(session: Session, actor: Actor, place: str, first: date, last: date) -> list[tuple[str, str, int]]:
    """(act, role, how often) of what lies in the place, the most first."""
    count = func.count()
    rows = session.execute(
        select(AuditEvent.action, AuditEvent.actor_role, count)
        .where(
            within(AuditEvent.area_code, actor),
            within_prefix(AuditEvent.area_code, prefix_of(place)),
            AuditEvent.at >= start_of_day(first),
            AuditEvent.at < start_of_day(last + timedelta(days=1)),
        )
        .group_by(AuditEvent.action, AuditEvent.actor_role)
        .order_by(count.desc(), AuditEvent.action, AuditEvent.actor_role)
    )
    return [(action, role, int(n)) for action, role, n in rows]
