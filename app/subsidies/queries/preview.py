"""The frozen lines that a policy is tried on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.scope import within
from app.subsidies.models import LineHold, LineKind, RunKind, SubsidyLine, SubsidyPolicy, SubsidyRun
from app.subsidies.queries.runs import LAST_QUARTER
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.preview import FrozenForPreview, Preview, preview
from app.subsidies.rules.transitions import RunState

# so many lines are recomputed while somebody waits; more are the scheduler's work
AT_ONCE = 2_000
_BATCH = 500


def run_to_try(session: Session, actor: Actor, county_code: str) -> SubsidyRun | None:
    """The county's last settled period; before there is one, the last that was prepared."""
    runs = (
        select(SubsidyRun)
        .where(
            SubsidyRun.county_code == county_code,
            SubsidyRun.kind == RunKind.REGULAR,
            SubsidyRun.state != RunState.PREPARING,
            within(SubsidyRun.county_code, actor),
        )
        .order_by((SubsidyRun.state == RunState.SETTLED).desc(), LAST_QUARTER.desc())
    )
    return session.scalar(runs.limit(1))


def count_to_try(session: Session, run: SubsidyRun) -> int:
    return session.scalar(select(func.count()).select_from(SubsidyLine).where(_own(run))) or 0


def try_policy(
    session: Session, run: SubsidyRun, terms: PolicyTerms, progress: Callable[[int], None] | None = None
) -> Preview:
    """What the run would have come to under these terms. Reads, and writes nothing."""
    policy = session.get_one(SubsidyPolicy, run.policy_id)
    before = PolicyTerms.from_json(policy.terms)
    return preview(run.period, run.short_name, run.rule_version, _lines(session, run, progress), before, terms)


def _lines(session: Session, run: SubsidyRun, progress: Callable[[int], None] | None) -> Iterator[FrozenForPreview]:
    line = SubsidyLine
    held = exists().where(LineHold.line_id == line.id)
    rows = session.execute(
        select(line.area_code, line.decision, line.decided_by, held, line.amount_fen, line.snapshot)
        .where(_own(run))
        .order_by(line.id)
        .execution_options(yield_per=_BATCH)
    )
    for done, (area, decision, decider, is_held, fen, snapshot) in enumerate(rows, start=1):
        if progress and done % _BATCH == 0:
            progress(done)
        number, facts = snapshot["agreement"]["number"], snapshot["facts"]
        yield FrozenForPreview(area, number, decision, decider is not None, is_held, fen, facts)


def _own(run: SubsidyRun) -> ColumnElement[bool]:
    return and_(SubsidyLine.run_id == run.id, SubsidyLine.kind == LineKind.ORDINARY)
