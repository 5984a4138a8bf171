"""造册: freezing a line per agreement, in batches that each commit, so that a killed run goes on where it stopped.

`decided_as_of` is fixed when the run starts; a resumed run therefore decides as the undisturbed one would have.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_rows
from app.core.db import new_public_id
from app.core.errors import Conflict, Invalid
from app.core.reasons import reason
from app.core.refusals import said_by
from app.subsidies.commands import PrepareRun
from app.subsidies.models import LineKind, RunKind, SubsidyLine, SubsidyPolicy, SubsidyRun
from app.subsidies.queries.facts import GatheredLine, agreements_to_decide, count_to_decide, gather
from app.subsidies.queries.runs import find_run, get_run, policy_for
from app.subsidies.queries.totals import run_digest
from app.subsidies.rules.amount import Computation
from app.subsidies.rules.decision import LineDecision, LineState, decide_line
from app.subsidies.rules.lines import RULE_VERSION, line_digest
from app.subsidies.rules.periods import period_of
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.transitions import RunState, RunStep, check_period
from app.subsidies.service.signing import LIVE_PAYMENT, keep_totals, sign

BATCH = 500

Transaction = Callable[[], AbstractContextManager[Session]]
Progress = Callable[[int, int], None]


def prepare_run(
    transaction: Transaction,
    actor: Actor,
    command: PrepareRun,
    today: date,
    now: datetime,
    progress: Progress | None = None,
    batch: int = BATCH,
) -> str:
    """Start or resume a run and freeze all its lines; returns the run's public id.

    `transaction` opens one transaction per batch: this is an edge that commits as it goes. A finished draft is refused with
    `Conflict`; a run left in preparation by a dead process goes on.
    """
    with transaction() as session:
        run = start_run(session, actor, command, today, now)
        public_id, total = run.public_id, count_to_decide(session, run)
    while True:
        with transaction() as session:
            left = prepare_batch(session, actor, public_id, now, batch)
        if progress:
            progress(total - left, total)
        if left == 0:
            return public_id


def start_run(session: Session, actor: Actor, command: PrepareRun, today: date, now: datetime) -> SubsidyRun:
    """The run of this county and quarter in state *preparing*: a new one, or the one that a dead process left.

    A run that stands already is refused with `Conflict`; of two that start at once, the second finds the first's.
    """
    require(actor, Action.PREPARE_SUBSIDY)
    _check_county(session, actor, command.county_code)
    for open_quarter in check_period(command.quarter, today):
        raise Conflict(open_quarter)
    kind = RunKind.SUPPLEMENTARY if command.is_supplementary else RunKind.REGULAR
    last = find_run(session, actor, command.county_code, command.quarter, kind, lock=True)
    if last is not None and last.state is RunState.PREPARING:
        return last
    if command.is_supplementary:
        _check_supplement(session, actor, command, last)
    elif last is not None:
        raise Conflict(reason("subsidies.prepare.stands", quarter=command.quarter))
    policy = policy_for(session, command.county_code, command.quarter)
    if policy is None:
        raise Conflict(reason("subsidies.prepare.no_policy", quarter=command.quarter))
    due = period_of(PolicyTerms.from_json(policy.terms), command.quarter.last_day)
    if due != command.quarter:
        raise Conflict(reason("subsidies.prepare.other_period", period=due))
    run = SubsidyRun(
        county_code=command.county_code,
        period=str(command.quarter),
        kind=kind,
        number=last.number + 1 if last else 1,
        state=RunState.PREPARING,
        policy_id=policy.id,
        rule_version=RULE_VERSION,
        decided_as_of=today,
        prepared_by=actor.user_id,
        prepared_at=now,
    )
    try:
        with session.begin_nested():
            session.add(run)
        return run
    except IntegrityError:
        found = find_run(session, actor, command.county_code, command.quarter, kind, lock=True)
    if found is None or found.state is not RunState.PREPARING:
        raise Conflict(reason("subsidies.prepare.stands", quarter=command.quarter))
    return found


def prepare_anew(session: Session, actor: Actor, run: SubsidyRun, today: date, now: datetime) -> SubsidyRun:
    """Throw a draft's lines away and freeze them again as of today: late facts before anything was signed."""
    require(actor, Action.PREPARE_SUBSIDY)
    if run.state is not RunState.DRAFT:
        raise Conflict(reason("subsidies.prepare.not_draft"))
    note(
        session,
        actor,
        "subsidies.run_started_anew",
        now=now,
        subject=("subsidy_run", run.public_id),
        area_code=run.county_code,
        count=run.pay_count + run.hold_count + run.refuse_count,
        detail={"period": run.period, "lines": run_digest(session, run)},
    )
    session.execute(delete(SubsidyLine).where(SubsidyLine.run_id == run.id))
    run.state, run.decided_as_of, run.rule_version = RunState.PREPARING, today, RULE_VERSION
    run.prepared_by, run.prepared_at = actor.user_id, now
    session.flush()
    return run


