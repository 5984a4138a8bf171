"""What a policy would have made of a period that was decided already: recomputed from the frozen facts, nothing written.

Only the policy differs: facts, rule version and what people decided about held lines stay what they were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from app.core.i18n import N_
from app.subsidies.rules.amount import shares
from app.subsidies.rules.decision import LineDecision, LineFacts, LineState, Payee, decide_line
from app.subsidies.rules.policy import PolicyTerms

EXAMPLES = 3


class Change(StrEnum):
    """What the policy would change for a line, in the order of the page."""

    MORE = "more"
    LESS = "less"
    NEWLY_PAID = "newly_paid"
    HELD = "held"
    REFUSED = "refused"


CHANGE_LABELS = {
    Change.MORE: N_("金额增加"),
    Change.LESS: N_("金额减少"),
    Change.NEWLY_PAID: N_("原来不发或暂缓，按此应发"),
    Change.HELD: N_("原来应发，按此暂缓待定"),
    Change.REFUSED: N_("原来应发，按此不发"),
}


@dataclass(frozen=True, slots=True)
class FrozenForPreview:
    """One line as it stands. `is_decided`: a person decided what the rules held; `is_held_after`: put on hold after it was frozen."""

    area_code: str
    agreement_number: str
    decision: LineState
    is_decided: bool
    is_held_after: bool
    amount_fen: int
    facts: Mapping[str, Any]


@dataclass
class Sums:
    """Lines and fen, then and under the policy."""

    paid_then: int = 0
    fen_then: int = 0
    paid: int = 0
    fen: int = 0

    @property
    def difference(self) -> int:
        return self.fen - self.fen_then


@dataclass
class Mover:
    """Lines that change alike and for one cause. `because` is a stored Reason; `examples` agreement number, fen then and now."""

    change: Change
    because: dict[str, Any] | None
    count: int = 0
    fen: int = 0
    examples: list[tuple[str, int, int]] = field(default_factory=list)

    def add(self, number: str, then: int, now: int) -> None:
        self.count += 1
        self.fen += now - then
        self.examples.append((number, then, now))
        self.examples.sort(key=lambda one: (-abs(one[2] - one[1]), one[0]))
        del self.examples[EXAMPLES:]


@dataclass
class Preview:
    """What the period would have come to. `by_town` by the town's code."""

    period: str
    run: str
    counts: dict[str, int]
    counts_then: dict[str, int]
    whole: Sums
    by_town: dict[str, Sums]
    movers: list[Mover]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Preview:
        values = dict(stored)
        values["whole"] = Sums(**stored["whole"])
        values["by_town"] = {code: Sums(**sums) for code, sums in stored["by_town"].items()}
        values["movers"] = [
            Mover(**one | {"change": Change(one["change"]), "examples": [tuple(each) for each in one["examples"]]})
            for one in stored["movers"]
        ]
        return cls(**values)


def preview(
    period: str, run: str, version: str, lines: Iterable[FrozenForPreview], before: PolicyTerms, terms: PolicyTerms
) -> Preview:
    """Ask the rules again line by line. Where the policy newly pays second guardians, their part follows the first one's line."""
    found = Preview(period, run, dict.fromkeys(LineState, 0), dict.fromkeys(LineState, 0), Sums(), {}, [])
    towns: defaultdict[str, Sums] = defaultdict(Sums)
    movers: dict[str, Mover] = {}
    is_second_new = bool(terms.second_share) and not before.second_share
    for line in lines:
        facts = LineFacts.from_json(line.facts)
        decided = decide_line(facts, terms, version)
        state = _state(line, decided)
        fen = _fen(decided, terms, facts.payee, is_second_new) if state is LineState.PAY else 0
        then = line.amount_fen if line.decision is LineState.PAY else 0  # whatever the bank did with it
        found.counts[state] += 1
        found.counts_then[line.decision] += 1
        for sums in (found.whole, towns[line.area_code[:9]]):
            _count(sums, then, fen)
        _move(movers, line, state, decided, then, fen)
    found.by_town = dict(sorted(towns.items()))
    order = list(Change)
    found.movers = sorted(movers.values(), key=lambda one: (order.index(one.change), -abs(one.fen), -one.count))
    return found


def _state(line: FrozenForPreview, decided: LineDecision) -> LineState:
    """A person's word on a held line counts again; what was put on hold after it was frozen stays so."""
    if decided.state is LineState.HOLD and line.is_decided:
        return line.decision
    if decided.state is LineState.PAY and line.is_held_after:
        return line.decision
    return decided.state


def _fen(decided: LineDecision, terms: PolicyTerms, payee: Payee, is_second_new: bool) -> int:
    if is_second_new and payee is Payee.FIRST:
        return sum(part.fen for part in shares(decided.computation.amount, terms.first_share))
    return decided.amount.fen


def _count(sums: Sums, then: int, fen: int) -> None:
    sums.paid_then += bool(then)
    sums.fen_then += then
    sums.paid += bool(fen)
    sums.fen += fen


def _move(
    movers: dict[str, Mover], line: FrozenForPreview, state: LineState, decided: LineDecision, then: int, now: int
) -> None:
    change = _change(state, then, now)
    if change is None:
        return
    because = decided.reasons[0].to_json() if change in (Change.HELD, Change.REFUSED) and decided.reasons else None
    key = f"{change}:{because['code'] if because else ''}"
    movers.setdefault(key, Mover(change, because)).add(line.agreement_number, then, now)


def _change(state: LineState, then: int, now: int) -> Change | None:
    if then == now:
        return None
    if not now:
        return Change.HELD if state is LineState.HOLD else Change.REFUSED
    if not then:
        return Change.NEWLY_PAID
    return Change.MORE if now > then else Change.LESS
