"""The duty checks that a line is decided from: for every quarter of the run's period in which the agreement held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.period import Period, last_quarter_of, quarters_of
from app.core.quarter import Quarter
from app.core.scope import within
from app.guardians.models import Agreement, DutyCheck
from app.guardians.queries.duty import STANDS, alive_in, of_quarter
from app.guardians.rules.duty import DutyMark
from app.patients.models import Patient
from app.people.models import Person
from app.subsidies.queries.runs import policy_for
from app.subsidies.rules.decision import DutyResult
from app.subsidies.rules.policy import DutyCheck as DutyCheckTerm
from app.subsidies.rules.policy import PolicyTerms


@dataclass(frozen=True, slots=True)
class DutyFound:
    """`result` is None while a quarter is unchecked; `checks` is what the snapshot keeps of those that stand."""

    result: DutyResult | None = None
    checks: tuple[dict[str, Any], ...] = ()

    def to_keep(self) -> dict[str, Any]:
        """For the line's snapshot; nothing where nothing was checked."""
        return {"duty": list(self.checks)} if self.checks else {}


def duty_found(
    session: Session, quarters: Sequence[Quarter], agreements: Mapping[int, tuple[date, date]]
) -> dict[int, DutyFound]:
    """agreement → its checks in these quarters, put together: the worst of them, and unchecked while one is missing.

    `agreements` has the first and the last day of each.
    """
    rows = session.scalars(
        select(DutyCheck)
        .where(
            DutyCheck.agreement_id.in_(list(agreements)),
            DutyCheck.quarter.in_([str(quarter) for quarter in quarters]),
            STANDS,
        )
        .order_by(DutyCheck.quarter)
    )
    checks: dict[int, list[DutyCheck]] = {}
    for check in rows:
        checks.setdefault(check.agreement_id, []).append(check)
    return {
        agreement_id: _together(first, last, quarters, checks.get(agreement_id, []))
        for agreement_id, (first, last) in agreements.items()
    }


def _together(first: date, last: date, quarters: Sequence[Quarter], checks: Sequence[DutyCheck]) -> DutyFound:
    if not checks:
        return DutyFound()
    wanted = {str(one) for one in quarters if _held(first, last, one)}
    marks = {check.result for check in checks}
    result = None
    if DutyMark.FAILED in marks:
        result = DutyResult.FAILED
    elif wanted and wanted <= {check.quarter for check in checks}:
        result = DutyResult.REMARKS if DutyMark.REMARKS in marks else DutyResult.PASSED
    return DutyFound(result, tuple(_kept(check) for check in checks))


def _held(first: date, last: date, quarter: Quarter) -> bool:
    return first <= quarter.last_day and last >= quarter.first_day


def _kept(check: DutyCheck) -> dict[str, Any]:
    return {
        "id": check.public_id,
        "quarter": check.quarter,
        "day": check.checked_on.isoformat(),
        "way": check.way.value,
        "result": check.result.value,
    }


@dataclass(frozen=True, slots=True)
class DutyGap:
    """Checks that a period still lacks, and those that failed; each holds a line. `quarter` is the last one of the period."""

    missing: int
    failed: int
    quarter: Quarter


def duty_gap(session: Session, actor: Actor, county_code: str, period: Period) -> DutyGap | None:
    """What is still to be checked before the period is prepared; None where the county's policy asks for no check."""
    policy = policy_for(session, county_code, period)
    if policy is None or PolicyTerms.from_json(policy.terms).duty_check is not DutyCheckTerm.REQUIRED:
        return None
    counts = [_count(session, actor, quarter) for quarter in quarters_of(period)]
    return DutyGap(sum(one[0] for one in counts), sum(one[1] for one in counts), last_quarter_of(period))


def _count(session: Session, actor: Actor, quarter: Quarter) -> tuple[int, int]:
    """Unchecked and failed families of one quarter."""
    of_it = (DutyCheck.agreement_id == Agreement.id) & (DutyCheck.quarter == str(quarter)) & STANDS
    row = session.execute(
        select(func.count().filter(DutyCheck.id.is_(None)), func.count().filter(DutyCheck.result == DutyMark.FAILED))
        .select_from(Agreement)
        .join(Patient, Patient.id == Agreement.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(DutyCheck, of_it)
        .where(within(Patient.area_code, actor), *of_quarter(quarter), alive_in(quarter))
    ).one()
    return row[0], row[1]
