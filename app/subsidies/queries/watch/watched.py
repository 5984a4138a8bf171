"""The run that is being watched, and its lines as the patterns ask for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Select, select

from app.core.period import Period, parse_period
from app.guardians.models import Agreement
from app.subsidies.models import SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.watch import Thresholds

K = TypeVar("K")
R = TypeVar("R")


@dataclass(frozen=True)
class Watched:
    """One run, the terms that it was decided under, and the day on which it is looked at."""

    run: SubsidyRun
    terms: PolicyTerms
    today: date
    limits: Thresholds = field(default_factory=Thresholds)

    @property
    def period(self) -> Period:
        return parse_period(self.run.period)

    @property
    def cut_off(self) -> date:
        return self.period.last_day

    def lines(self, *columns: Any, paid_only: bool = False) -> Select[Any]:
        """`columns` of the run's lines that pay or may still pay, joined with their agreements."""
        states = (LineState.PAY,) if paid_only else (LineState.PAY, LineState.HOLD)
        return (
            select(*columns)
            .select_from(SubsidyLine)
            .join(Agreement, Agreement.id == SubsidyLine.agreement_id)
            .where(SubsidyLine.run_id == self.run.id, SubsidyLine.decision.in_(states))
        )

    def patients(self) -> Select[Any]:
        """The patients of those lines, for subqueries."""
        return self.lines(SubsidyLine.patient_id)

    def payees(self) -> Select[Any]:
        return self.lines(SubsidyLine.payee_person_id)


def grouped(rows: Iterable[R], key: Callable[[R], K]) -> dict[K, list[R]]:
    found: defaultdict[K, list[R]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
