"""What the quarter's board says above its lines."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.money import Money
from app.subsidies.models import SubsidyLine, SubsidyPolicy, SubsidyRun
from app.subsidies.queries.lines import count_hold_reasons
from app.subsidies.queries.runs import area_name, find_previous_run
from app.subsidies.rules.policy import PolicyTerms


@dataclass(frozen=True)
class Board:
    """Totals of a run as its lines stand now, and how they differ from the last quarter's."""

    county: str
    counts: dict[str, int]
    total: Money
    # (reason code, lines) of the held lines, most frequent first
    hold_reasons: tuple[tuple[str, int], ...]
    previous: SubsidyRun | None
    policy: SubsidyPolicy | None
    terms: PolicyTerms | None

    @property
    def more_paid(self) -> int | None:
        """Payees more (or fewer) than last quarter."""
        return None if self.previous is None else self.counts.get("pay", 0) - self.previous.pay_count

    @property
    def more_money(self) -> Money | None:
        return None if self.previous is None else self.total - Money(self.previous.total_fen)


def board_of(session: Session, run: SubsidyRun) -> Board:
    rows = session.execute(
        select(SubsidyLine.decision, func.count(), func.coalesce(func.sum(SubsidyLine.amount_fen), 0))
        .where(SubsidyLine.run_id == run.id)
        .group_by(SubsidyLine.decision)
    ).all()
    policy = session.get(SubsidyPolicy, run.policy_id) if run.policy_id else None
    return Board(
        county=area_name(session, run.county_code),
        counts={decision.value: count for decision, count, _ in rows},
        total=Money(sum(int(fen) for decision, _, fen in rows if decision.value == "pay")),
        hold_reasons=tuple(
            (code, count)
            for code, count in count_hold_reasons(session, run).items()
            if code.startswith("subsidies.hold.")
        ),
        previous=find_previous_run(session, run),
        policy=policy,
        terms=PolicyTerms.from_json(policy.terms) if policy else None,
    )
