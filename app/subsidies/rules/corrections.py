"""What facts learned late make of a payment (domain 5.6; 9, cases 11, 15, 31): more is due, or too much was paid. Nothing is edited.

What is missing is paid by a correction line of the next run; what was paid too much becomes a case that people decide. A person's decision
on the payment stands: only the days, the level and the policy's amount are looked at again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from app.core.money import Money
from app.core.reasons import Reason, reason
from app.core.spans import Span, difference
from app.subsidies.rules.amount import Computation, compute_under
from app.subsidies.rules.days import ExclusionKind
from app.subsidies.rules.decision import LineDecision, LineFacts, LineState, decide_line
from app.subsidies.rules.policy import PolicyTerms

REVIEWED_QUARTERS = 8  # how far back what was paid is looked at again

# A person who decided the payment did not decide these: they are about today's payee and account.
_OF_TODAY = (
    "subsidies.hold.payee_dead",
    "subsidies.hold.no_account",
    "subsidies.hold.account_name",
    "subsidies.hold.account_shared",
    "subsidies.hold.account_changed",
    "subsidies.hold.account_denied",
    "subsidies.hold.returned",
    "subsidies.hold.listed",
)


class Repaid(StrEnum):
    """Why a payment is made again, or comes up after all: the bank sent it back, the export kept it back, what people had decided against it
    stands no longer, or it was held and nobody decided it before its run was paid."""

    RETURNED = "returned"
    WITHHELD = "withheld"
    STOPPED = "stopped"
    HELD = "held"

    @property
    def is_first(self) -> bool:
        """Nobody was paid, or was to be paid, before."""
        return self not in (Repaid.RETURNED, Repaid.WITHHELD)


@dataclass(frozen=True, slots=True)
class Paid:
    """What has been paid to one guardian of an agreement for one period so far.

    `paid`: the lines that count; `came_back`: money received again; `claimed`: what cases ask for, asked for in vain or left.
    `days` and `excluded` (days by kind) are those that the newest of the lines was computed from. `attempts`: payments and cases that came
    to nothing, so that the same difference may be found once more.
    """

    paid: Money
    came_back: Money
    claimed: Money
    days: int
    excluded: Mapping[str, int]
    attempts: int

    def to_json(self) -> dict[str, Any]:
        return {
            "paid_fen": self.paid.fen,
            "came_back_fen": self.came_back.fen,
            "claimed_fen": self.claimed.fen,
            "days": self.days,
            "excluded": dict(self.excluded),
            "attempts": self.attempts,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Paid:
        return cls(
            Money(stored["paid_fen"]),
            Money(stored["came_back_fen"]),
            Money(stored["claimed_fen"]),
            stored["days"],
            stored["excluded"],
            stored["attempts"],
        )

    @property
    def kept(self) -> Money:
        """What the guardian holds."""
        return self.paid - self.came_back

    def missing(self, due: Money) -> Money:
        """What is still to be paid so that the guardian holds what is due."""
        return max(due - self.kept, Money.zero())

    def too_much(self, due: Money) -> Money:
        """What was paid beyond what is due and no case speaks of yet."""
        return max(self.paid - self.claimed - due, Money.zero())

    def cause(self, due: Money) -> str:
        """Forty characters that name this difference: the same facts are corrected once, other facts are another correction."""
        content = f"{self.paid.fen}:{self.came_back.fen}:{self.claimed.fen}:{due.fen}:{self.attempts}"
        return hashlib.sha256(content.encode()).hexdigest()[:40]


def ended_with_payee(facts: LineFacts) -> LineFacts:
    """The facts of a payment that is looked at again: a guardian who has died is paid to the day of death (domain 5.3)."""
    died_on, days = facts.payee_died_on, facts.days
    if died_on is None:
        return facts
    ends = died_on if days.agreement_to is None else min(days.agreement_to, died_on)
    return replace(facts, days=replace(days, agreement_to=ends))


def learned_deaths(facts: LineFacts, patient_died_on: date | None, payee_died_on: date | None) -> LineFacts:
    """The frozen facts of a payment with the deaths that are known by now."""
    days = replace(facts.days, died_on=patient_died_on or facts.days.died_on)
    return ended_with_payee(replace(facts, days=days, payee_died_on=payee_died_on or facts.payee_died_on))


def decide_correction(
    facts: LineFacts, terms: PolicyTerms, version: str, before: Paid, decided: Collection[str]
) -> LineDecision:
    """The line that pays what is missing. `decided` are the codes of holds that a person decided when the period was paid."""
    decision = decide_line(facts, terms, version)
    amount = before.missing(decision.amount)
    holds = tuple(
        one for one in decision.reasons if _is_hold(one) and (one.code in _OF_TODAY or one.code not in decided)
    )
    said = (*explained("more", facts, decision, before, amount), *decision.computation.reasons)
    return replace(decision, state=LineState.HOLD if holds else LineState.PAY, reasons=(*holds, *said), amount=amount)


def decide_repayment(
    facts: LineFacts, terms: PolicyTerms, version: str, cause: Repaid, already: Money, waiting: tuple[Reason, ...] = ()
) -> LineDecision:
    """The payment made again, decided anew by the facts of today; `already` is what the guardian holds for the period otherwise, `waiting`
    what other offices or an objection said of it that nobody has decided: no fact of today answers that."""
    decision = decide_line(facts, terms, version)
    if decision.state is LineState.REFUSE:
        return decision
    if waiting:
        decision = replace(decision, state=LineState.HOLD, reasons=(*waiting, *decision.reasons))
    amount = max(decision.amount - already, Money.zero())
    if not amount:
        return replace(
            decision, state=LineState.REFUSE, reasons=(reason("subsidies.repaid.nothing_left"),), amount=amount
        )
    holds = tuple(filter(_is_hold, decision.reasons))
    said = (*holds, reason(f"subsidies.repaid.{cause}"), *(one for one in decision.reasons if not _is_hold(one)))
    return replace(decision, reasons=said, amount=amount)


def decide_again(snapshot: Mapping[str, Any], terms: PolicyTerms, version: str) -> LineDecision:
    """What the rules say of a frozen line of any kind, asked again with its own facts. `version` is its run's."""
    facts = LineFacts.from_json(snapshot["facts"])
    if corrects := snapshot.get("corrects"):
        before = Paid.from_json(corrects["before"])
        return decide_correction(facts, terms, corrects["rule_version"], before, corrects["decided"])
    if repays := snapshot.get("repays"):
        waiting = tuple(Reason.from_json(one) for one in repays.get("waiting", ()))
        return decide_repayment(facts, terms, version, Repaid(repays["cause"]), Money(repays["already_fen"]), waiting)
    return decide_line(facts, terms, version)


