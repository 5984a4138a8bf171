"""Agreements that one hand wrote down long after their first day, without an application behind them (review of threats 8 and 17)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from app.core.clock import business_day
from app.guardians.models import Agreement, AgreementApplication
from app.patients.models import Patient
from app.subsidies.models import SubsidyLine
from app.subsidies.queries.watch.watched import Watched
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.watch import Finding, FlagSubject, Pattern
from app.subsidies.rules.watch_hands import late_agreement

_Earlier = aliased(SubsidyLine)


def late_agreements(session: Session, watched: Watched) -> Iterator[Finding]:
    """When an agreement is paid for the first time; what came with the county's own list is left out. Named: who wrote it down."""
    applied = exists().where(AgreementApplication.agreement_id == Agreement.id)
    paid_before = exists(
        select(_Earlier.id).where(
            _Earlier.agreement_id == Agreement.id, _Earlier.run_id < watched.run.id, _Earlier.decision == LineState.PAY
        )
    )
    rows = session.execute(
        watched.lines(SubsidyLine, Agreement, Patient.is_opening, Patient.created_at)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .where(~applied, ~paid_before)
        .order_by(SubsidyLine.id)
    )
    for line, agreement, is_opening, created_at in rows:
        recorded_on = business_day(agreement.recorded_at)
        came_with_list = is_opening and recorded_on == business_day(created_at)
        said = () if came_with_list else late_agreement(agreement.from_on, recorded_on, watched.limits)
        if said:
            yield Finding(
                Pattern.ONE_HAND, FlagSubject.AGREEMENT, agreement.public_id, line.area_code, said,
                agreement.recorded_by, line.id,
            )  # fmt: skip
