"""Whose hands: payments split into small runs, pairs that only ever approve each other, two signatures of one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.core.reasons import Reason, reason
from app.subsidies.rules.watch import Thresholds, days_between


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that one hand made and another let pass, with the accounts that they used."""

    maker: str
    checker: str
    maker_user: int
    checker_user: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two users who decide together too often."""

    maker_user: int
    checker_user: int
    because: tuple[Reason, ...]


def fixed_pairs(decisions: Iterable[Decision], others: Mapping[str, int], limits: Thresholds) -> Iterator[Pair]:
    """Pairs behind most of a maker's decisions, while at least one other checker was there. `others`: by checker, how many."""
    decided = list(decisions)
    made = Counter(one.maker for one in decided)
    together = Counter((one.maker, one.checker) for one in decided)
    users = {(one.maker, one.checker): one for one in decided}
    for (maker, checker), count in sorted(together.items()):
        share = count * 100 // made[maker]
        if others.get(checker, 0) and count >= limits.pair_decisions and share > limits.pair_percent:
            last = users[maker, checker]
            said = reason("subsidies.watch.pair", count=count, of=made[maker], quarters=limits.pair_quarters)
            yield Pair(last.maker_user, last.checker_user, (said,))


def split_payments(payments: int, limits: Thresholds) -> tuple[Reason, ...]:
    """One payee in several supplementary runs within the rolling days: each slip is small, the person is paid again and again."""
    if payments < limits.supplements_of_a_payee:
        return ()
    return (reason("subsidies.watch.split_payee", count=payments, days=limits.rolling_days),)


def split_runs(runs: int, limits: Thresholds) -> tuple[Reason, ...]:
    if runs < limits.supplements_of_a_maker:
        return ()
    return (reason("subsidies.watch.split_runs", count=runs, days=limits.rolling_days),)


def late_agreement(from_on: date, recorded_on: date, limits: Thresholds) -> tuple[Reason, ...]:
    """An agreement without an application that was written down so long after its first day."""
    late = days_between(from_on, recorded_on)
    return (reason("subsidies.watch.one_hand_agreement", days=late),) if late > limits.agreement_late_days else ()


def one_hand(made_by: str, confirmed_by: str, what: str) -> tuple[Reason, ...]:
    """`what` is the code's last word: what the same person wrote down and confirmed."""
    return (reason(f"subsidies.watch.one_hand_{what}"),) if made_by == confirmed_by else ()
