"""Runs, their signatures, the policy in force, the pay file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Area
from app.core.actor import Actor, hand_of
from app.core.errors import NotFound
from app.core.period import Period, parse_period
from app.core.reasons import Reason
from app.core.scope import within
from app.subsidies.models import PayFile, RunApproval, RunKind, SubsidyLine, SubsidyPolicy, SubsidyRun
from app.subsidies.rules.grounds import read_grounds
from app.subsidies.rules.transitions import RunState, RunStep


@dataclass(frozen=True)
class SignedStep:
    """One signature under a run, for its page and its papers."""

    step: RunStep
    by: str
    at: datetime
    # why it was sent back; words from before there were codes are not read out
    why: Reason | None


def get_run(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> SubsidyRun:
    """The run by its public id within the actor's area; raises NotFound."""
    query = select(SubsidyRun).where(SubsidyRun.public_id == public_id, within(SubsidyRun.county_code, actor))
    run = session.scalar(query.with_for_update() if lock else query)
    if run is None:
        raise NotFound()
    return run


def find_run(
    session: Session,
    actor: Actor,
    county_code: str,
    quarter: Period,
    kind: RunKind = RunKind.REGULAR,
    *,
    lock: bool = False,
) -> SubsidyRun | None:
    """The newest run of a kind for a county's quarter."""
    query = (
        select(SubsidyRun)
        .where(
            SubsidyRun.county_code == county_code,
            SubsidyRun.period == str(quarter),
            SubsidyRun.kind == kind,
            within(SubsidyRun.county_code, actor),
        )
        .order_by(SubsidyRun.number.desc())
        .limit(1)
    )
    return session.scalar(query.with_for_update() if lock else query)


# A period's year and the quarter with which it ends, for its order in time: 2026H2 ends with the fourth.
LAST_QUARTER = func.substr(SubsidyRun.period, 1, 4) + case(
    *((func.substr(SubsidyRun.period, 5, 2) == half, last) for half, last in (("H1", "2"), ("H2", "4"))),
    else_=func.substr(SubsidyRun.period, 6, 1),
)


def list_runs(session: Session, actor: Actor, limit: int = 40) -> Sequence[SubsidyRun]:
    """Runs of the actor's area, newest quarter first; opening runs stand apart."""
    return session.scalars(
        select(SubsidyRun)
        .where(within(SubsidyRun.county_code, actor), SubsidyRun.kind != RunKind.OPENING)
        .order_by(LAST_QUARTER.desc(), SubsidyRun.kind, SubsidyRun.number.desc())
        .limit(limit)
    ).all()


def newest_run_from(session: Session, county_code: str, day: date) -> SubsidyRun | None:
    """A run whose quarter ends on or after `day`: what a policy from that day would rewrite."""
    runs = session.scalars(
        select(SubsidyRun).where(
            SubsidyRun.county_code == county_code,
            SubsidyRun.kind != RunKind.OPENING,
            SubsidyRun.state.not_in((RunState.PREPARING, RunState.DRAFT)),
            SubsidyRun.period >= str(day.year),
        )
    )
    return next((run for run in runs if parse_period(run.period).last_day >= day), None)


def any_run_from(session: Session, county_code: str, day: date) -> SubsidyRun | None:
    """A run of any kind or state, payments from before included, with days on or after `day`."""
    runs = session.scalars(
        select(SubsidyRun).where(SubsidyRun.county_code == county_code, SubsidyRun.period >= str(day.year))
    )
    return next((run for run in runs if parse_period(run.period).last_day >= day), None)


def policy_for(session: Session, county_code: str, quarter: Period) -> SubsidyPolicy | None:
    """The version in force on the quarter's last day."""
    return session.scalar(
        select(SubsidyPolicy)
        .where(SubsidyPolicy.county_code == county_code, SubsidyPolicy.valid_from <= quarter.last_day)
        .order_by(SubsidyPolicy.valid_from.desc())
        .limit(1)
    )


def list_steps(session: Session, run: SubsidyRun) -> list[SignedStep]:
    rows = session.execute(
        select(RunApproval, User.display_name)
        .join(User, User.id == RunApproval.by, isouter=True)
        .where(RunApproval.run_id == run.id)
        .order_by(RunApproval.id)
    )
    return [
        SignedStep(step.step, name or "—", step.at, grounds.said() if (grounds := read_grounds(step.note)) else None)
        for step, name in rows
    ]


def find_pay_file(session: Session, run: SubsidyRun) -> PayFile | None:
    return session.scalar(select(PayFile).where(PayFile.run_id == run.id))


def find_pay_file_by_hash(session: Session, actor: Actor, sha256: str) -> PayFile | None:
    """The pay file of the actor's area that has exactly these bytes."""
    query = select(PayFile).join(SubsidyRun, SubsidyRun.id == PayFile.run_id)
    return session.scalar(query.where(PayFile.sha256 == sha256, within(SubsidyRun.county_code, actor)).limit(1))


def area_name(session: Session, code: str) -> str:
    return session.scalar(select(Area.name).where(Area.code == code)) or code


def standing_hands(session: Session, run: SubsidyRun) -> dict[RunStep, frozenset[str]]:
    """The human beings behind what still stands, by step: who signed, and as makers also who started it or decided a hold.

    A run sent back or voided keeps only its makers.
    """
    standing: dict[RunStep, frozenset[str]] = {RunStep.PREPARED: _makers(session, run)}
    rows = session.execute(
        select(RunApproval.step, RunApproval.hand, User.id, User.person_id)
        .join(User, User.id == RunApproval.by, isouter=True)
        .where(RunApproval.run_id == run.id)
        .order_by(RunApproval.id)
    )
    for step, hand, user_id, person_id in rows:
        if step in (RunStep.PREPARED, RunStep.RETURNED, RunStep.VOIDED):
            standing = {RunStep.PREPARED: standing[RunStep.PREPARED]}
        if step not in (RunStep.RETURNED, RunStep.VOIDED):
            # the hand as it signed, and as it is known today: an account may be tied to its person later
            hands = {hand, hand_of(user_id, person_id)}
            standing[step] = standing.get(step, frozenset()) | hands
    return standing


def _makers(session: Session, run: SubsidyRun) -> frozenset[str]:
    deciders = select(SubsidyLine.decided_by).where(SubsidyLine.run_id == run.id, SubsidyLine.decided_by.is_not(None))
    rows = session.execute(
        select(User.id, User.person_id).where(or_(User.id == run.prepared_by, User.id.in_(deciders)))
    )
    return frozenset(hand_of(user_id, person_id) for user_id, person_id in rows)
