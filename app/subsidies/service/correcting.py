"""What was paid is looked at again with the facts of today: what is missing goes into the run, what was too much becomes a case, and what
came to nothing is paid again. In batches that may be repeated: unique keys keep each difference to one line or one case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, may
from app.core.actor import Actor, Role
from app.core.batches import insert_missing
from app.core.db import new_public_id
from app.core.errors import Forbidden
from app.core.money import Money
from app.core.reasons import Reason
from app.subsidies.models import LineKind, Recovery, RecoveryEvent, RunKind, SubsidyLine, SubsidyPolicy, SubsidyRun
from app.subsidies.queries.facts import GatheredLine, gather
from app.subsidies.queries.late import lines_to_review
from app.subsidies.queries.one_person import paid_by_other_records
from app.subsidies.queries.past import (
    Dead,
    PastLine,
    Place,
    dead_lines,
    paid_for,
    past_lines,
    place_of,
    waiting_words,
)
from app.subsidies.rules.corrections import (
    Paid,
    Repaid,
    decide_correction,
    decide_repayment,
    ended_with_payee,
    explained,
)
from app.subsidies.rules.decision import LineDecision, LineState, decide_line
from app.subsidies.rules.incidents import taking_nothing_back
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.recovery import RecoveryState, RecoveryStep
from app.subsidies.rules.transitions import RunState
from app.subsidies.service.freezing import Row, freeze, line_row

BATCH = 500


@dataclass(frozen=True)
class Look:
    """As of which day and moment facts are gathered, and for which run, if for one."""

    as_of: date
    at: datetime
    run_id: int | None = None

    @classmethod
    def of(cls, run: SubsidyRun) -> Look:
        if run.prepared_at is None:
            raise ValueError("an opening run looks at nothing again")
        return cls(run.decided_as_of, run.prepared_at, run.id)


@dataclass(frozen=True)
class Reviewed:
    """A payment beside what it comes to by the facts of today. `before` counts what is about to be paid too, `sent` only what went to the
    bank: what is missing is not paid twice, and what was never sent is not asked back.
    """

    past: PastLine
    before: Paid
    sent: Paid
    gathered: GatheredLine
    decision: LineDecision
    policy: SubsidyPolicy

    @property
    def missing(self) -> Money:
        return self.before.missing(self.decision.amount)

    @property
    def too_much(self) -> Money:
        return self.sent.too_much(self.decision.amount)

    @property
    def cause(self) -> str:
        """Names what is missing."""
        return self.before.cause(self.decision.amount)

    @property
    def cause_of_case(self) -> str:
        """Names what was too much."""
        return self.sent.cause(self.decision.amount)


# -- a run in preparation ----------------------------------------------------------------------------------------------


def correct_batch(session: Session, actor: Actor, run: SubsidyRun, after: int, now: datetime) -> int | None:
    """Look at the next payments of the county again: correction lines into the run, cases for what was too much.

    Returns the id to go on after; None when all were looked at.
    """
    past = lines_to_review(session, run.county_code, run.decided_as_of, after, BATCH)
    reviewed = review(session, Look.of(run), past)
    found = [one for one in reviewed if one.missing]
    insert_missing(session, SubsidyLine, [_correction(run, one) for one in _not_in(session, found)])
    open_cases(session, actor, run.county_code, [one for one in reviewed if one.too_much], now)
    return past[-1].line.id if len(past) == BATCH else None


def repay_batch(session: Session, run: SubsidyRun, after: int) -> int | None:
    """Pay the next payments of earlier runs again that came to nothing. As `correct_batch`."""
    dead = dead_lines(session, run, after, BATCH)
    rows: list[Row] = []
    for _way, group in groupby(sorted(dead, key=lambda one: _way_of(one.line)), key=lambda one: _way_of(one.line)):
        rows += _repayments(session, run, list(group))
    insert_missing(session, SubsidyLine, rows)
    return dead[-1].line.id if len(dead) == BATCH else None


def dead_of_run(session: Session, run: SubsidyRun, agreements: Sequence[int]) -> dict[Place, Dead]:
    """In a supplementary run: which of its own period's payments came to nothing and are to be made again."""
    if run.kind is not RunKind.SUPPLEMENTARY:
        return {}
    dead = dead_lines(session, run, 0, 2 * len(agreements), agreements)
    return {place_of(one.line): one for one in dead if not one.cause.is_first}


