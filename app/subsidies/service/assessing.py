"""The yearly assessment of first guardians: proposed by rule, confirmed by somebody who does not guard the patient."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.core.refusals import said_by
from app.guardians.models import GuardianAssessment
from app.subsidies.queries.assessing import AssessmentRow, get_assessment_row

REFUSED = {
    "guard_guardian_assessments_own": "guardians.duty.own",
    "uq_guardian_assessments_guardianship_id": "subsidies.assessment.confirmed_meanwhile",
    "guardian_assessments.guardianship_id, guardian_assessments.year": "subsidies.assessment.confirmed_meanwhile",
}


def confirm_assessments(
    session: Session, actor: Actor, year: int, chosen: Sequence[str], today: date, now: datetime
) -> int:
    """Confirm what the rule proposes for these guardians (public ids); returns how many.

    Raises `Conflict` before the year's last quarter or where somebody was quicker, `Forbidden` for one's own family.
    """
    require(actor, Action.ASSESS_GUARDIANS)
    rows = [get_assessment_row(session, actor, guardianship, year) for guardianship in chosen]
    if not rows:
        raise Invalid({"guardianship": [reason("core.nothing_chosen")]})
    if today < Quarter(year, 4).first_day:
        raise Conflict(reason("subsidies.assessment.too_early", year=year))
    for row in rows:
        _refuse(row)
    made = [_assessment(actor, row, year, now) for row in rows if row.proposed]
    with said_by(session, REFUSED):
        session.add_all(made)
    note(
        session,
        actor,
        "subsidies.assessment.confirmed",
        now=now,
        subject=("guardian_assessment", made[0].public_id if len(made) == 1 else ""),
        area_code=rows[0].area_code,
        count=len(made),
        changed=[[one.guardianship_id, one.year, one.result.value] for one in made],
    )
    return len(made)


def _refuse(row: AssessmentRow) -> None:
    if row.is_own:
        raise Forbidden(reason("guardians.duty.own"))
    if row.confirmed is not None:
        raise Conflict(reason("subsidies.assessment.confirmed_meanwhile"))
    if row.proposed is None:
        raise Conflict(reason("subsidies.assessment.unchecked", name=row.guardian))


def _assessment(actor: Actor, row: AssessmentRow, year: int, now: datetime) -> GuardianAssessment:
    return GuardianAssessment(
        guardianship_id=row.guardianship_id,
        patient_id=row.patient_id,
        area_code=row.area_code,
        year=year,
        result=row.proposed,
        because=[why.to_json() for why in row.because],
        confirmed_at=now,
        confirmed_by=actor.user_id,
    )
