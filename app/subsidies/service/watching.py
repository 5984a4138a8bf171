"""Looking for patterns of fraud: what is found is stored once a pattern, subject and period, and explained by people.

A flag stops nothing. It is found again every night; what a person has explained or handed on stays as it was decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_missing
from app.core.db import new_public_id
from app.core.errors import Conflict, Invalid
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.core.work import ask_for_work
from app.subsidies.commands_watch import DecideFlag
from app.subsidies.models import ReviewFlag, RunKind, SubsidyPolicy, SubsidyRun
from app.subsidies.queries.watch import agreements, care, ghosts, hands, payees, terms
from app.subsidies.queries.watch.flags import get_flag, hand_behind
from app.subsidies.queries.watch.watched import Watched
from app.subsidies.rules.grounds import check_reference, tidy_reference
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.transitions import RunState
from app.subsidies.rules.watch import Finding, FlagState, Thresholds, check_flag_ground

Sessions = Callable[[], AbstractContextManager[Session]]
Progress = Callable[[int, int], None]

QUARTERS_BACK = 4  # older runs are looked at no more; what was found in them stays

# one function a pattern, or two that one look-up serves
OF_RUN: tuple[Callable[[Session, Watched], Iterator[Finding]], ...] = (
    payees.dead_payees,
    payees.shared_accounts,
    payees.staff_accounts,
    payees.late_swaps,
    payees.guardian_swaps,
    ghosts.ghost_patients,
    ghosts.unmet_at_home,
    care.raised_levels,
    care.hidden_incidents,
    care.missing_visits,
    care.back_dated_visits,
    hands.split_supplements,
    hands.one_hand_accounts,
    hands.answers_on_word,
    agreements.late_agreements,
)
OF_COUNTY: tuple[Callable[[Session, str, date, Thresholds], Iterator[Finding]], ...] = (
    hands.fixed_hands,
    terms.one_hand_policies,
    terms.below_the_floor,
)


@dataclass(frozen=True)
class Seen:
    """Flags that are new, and those that stood already."""

    made: int = 0
    already: int = 0

    def __add__(self, other: Seen) -> Seen:
        return Seen(self.made + other.made, self.already + other.already)


def watch_money(
    reading: Sessions,
    transaction: Sessions,
    actor: Actor,
    today: date,
    now: datetime,
    limits: Thresholds | None = None,
    progress: Progress | None = None,
) -> Seen:
    """Every run of the last quarters, and every county that has one; each is kept for itself, so that nobody waits for all of them."""
    with reading() as session:
        runs = _recent_runs(session, today)
    seen = Seen()
    for done, run in enumerate(runs):
        seen += watch_run(reading, transaction, actor, run, today, now, limits)
        if progress:
            progress(done + 1, len(runs))
    for county_code in sorted({run.county_code for run in runs}):
        seen += watch_county(reading, transaction, actor, county_code, today, now, limits)
    return seen


def watch_run(
    reading: Sessions,
    transaction: Sessions,
    actor: Actor,
    run: SubsidyRun,
    today: date,
    now: datetime,
    limits: Thresholds | None = None,
    progress: Progress | None = None,
) -> Seen:
    """All patterns on one run, as far as it is drawn up: a long look, then a short transaction that keeps what was found."""
    findings: list[Finding] = []
    for done, find in enumerate(OF_RUN):
        with reading() as session:
            policy = session.get(SubsidyPolicy, run.policy_id) if run.policy_id else None
            if policy is None:
                return Seen()
            watched = Watched(run, PolicyTerms.from_json(policy.terms), today, limits or Thresholds())
            findings += find(session, watched)
        if progress:
            progress(done + 1, len(OF_RUN))
    with transaction() as session:
        if not _is_as_it_was(session, run):
            return Seen()  # drawn up anew meanwhile: that look is asked for with it
        return _keep(session, actor, run.county_code, run.period, findings, now)


def watch_county(
    reading: Sessions,
    transaction: Sessions,
    actor: Actor,
    county_code: str,
    today: date,
    now: datetime,
    limits: Thresholds | None = None,
) -> Seen:
    """Patterns that no single run shows."""
    with reading() as session:
        findings = [one for find in OF_COUNTY for one in find(session, county_code, today, limits or Thresholds())]
    with transaction() as session:
        return _keep(session, actor, county_code, str(Quarter.of(today)), findings, now)


def _recent_runs(session: Session, today: date) -> Sequence[SubsidyRun]:
    oldest = Quarter.of(today).shift(-QUARTERS_BACK).first_day
    return session.scalars(
        select(SubsidyRun)
        .where(
            SubsidyRun.kind != RunKind.OPENING,
            SubsidyRun.state != RunState.PREPARING,
            SubsidyRun.decided_as_of >= oldest,
        )
        .order_by(SubsidyRun.id)
    ).all()


def _is_as_it_was(session: Session, run: SubsidyRun) -> bool:
    """Whether the lines that were looked at still stand; nobody draws the run up anew until this transaction ends."""
    again = select(SubsidyRun.id).where(SubsidyRun.id == run.id, SubsidyRun.prepared_at == run.prepared_at)
    return session.scalar(again.with_for_update()) is not None


def ask_to_watch(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> None:
    """Have the run looked at once this transaction stands; whoever asked before is enough."""
    with suppress(Conflict):
        ask_for_work(session, "subsidy_watch", {"run": run.public_id}, f"subsidy_watch:{run.public_id}", actor, now)


def decide_flag(session: Session, actor: Actor, command: DecideFlag, now: datetime) -> ReviewFlag:
    """A reviewer explains a flag, or hands it on. Nobody explains what is said of their own work."""
    require(actor, Action.DECIDE_FLAGS)
    flag = get_flag(session, actor, command.flag_public_id, lock=True)
    reference = tidy_reference(command.reference)
    shape = check_reference(reference)
    wrong = {"reference": shape} if shape else check_flag_ground(command.ground, command.state, reference)
    if wrong:
        raise Invalid({field: list(reasons) for field, reasons in wrong.items()})
    if flag.state is FlagState.EXPLAINED or flag.state is command.state:
        raise Conflict(reason("subsidies.flag.decided"))
    if command.state is FlagState.EXPLAINED and actor.hand == hand_behind(session, flag):
        raise Conflict(reason("subsidies.flag.own_work"))
    flag.state, flag.decided_at, flag.decided_by = command.state, now, actor.user_id
    flag.ground = f"{command.ground} {reference}".strip()
    note(
        session, actor, f"subsidies.flag_{command.state}", now=now, subject=("review_flag", flag.public_id),
        area_code=flag.area_code, detail={"reason": f"subsidies.flag_ground.{command.ground}"}, changed=flag.ground,
    )  # fmt: skip
    return flag


def _keep(
    session: Session, actor: Actor, county_code: str, period: str, findings: Iterable[Finding], now: datetime
) -> Seen:
    found = _merged(findings)
    standing = {
        (flag.pattern.value, flag.subject_kind, flag.subject_id): flag
        for flag in session.scalars(
            select(ReviewFlag).where(ReviewFlag.county_code == county_code, ReviewFlag.period == period)
        )
    }
    for key, finding in found.items():
        flag = standing.get(key)
        if flag is not None and flag.state is FlagState.OPEN:
            _say_again(flag, finding)
        elif flag is not None and flag.line_id is None:
            flag.line_id = finding.line_id
    fresh = [finding for key, finding in found.items() if key not in standing]
    insert_missing(session, ReviewFlag, [_row(one, county_code, period, now) for one in fresh])
    session.flush()
    if fresh:
        note(
            session, actor, "subsidies.flags_found", now=now, subject=("area", county_code), area_code=county_code,
            count=len(fresh), detail={"period": period},
        )  # fmt: skip
    return Seen(len(fresh), len(found) - len(fresh))


def _merged(findings: Iterable[Finding]) -> dict[tuple[str, str, str], Finding]:
    """One finding a pattern and subject; what several say is said together, each once."""
    found: dict[tuple[str, str, str], Finding] = {}
    for one in findings:
        first = found.get(one.key)
        if first is None:
            found[one.key] = one
        else:
            because = (*first.because, *(said for said in one.because if said not in first.because))
            found[one.key] = Finding(
                first.pattern, first.subject, first.subject_id, first.area_code, because,
                first.user_id or one.user_id, first.line_id or one.line_id,
            )  # fmt: skip
    return found


def _say_again(flag: ReviewFlag, finding: Finding) -> None:
    """An open flag says what is known now, and leads to the line as it was frozen last."""
    because = [said.to_json() for said in finding.because]
    if flag.because != because:
        flag.because = because
    if finding.line_id and flag.line_id != finding.line_id:
        flag.line_id = finding.line_id
    if finding.user_id and flag.user_id != finding.user_id:
        flag.user_id = finding.user_id


def _row(finding: Finding, county_code: str, period: str, now: datetime) -> dict[str, object]:
    return {
        "public_id": new_public_id(),
        "county_code": county_code,
        "area_code": finding.area_code,
        "pattern": finding.pattern,
        "subject_kind": finding.subject.value,
        "subject_id": finding.subject_id,
        "period": period,
        "line_id": finding.line_id,
        "user_id": finding.user_id,
        "because": [said.to_json() for said in finding.because],
        "state": FlagState.OPEN,
        "found_at": now,
    }