def repayment_row(
    run: SubsidyRun,
    policy: SubsidyPolicy,
    gathered: GatheredLine,
    dead: Dead,
    already: Money,
    waiting: tuple[Reason, ...] = (),
) -> Row:
    """The line that pays again what came to nothing, or takes up what was held."""
    terms = PolicyTerms.from_json(policy.terms)
    decision = decide_repayment(gathered.facts, terms, run.rule_version, dead.cause, already, waiting)
    snapshot = freeze(gathered, decision, policy)
    snapshot["repays"] = {"line": dead.line.public_id, "cause": dead.cause, "already_fen": already.fen}
    if waiting:
        snapshot["repays"]["waiting"] = [one.to_json() for one in waiting]
    return line_row(run, gathered, decision, snapshot, LineKind.REPAYMENT, (dead.line.id, dead.key))


def _repayments(session: Session, run: SubsidyRun, dead: Sequence[Dead]) -> Iterator[Row]:
    """Payments of one way, decided anew by their own policy."""
    lines = [one.line for one in dead]
    earlier, policy = session.get_one(SubsidyRun, lines[0].run_id), _policy_of(session, run.county_code, lines[0])
    held = paid_for(session, lines)
    facts = _gather_again(session, earlier, Look.of(run), lines, policy)
    waiting = waiting_words(session, dead)
    for one in dead:
        place = place_of(one.line)
        gathered = _asked_still(facts[place], one)
        row = repayment_row(run, policy, gathered, one, held[place].kept, waiting.get(one.line.id, ()))
        is_told = one.attempts or one.cause is Repaid.STOPPED  # a refusal is told once
        if row["decision"] is not LineState.REFUSE or not is_told:
            yield row


def _asked_still(gathered: GatheredLine, dead: Dead) -> GatheredLine:
    """Whether somebody was paid elsewhere before the county came to us, no fact of today says: it is asked until a person has answered."""
    is_asked = dead.cause.is_first and dead.line.snapshot["facts"].get("is_before_import", False)
    return replace(gathered, facts=replace(gathered.facts, is_before_import=True)) if is_asked else gathered


def _correction(run: SubsidyRun, one: Reviewed) -> Row:
    terms, version = PolicyTerms.from_json(one.policy.terms), one.past.run.rule_version
    decision = decide_correction(one.gathered.facts, terms, version, one.before, one.past.decided)
    snapshot = freeze(one.gathered, decision, one.policy) | {"corrects": _corrected(one, one.before)}
    corrects = (one.past.line.id, one.cause)
    return line_row(run, one.gathered, decision, snapshot, LineKind.CORRECTION, corrects, one.before.days)


def _corrected(one: Reviewed, before: Paid) -> dict[str, Any]:
    """The payment that is corrected, as it was computed then."""
    line = one.past.line
    return {
        "line": line.public_id,
        "run": one.past.run.short_name,
        "rule_version": one.past.run.rule_version,
        "before": before.to_json(),
        "decided": list(one.past.decided),
        "computation": line.snapshot["computation"],
    }


def _not_in(session: Session, found: Sequence[Reviewed]) -> list[Reviewed]:
    """Differences that no line has spoken of yet, in this run or before: what a person refused is not asked again."""
    ids = [one.past.line.id for one in found]
    spoken = select(SubsidyLine.corrects_line_id, SubsidyLine.cause).where(SubsidyLine.corrects_line_id.in_(ids))
    known = {(line_id, cause) for line_id, cause in session.execute(spoken)}
    return [one for one in found if (one.past.line.id, one.cause) not in known]


# -- looking again -----------------------------------------------------------------------------------------------------


def review_case(session: Session, case: Recovery, look: Look) -> tuple[Reviewed, Money]:
    """The case's payment by the facts of today, and what was paid too much by them if this case did not stand."""
    (past,) = past_lines(session, [case.line_id])
    (reviewed,) = _review_alike(session, look, [past])
    own = case.received_fen if case.state is RecoveryState.WITHDRAWN else case.amount_fen
    others = replace(reviewed.sent, claimed=reviewed.sent.claimed - Money(own))
    return reviewed, others.too_much(reviewed.decision.amount)


def review(session: Session, look: Look, past: Sequence[PastLine]) -> list[Reviewed]:
    """Each payment with what it comes to by today's facts, its own policy and its own version of the rules. A period that has not ended
    is only looked at where a death has ended it: everything else may still change.
    """
    found: list[Reviewed] = []
    ended = sorted((one for one in past if one.has_ended(look.as_of)), key=lambda one: (_way_of(one.line), one.line.id))
    for _way, group in groupby(ended, key=lambda one: _way_of(one.line)):
        found += _review_alike(session, look, list(group))
    return found


