"""Drawing the quarter's home checks, and writing down whom the towns have met."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.reasons import reason
from app.subsidies.models import HomeCheck, SubsidyRun
from app.subsidies.queries.home_checks import drawable_lines, get_home_check, is_drawn
from app.subsidies.rules.sampling import draw, is_number
from app.subsidies.service.own import refuse_own_patient


def draw_home_checks(session: Session, actor: Actor, run: SubsidyRun, number: str, now: datetime) -> int:
    """Draw from the frozen run by a published number, once; how many were drawn. The caller has locked the run.

    Whom an earlier content of the run had drawn stays drawn: opened and signed again, a run owes both visits.
    """
    require(actor, Action.DRAW_HOME_CHECKS)
    digits = "".join(one for one in number if one not in " ,，、-+")
    if not is_number(digits):
        raise Invalid({"number": [reason("subsidies.sample.number")]})
    if run.digest is None:
        raise Conflict(reason("subsidies.sample.not_frozen"))
    if is_drawn(session, run):
        raise Conflict(reason("subsidies.sample.drawn"))
    lines = {line.digest: line for line in drawable_lines(session, run)}
    chosen = draw(run.digest, digits, lines)
    session.add_all(
        HomeCheck(
            run_id=run.id, agreement_id=lines[one].agreement_id, payee_person_id=lines[one].payee_person_id,
            area_code=lines[one].area_code, run_digest=run.digest, line_digest=one, number=digits, drawn_at=now,
            drawn_by=actor.user_id or 0,
        )
        for one in chosen
    )  # fmt: skip
    session.flush()
    note(
        session, actor, "subsidies.sample_drawn", now=now, subject=("subsidy_run", run.public_id),
        area_code=run.county_code, count=len(chosen), detail={"digest": run.digest},
    )  # fmt: skip
    return len(chosen)


def record_home_check(
    session: Session, actor: Actor, public_id: str, is_met: bool, checked_on: date, today: date, now: datetime
) -> HomeCheck:
    """What the town's sheet says of one family; written down once."""
    require(actor, Action.DRAW_HOME_CHECKS)
    check, _run, agreement = get_home_check(session, actor, public_id, lock=True)
    refuse_own_patient(session, actor, agreement.patient_id, check.payee_person_id)
    if checked_on > today:
        raise Invalid({"checked_on": [reason("subsidies.sample.in_future")]})
    if check.is_met is not None:
        raise Conflict(reason("subsidies.sample.recorded"))
    check.is_met, check.checked_on, check.recorded_at, check.recorded_by = is_met, checked_on, now, actor.user_id
    note(
        session, actor, "subsidies.home_checked", now=now, subject=("agreement", agreement.public_id),
        area_code=check.area_code, detail={"outcome": "met" if is_met else "not_met"},
    )  # fmt: skip
    return check
