"""By when a run's next signature is due: ten working days for the joint approval, five for the county's finance (domain 5.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.core.calendar import load_workdays
from app.core.clock import business_day
from app.core.workdays import add_working_days
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.publishing import find_notice
from app.subsidies.rules.transitions import RunState, step_within

_CALENDAR_SPAN = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class StepDue:
    """`is_late` once the day has passed."""

    due_on: date
    is_late: bool


def step_due(session: Session, run: SubsidyRun, today: date) -> StepDue | None:
    """Offices and reviewer from the submission on, finance from the approval or from the end of the public notice; None where no day is set."""
    days, signed_at = step_within(run.state), run.approved_at or run.submitted_at
    if days is None or signed_at is None:
        return None
    begins = business_day(signed_at)
    if run.state is RunState.APPROVED and run.digest and (notice := find_notice(session, run)):
        begins = max(begins, notice.until_on)
    due_on = add_working_days(begins, days, load_workdays(session, begins, begins + _CALENDAR_SPAN)).ends_on
    return StepDue(due_on, today > due_on)