def _way_of(line: SubsidyLine) -> tuple[int, str, int]:
    """Payments of one run are decided together; but one that was made again has the period and the policy of what it repays."""
    return line.run_id, line.period, line.snapshot["policy"]["version"]


def _policy_of(session: Session, county_code: str, line: SubsidyLine) -> SubsidyPolicy:
    """The version that the line was decided by."""
    own = SubsidyPolicy.county_code == county_code, SubsidyPolicy.version == line.snapshot["policy"]["version"]
    return session.scalars(select(SubsidyPolicy).where(*own)).one()


def _review_alike(session: Session, look: Look, past: Sequence[PastLine]) -> Iterator[Reviewed]:
    run, lines = past[0].run, [one.line for one in past]
    policy = _policy_of(session, run.county_code, lines[0])
    terms = PolicyTerms.from_json(policy.terms)
    held, sent = paid_for(session, lines), paid_for(session, lines, is_sent=True)
    facts, elsewhere = _gather_again(session, run, look, lines, policy), paid_by_other_records(session, lines)
    for one in past:
        known = facts[one.place].facts
        days = replace(known.days, other_record=elsewhere.get(one.place, ()))
        kept = taking_nothing_back(known.incidents)
        gathered = replace(facts[one.place], facts=ended_with_payee(replace(known, days=days, incidents=kept)))
        decision = decide_line(gathered.facts, terms, run.rule_version)
        yield Reviewed(one, held[one.place], sent[one.place], gathered, decision, policy)


def _gather_again(
    session: Session, earlier: SubsidyRun, look: Look, lines: Sequence[SubsidyLine], policy: SubsidyPolicy
) -> dict[Place, GatheredLine]:
    """The facts of an earlier run's lines, all of one period, as they are known now; that the period was paid by these lines is no fact
    about them."""
    period = lines[0].period
    again = SubsidyRun(
        id=look.run_id,
        county_code=earlier.county_code,
        period=period,
        kind=RunKind.REGULAR,
        state=RunState.PREPARING,
        rule_version=earlier.rule_version,
        decided_as_of=look.as_of,
        prepared_at=look.at,
    )
    agreements = sorted({line.agreement_id for line in lines})
    gathered = gather(session, again, agreements, PolicyTerms.from_json(policy.terms))
    return {
        Place(one.agreement_id, period, one.rank): replace(
            one, facts=replace(one.facts, is_paid_already=False, is_before_import=False)
        )
        for one in gathered
    }


# -- what was paid too much --------------------------------------------------------------------------------------------


def open_cases(session: Session, actor: Actor, county_code: str, found: Sequence[Reviewed], now: datetime) -> int:
    """One case a difference; the same one found again changes nothing. The clerk's and the night's, and the reviewer's where a case that was
    withdrawn stands anew."""
    require_finder(actor, Action.PREPARE_SUBSIDY, Action.APPROVE_SUBSIDY)
    rows = [_case(county_code, one, now) for one in found]
    insert_missing(session, Recovery, rows)
    made = session.scalars(select(Recovery).where(Recovery.public_id.in_([row["public_id"] for row in rows]))).all()
    for case in made:
        session.add(
            RecoveryEvent(
                recovery_id=case.id, step=RecoveryStep.FOUND, amount_fen=case.amount_fen,
                on_day=date.fromisoformat(case.snapshot["facts"]["as_of"]), at=now, by=actor.user_id, hand=actor.hand,
            )
        )  # fmt: skip
        note(
            session, actor, "subsidies.recovery_found", now=now, subject=("recovery", case.public_id),
            area_code=case.area_code, detail={"amount_fen": case.amount_fen},
        )  # fmt: skip
    session.flush()
    return len(made)


def require_finder(actor: Actor, *actions: Action) -> None:
    """`Forbidden` for who may do none of these; the jobs of the night act as operator."""
    if actor.role is not Role.OPERATOR and not any(may(actor, action) for action in actions):
        raise Forbidden()


def _case(county_code: str, one: Reviewed, now: datetime) -> dict[str, Any]:
    because = explained("less", one.gathered.facts, one.decision, one.sent, one.too_much)
    return {
        "public_id": new_public_id(),
        "county_code": county_code,
        "area_code": one.past.line.area_code,
        "line_id": one.past.line.id,
        "cause": one.cause_of_case,
        "amount_fen": one.too_much.fen,
        "received_fen": 0,
        "because": [said.to_json() for said in because],
        "snapshot": freeze(one.gathered, one.decision, one.policy) | {"corrects": _corrected(one, one.sent)},
        "state": RecoveryState.FOUND,
        "found_at": now,
        "version": 1,
    }
