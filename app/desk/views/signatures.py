"""What homes say about the joint approval: the runs that wait for this office's signature, nobody named."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.core.access import Action, may
from app.core.actor import Actor
from app.core.period import Period, parse_period
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.joint import list_waiting
from app.subsidies.rules.chain import OFFICE_OF_ROLE


def signature_home(session: Session, actor: Actor) -> list[tuple[SubsidyRun, Period]]:
    """Empty for roles that sign nothing and below the county, whose signature counts."""
    office = OFFICE_OF_ROLE.get(actor.role)
    if office is None or not may(actor, Action.SIGN_SUBSIDY):
        return []
    waiting = list_waiting(session, actor, office)
    return [(one.run, parse_period(one.run.period)) for one in waiting if not one.is_signed]
