"""Freezing lines: what is decided becomes a row with everything that it was decided from, by value (data-model.md 3)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app.core.db import Canonical, new_public_id
from app.subsidies.models import LineKind, SubsidyPolicy, SubsidyRun
from app.subsidies.queries.facts import GatheredLine
from app.subsidies.rules.amount import Computation
from app.subsidies.rules.cutoff import projected_days
from app.subsidies.rules.decision import LineDecision, LineState
from app.subsidies.rules.lines import kept_digest

Row = dict[str, object]


def line_row(
    run: SubsidyRun,
    gathered: GatheredLine,
    decision: LineDecision,
    snapshot: dict[str, Any],
    kind: LineKind = LineKind.ORDINARY,
    corrects: tuple[int, str] | None = None,
    less_days: int = 0,
) -> Row:
    """A line of the run for the period that its facts are about. `corrects`: the line that it corrects or pays again, and the cause;
    `less_days` were paid before.
    """
    reasons = Canonical.of([said.to_json() for said in (*decision.reasons, *decision.flags)])
    frozen = Canonical.of(snapshot)
    amount = decision.amount.fen
    is_refused = decision.state is LineState.REFUSE
    days = 0 if is_refused else max(decision.computation.days - less_days, 0)
    projected = 0 if is_refused else projected_days(decision.computation, gathered.facts.as_of)
    line_id, cause = corrects or (None, None)
    return {
        "public_id": new_public_id(),
        "run_id": run.id,
        "kind": kind,
        "corrects_line_id": line_id,
        "cause": cause,
        "agreement_id": gathered.agreement_id,
        "period": str(gathered.facts.quarter),
        "rank": gathered.rank,
        "patient_id": gathered.patient_id,
        "payee_person_id": gathered.payee_person_id,
        "account_id": gathered.account_id,
        "area_code": gathered.area_code,
        "decision": decision.state,
        "is_live": True,
        "amount_fen": amount,
        "days": days,
        "projected_days": projected,
        "snapshot": frozen,
        "reasons": reasons,
        "digest": kept_digest(decision.state, amount, days, reasons, frozen),
    }


def freeze(gathered: GatheredLine, decision: LineDecision, policy: SubsidyPolicy) -> dict[str, Any]:
    """Everything the line was decided from, by value, and the sum (data-model.md 3). Recomputing it gives the amount."""
    computation = decision.computation
    last_paid_day = _last_counted(computation)
    return {
        **gathered.snapshot,
        "facts": gathered.facts.to_json(),
        "policy": {"version": policy.version, "terms": policy.terms},
        "amount_fen": decision.amount.fen,
        "last_paid_day": last_paid_day.isoformat() if last_paid_day else None,
        "computation": {
            "annual_fen": computation.annual.fen,
            "amount_fen": computation.amount.fen,
            "full_fen": computation.full.fen,
            "months": [
                {"month": month.first.isoformat(), "days": month.days_in_month, "eligible": month.eligible}
                for month in computation.months
            ],
            "deductions": [
                {"kind": one.kind.value, "days": one.days, "fen": one.amount.fen} for one in computation.deductions
            ],
        },
    }


def _last_counted(computation: Computation) -> date | None:
    """The last day of the quarter that counts."""
    day = computation.quarter.last_day
    for excluded in reversed(computation.exclusions):  # in order of time, without gaps or overlaps at the end
        if excluded.last == day:
            day = excluded.first - timedelta(days=1)
    return day if day >= computation.quarter.first_day else None