def prepare_batch(session: Session, actor: Actor, run_public_id: str, now: datetime, batch: int = BATCH) -> int:
    """Freeze the next lines of a run in preparation; returns how many agreements are still left (0: the run is a draft)."""
    run = get_run(session, actor, run_public_id, lock=True)
    if run.state is not RunState.PREPARING:
        return 0  # somebody else finished it meanwhile
    ids = agreements_to_decide(session, run, batch)
    policy = session.get_one(SubsidyPolicy, run.policy_id)
    terms = PolicyTerms.from_json(policy.terms)
    gathered = gather(session, run, ids, terms)
    with said_by(session, dict.fromkeys(LIVE_PAYMENT, "subsidies.prepare.paid_meanwhile")):
        insert_rows(session, SubsidyLine, [_line_row(run, policy, facts, terms) for facts in gathered])
    left = count_to_decide(session, run)
    if left == 0:
        keep_totals(session, run)
        sign(session, actor, run, RunStep.PREPARED, now)
    return left


def _line_row(run: SubsidyRun, policy: SubsidyPolicy, gathered: GatheredLine, terms: PolicyTerms) -> dict[str, object]:
    decision = decide_line(gathered.facts, terms, run.rule_version)
    snapshot = freeze(gathered, decision, policy)
    reasons = [said.to_json() for said in (*decision.reasons, *decision.flags)]
    amount = decision.amount.fen
    days = 0 if decision.state is LineState.REFUSE else decision.computation.days
    return {
        "public_id": new_public_id(),
        "run_id": run.id,
        "kind": LineKind.ORDINARY,
        "agreement_id": gathered.agreement_id,
        "period": run.period,
        "rank": gathered.rank,
        "patient_id": gathered.patient_id,
        "payee_person_id": gathered.payee_person_id,
        "account_id": gathered.account_id,
        "area_code": gathered.area_code,
        "decision": decision.state,
        "is_live": True,
        "amount_fen": amount,
        "days": days,
        "snapshot": snapshot,
        "reasons": reasons,
        "digest": line_digest(decision.state, amount, days, reasons, snapshot),
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


def _check_county(session: Session, actor: Actor, county_code: str) -> None:
    area = session.get(Area, county_code)
    if area is None or area.level is not AreaLevel.COUNTY or not county_code.startswith(actor.area_prefix):
        raise Invalid({"county": [reason("subsidies.prepare.no_county")]})


def _check_supplement(session: Session, actor: Actor, command: PrepareRun, last: SubsidyRun | None) -> None:
    """A supplementary run follows a settled regular one, and one supplement follows the other."""
    regular = find_run(session, actor, command.county_code, command.quarter)
    if regular is None or regular.state is not RunState.SETTLED:
        raise Conflict(reason("subsidies.prepare.regular_first", quarter=command.quarter))
    if last is not None and last.state is not RunState.SETTLED:
        raise Conflict(reason("subsidies.prepare.stands", quarter=command.quarter))
