"""What the quarter's board says above its lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.money import Money
from app.core.period import parse_period
from app.subsidies.models import SubsidyPolicy, SubsidyRun
from app.subsidies.queries.differences import Differences, count_differences
from app.subsidies.queries.lines import count_hold_reasons, knows_reasons
from app.subsidies.queries.totals import Totals, totals_of
from app.subsidies.rules.periods import pay_by
from app.subsidies.rules.policy import PolicyTerms


@dataclass(frozen=True)
class Board:
    """Totals of a run as its lines stand now, and how they differ from the last quarter's."""

    totals: Totals
    # (reason code, lines) of the held lines, most frequent first; empty for who may not know
    hold_reasons: tuple[tuple[str, int], ...]
    # None where nothing was paid for the quarter before
    differences: Differences | None
    policy: SubsidyPolicy | None
    terms: PolicyTerms | None
    # by when the policy wants the money on the accounts; None where it does not say
    pay_by: date | None

    @property
    def counts(self) -> dict[str, int]:
        """Lines by what becomes of them: pay, hold, refuse, ended (withheld or returned)."""
        found = self.totals
        return {
            "pay": found.pay_count,
            "hold": found.hold_count,
            "refuse": found.refuse_count,
            "ended": found.ended_count,
        }

    @property
    def total(self) -> Money:
        return Money(self.totals.total_fen)

    @property
    def more_paid(self) -> int | None:
        """Payees more (or fewer) than last quarter."""
        return self.differences.more if self.differences else None

    @property
    def more_money(self) -> Money | None:
        return self.total - Money(self.differences.before_fen) if self.differences else None


def board_of(session: Session, actor: Actor, run: SubsidyRun) -> Board:
    policy = session.get(SubsidyPolicy, run.policy_id) if run.policy_id else None
    terms = PolicyTerms.from_json(policy.terms) if policy else None
    return Board(
        totals=totals_of(session, run),
        hold_reasons=tuple(count_hold_reasons(session, run).items()) if knows_reasons(actor) else (),
        differences=count_differences(session, actor, run),
        policy=policy,
        terms=terms,
        pay_by=pay_by(terms, parse_period(run.period)) if terms else None,
    )
