"""What must hold over a county's whole money, whatever happened to it (the invariants I1, I2, I5 and I10): for operators, auditors and every
test that breaks things. Single runs are recomputed in `verify`, cases in `verify_late`, people in `verify_people`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.areas.rules import prefix_of
from app.core.period import parse_period
from app.core.reasons import Reason, reason
from app.core.scope import within_prefix
from app.subsidies.models import LineKind, RunApproval, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.fund import balances_of, list_years
from app.subsidies.queries.verify_people import verify_people
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.fund import FundSide
from app.subsidies.rules.transitions import RUN_MOVES, PaymentState, RunState, RunStep, check_people

_PAYMENTS = (LineKind.ORDINARY, LineKind.REPAYMENT)
_LEFT = (PaymentState.SENT, PaymentState.PAID)


def list_runs_of(session: Session, county_code: str) -> list[SubsidyRun]:
    """Every run of a county that somebody prepared here, oldest first."""
    own = (SubsidyRun.county_code == county_code) & (SubsidyRun.kind != RunKind.OPENING)
    return list(session.scalars(select(SubsidyRun).where(own).order_by(SubsidyRun.id)))


def verify_county(session: Session, county_code: str) -> list[Reason]:
    """What does not hold; empty when all does."""
    return [
        *_fund_balances(session, county_code),
        *_paid_twice(session, county_code),
        *verify_people(session, county_code),
        *(wrong for run in list_runs_of(session, county_code) for wrong in _signatures(session, run)),
    ]


def _fund_balances(session: Session, county_code: str) -> Iterator[Reason]:
    """What a year received is what it holds, has promised, has paid and has passed on."""
    for year in list_years(session, county_code):
        held = balances_of(session, county_code, year)
        rest = (FundSide.POOL, FundSide.COMMITTED, FundSide.PAID, FundSide.CARRIED_OUT, FundSide.LAPSED)
        if held.budget.fen != sum(held[side].fen for side in rest):
            yield reason("subsidies.verify.balance", year=year)
        if any(held[side].fen < 0 for side in rest):
            yield reason("subsidies.verify.overdrawn", year=year)


def _paid_twice(session: Session, county_code: str) -> Iterator[Reason]:
    """Live payments of one agreement and guardian never share a day: neither the same period twice nor a quarter inside a half-year."""
    line = SubsidyLine
    rows = session.execute(
        select(line.agreement_id, line.rank, line.period, func.min(line.public_id), func.count())
        .where(
            within_prefix(line.area_code, prefix_of(county_code)),
            line.kind.in_(_PAYMENTS),
            line.decision == LineState.PAY,
            line.is_live,
        )
        .group_by(line.agreement_id, line.rank, line.period)
    )
    periods: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for agreement_id, rank, period, public_id, count in rows:
        seen = periods[agreement_id, rank]
        if count > 1 or any(_share_a_day(period, other) for other in seen):
            yield reason("subsidies.verify.paid_twice", line=public_id, period=period)
        seen.append(period)


def _share_a_day(one: str, other: str) -> bool:
    first, second = parse_period(one), parse_period(other)
    return first.first_day <= second.last_day and second.first_day <= first.last_day


def _signatures(session: Session, run: SubsidyRun) -> Iterator[Reason]:
    """Each step was legal when it was taken, by a hand that it may be taken by, and they lead to where the run stands."""
    state, signed = RunState.PREPARING, dict[RunStep, frozenset[str]]()
    rows = session.execute(
        select(RunApproval.step, RunApproval.hand).where(RunApproval.run_id == run.id).order_by(RunApproval.id)
    )
    for step, hand in rows:
        befores, after = RUN_MOVES[step]
        # a draft may be thrown away and prepared anew
        if state not in befores and not (step is RunStep.PREPARED and state is RunState.DRAFT):
            yield reason("subsidies.verify.illegal_step", run=run.short_name)
            return
        if check_people(step, hand, signed):
            yield reason("subsidies.verify.same_hand", run=run.short_name)
        state = after
        makers = signed.get(RunStep.PREPARED, frozenset())
        if state is RunState.DRAFT:
            signed = {RunStep.PREPARED: makers}
        if step not in (RunStep.RETURNED, RunStep.VOIDED):
            signed[step] = signed.get(step, frozenset()) | {hand}
    if run.state is not RunState.PREPARING and state is not run.state:
        yield reason("subsidies.verify.illegal_step", run=run.short_name)
