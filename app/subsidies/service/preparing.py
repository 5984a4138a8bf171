"""造册: freezing a line per agreement, in batches that each commit, so that a killed run goes on where it stopped.

`decided_as_of` is fixed when the run starts; a resumed run therefore decides as the undisturbed one would have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_rows, take_stock
from app.core.errors import Conflict, Invalid
from app.core.reasons import reason
from app.core.refusals import said_by
from app.subsidies.commands import PrepareRun
from app.subsidies.models import RunKind, SubsidyLine, SubsidyPolicy, SubsidyRun
from app.subsidies.queries.facts import agreements_to_decide, count_to_decide, gather
from app.subsidies.queries.past import Place, paid_for
from app.subsidies.queries.publishing import has_objection_holds
from app.subsidies.queries.runs import find_run, get_run, policy_for
from app.subsidies.queries.totals import run_digest
from app.subsidies.rules.cutoff import cutoff_of
from app.subsidies.rules.decision import decide_line
from app.subsidies.rules.lines import RULE_VERSION
from app.subsidies.rules.periods import period_of
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.transitions import RunState, RunStep, check_period
from app.subsidies.service.checks import hold_late, record_checks, record_overtaken
from app.subsidies.service.correcting import correct_batch, dead_of_run, repay_batch, repayment_row
from app.subsidies.service.freezing import freeze, line_row
from app.subsidies.service.signing import LIVE_PAYMENT, keep_totals, sign

BATCH = 500


class Late(StrEnum):
    """What earlier runs owe, in this order: payments that came to nothing, then what late facts make of the others."""

    REPAY = "repay"
    CORRECT = "correct"


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
    for done in _freeze_lines(transaction, actor, public_id, batch):
        if progress:
            progress(min(done, total), total)
    for part in Late:
        after: int | None = 0
        while after is not None:
            with transaction() as session:
                after = prepare_late(session, actor, public_id, part, after, now)
    with transaction() as session:
        finish_run(session, actor, public_id, now)
    return public_id


def _freeze_lines(transaction: Transaction, actor: Actor, public_id: str, batch: int) -> Iterator[int]:
    """Batch after batch, by the agreements' ids; at the end once more from the start, for families that came meanwhile.

    Yields how many agreements are frozen so far.
    """
    done, counted, after = 0, 1, 0
    while True:
        with transaction() as session:
            frozen = prepare_batch(session, actor, public_id, after, batch)
            done += len(frozen)
            if done >= 2 * counted:  # often enough, and not at every batch
                take_stock(session, SubsidyLine)
                counted = done
        if frozen:
            yield done
        elif not after:
            return
        after = frozen[-1] if frozen else 0


def start_run(session: Session, actor: Actor, command: PrepareRun, today: date, now: datetime) -> SubsidyRun:
    """The run of this county and quarter in state *preparing*: a new one, or the one that a dead process left.

    A run that stands already is refused with `Conflict`; of two that start at once, the second finds the first's.
    """
    require(actor, Action.PREPARE_SUBSIDY)
    _check_county(session, actor, command.county_code)
    policy = policy_for(session, command.county_code, command.quarter)
    terms = PolicyTerms.from_json(policy.terms) if policy else None
    for open_quarter in check_period(command.quarter, today, cutoff_of(terms, command.quarter) if terms else None):
        raise Conflict(open_quarter)
    kind = RunKind.SUPPLEMENTARY if command.is_supplementary else RunKind.REGULAR
    last = find_run(session, actor, command.county_code, command.quarter, kind, lock=True)
    if last is not None and last.state is RunState.PREPARING:
        return last
    if command.is_supplementary:
        _check_supplement(session, actor, command, last)
    elif last is not None:
        raise Conflict(reason("subsidies.prepare.stands", quarter=command.quarter))
    if policy is None or terms is None:
        raise Conflict(reason("subsidies.prepare.no_policy", quarter=command.quarter))
    due = period_of(terms, command.quarter.last_day)
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
        record_checks(session, run)
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
    if has_objection_holds(session, run):
        raise Conflict(reason("subsidies.prepare.objections"))
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
    record_checks(session, run)
    return run


def prepare_batch(session: Session, actor: Actor, run_public_id: str, after: int = 0, batch: int = BATCH) -> list[int]:
    """Freeze the lines of the next agreements after this id, of a run in preparation; returns these agreements, none where none is left."""
    run = get_run(session, actor, run_public_id, lock=True)
    is_finished = run.state is not RunState.PREPARING  # by somebody else, meanwhile
    ids = [] if is_finished else agreements_to_decide(session, run, after, batch)
    if not ids:
        return []
    policy = session.get_one(SubsidyPolicy, run.policy_id)
    terms = PolicyTerms.from_json(policy.terms)
    gathered, dead = gather(session, run, ids, terms), dead_of_run(session, run, ids)
    held = paid_for(session, [one.line for one in dead.values()]) if dead else {}
    rows = []
    for facts in gathered:
        place = Place(facts.agreement_id, run.period, facts.rank)
        if place in dead:
            rows.append(repayment_row(run, policy, facts, dead[place], held[place].kept))
        else:
            decision = decide_line(facts.facts, terms, run.rule_version)
            rows.append(line_row(run, facts, decision, freeze(facts, decision, policy)))
    with said_by(session, dict.fromkeys(LIVE_PAYMENT, "subsidies.prepare.paid_meanwhile")):
        insert_rows(session, SubsidyLine, rows)
    return ids


def prepare_late(
    session: Session, actor: Actor, run_public_id: str, part: Late, after: int, now: datetime
) -> int | None:
    """Add the next of what earlier runs owe. Returns the id to go on after; None when nothing is left."""
    run = get_run(session, actor, run_public_id, lock=True)
    if run.state is not RunState.PREPARING:
        return None
    if part is Late.REPAY:
        with said_by(session, dict.fromkeys(LIVE_PAYMENT, "subsidies.prepare.paid_meanwhile")):
            return repay_batch(session, run, after)
    return correct_batch(session, actor, run, after, now)


def finish_run(session: Session, actor: Actor, run_public_id: str, now: datetime) -> None:
    """All lines stand: the run becomes a draft under its maker's signature. A second time changes nothing."""
    run = get_run(session, actor, run_public_id, lock=True)
    if run.state is RunState.PREPARING:
        keep_totals(session, run)
        sign(session, actor, run, RunStep.PREPARED, now)
        record_overtaken(session, run)
        hold_late(session, actor, run, now)  # lists that came while the lines were being frozen


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