def due_by(snapshot: Mapping[str, Any], version: str) -> Money:
    """What the guardian should hold for the period by the facts of a frozen line. `version` is its run's."""
    version = snapshot.get("corrects", {}).get("rule_version", version)
    return decide_line(LineFacts.from_json(snapshot["facts"]), _terms_of(snapshot), version).amount


def counted_days(snapshot: Mapping[str, Any]) -> list[Span]:
    """The days that a frozen line or case counts; none of an opening payment, of which no days are known."""
    if "facts" not in snapshot:
        return []
    facts = LineFacts.from_json(snapshot["facts"])
    computation = compute_under(facts.quarter, facts.days, _terms_of(snapshot))
    whole = [Span(facts.quarter.first_day, facts.quarter.last_day)]
    return difference(whole, [Span(one.first, one.last) for one in computation.exclusions])


def _terms_of(snapshot: Mapping[str, Any]) -> PolicyTerms:
    return PolicyTerms.from_json(snapshot["policy"]["terms"])


def explained(way: str, facts: LineFacts, decision: LineDecision, before: Paid, amount: Money) -> tuple[Reason, ...]:
    """`原按 92 天发放 750.00 元，现应为 46 天 370.97 元，多发 379.03 元`, then what changed by kind of day. `way`: "more" or "less"."""
    refusals = tuple(one for one in decision.reasons if one.code.startswith("subsidies.refuse."))
    days = 0 if refusals else decision.computation.days
    said = reason(
        f"subsidies.correction.{way}", period=facts.quarter, was=before.days, paid=before.kept,
        days=days, due=decision.amount, amount=amount,
    )  # fmt: skip
    others = (reason("subsidies.correction.claimed", amount=before.claimed),) if before.claimed else ()
    if way == "less" and facts.payee_died_on is not None and facts.payee_died_on < facts.quarter.last_day:
        others = (*others, reason("subsidies.hold.payee_dead"))
    return (said, *others, *_changes(before.excluded, excluded_days(decision.computation)), *refusals)


def excluded_days(computation: Computation) -> dict[str, int]:
    """Days that do not count, by kind."""
    return {one.kind.value: one.days for one in computation.deductions}


def days_in(snapshot: Mapping[str, Any]) -> tuple[int, dict[str, int]]:
    """Eligible days, and days that do not count by kind, of a frozen line."""
    computed = snapshot["computation"]
    return sum(one["eligible"] for one in computed["months"]), {
        one["kind"]: one["days"] for one in computed["deductions"]
    }


def _changes(was: Mapping[str, int], now: Mapping[str, int]) -> Iterator[Reason]:
    for kind in ExclusionKind:
        before, after = was.get(kind.value, 0), now.get(kind.value, 0)
        if before != after:
            yield reason(f"subsidies.correction.{kind}", was=before, days=after)


def _is_hold(one: Reason) -> bool:
    return one.code.startswith("subsidies.hold.")
