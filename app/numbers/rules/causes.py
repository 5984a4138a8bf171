"""Why somebody counted below an indicator's line is not counted above it, told by the same flags; the first cause that holds is the one.

Words stand in `texts_papers.py` under `numbers.cause.<name>`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from app.numbers.rules.indicators import Indicator
from app.numbers.rules.membership import NOTHING, InSet, Weight

S = InSet
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Alike:
    """So many rows of a place and an institution that are in exactly the same sets."""

    area_code: str
    agency_id: int | None
    bits: int
    rows: int
    visits: int = 0
    visits_in_time: int = 0


class _Check(NamedTuple):
    cause: str
    has: InSet = NOTHING
    lacks: InSet = NOTHING

    def holds(self, bits: int) -> bool:
        return bits & (self.has | self.lacks) == self.has


_UNSEEN = (_Check("refused", S.REFUSED), _Check("lost", S.LOST), _Check("no_visit", lacks=S.VISITED))
_UNTREATED = (
    *_UNSEEN,
    _Check("no_drug_needed", S.NO_DRUG_NEEDED),
    _Check("irregular", S.MEDICATED, S.REGULAR),
    _Check("no_drug"),
)
_IRREGULAR_PATTERN = (*_UNSEEN, _Check("overdue", S.OVERDUE), _Check("gap"))
_CHECKS: Final[dict[str, tuple[_Check, ...]]] = {
    "management": (*_UNSEEN, _Check("not_accepted")),
    "management_sz": (*_UNSEEN, _Check("not_accepted")),
    "home_management": (*_UNSEEN, _Check("not_accepted")),
    "standard": _IRREGULAR_PATTERN,
    "standard_sz": _IRREGULAR_PATTERN,
    "face_to_face": (*_UNSEEN, _Check("not_in_person")),
    "medication": _UNTREATED,
    "medication_sz": _UNTREATED,
    "regular_medication": _UNTREATED,
    "regular_medication_sz": _UNTREATED,
    "stability": (_Check("unstable"),),
    "latest_stability": (*_UNSEEN, _Check("not_stable")),
    "examination": (_Check("refused", S.REFUSED), _Check("lost", S.LOST), _Check("not_examined")),
    "emergency_in_time": (_Check("emergency_late"),),
    "loop_in_time": (
        _Check("forms_late", lacks=S.FORMS_IN_TIME),
        _Check("received_late", lacks=S.RECEIVED_IN_TIME),
        _Check("visited_late", lacks=S.VISITED_IN_TIME),
        _Check("not_closed"),
    ),
    "forms_in_time": (_Check("forms_late"),),
    "received_in_time": (_Check("received_late"),),
    "visited_in_time": (_Check("visited_late"),),
    "entry_in_time": (_Check("entered_late"),),
    "reassessment": (_Check("not_reassessed"),),
    "agreements": (_Check("unsigned"),),
    "subsidy": (_Check("unsigned", lacks=S.SIGNED), _Check("unpaid")),
    "insurance": (_Check("uninsured"),),
    "rehabilitation": (_Check("not_trained"),),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """What is counted below the line and not above it: how many, why, and by whose institution (None: nobody's), most first."""

    missing: int
    causes: tuple[tuple[str, int], ...]
    owners: tuple[tuple[int | None, int], ...]


def gap_of(indicator: Indicator, prefix: str, alike: Iterable[Alike]) -> Gap:
    """Of the rows below a place. An indicator that nobody explains (lost, deaths) has the numerator itself as its gap."""
    causes: Counter[str] = Counter()
    owners: Counter[int | None] = Counter()
    for one in alike:
        lacking = _lacking(indicator, one) if one.area_code.startswith(prefix) else 0
        if lacking:
            causes[cause_of(indicator.code, one.bits)] += lacking
            owners[one.agency_id] += lacking
    return Gap(causes.total(), _most_first(causes), _most_first(owners))


def cause_of(code: str, bits: int) -> str:
    return next((check.cause for check in _CHECKS.get(code, ()) if check.holds(bits)), "counted")


def states_of(bits: int) -> tuple[str, ...]:
    """What somebody's state asks for, whatever they are counted in: declined, lost, unseen, overdue."""
    return tuple(check.cause for check in (*_UNSEEN, _Check("overdue", S.OVERDUE)) if check.holds(bits))


def _lacking(indicator: Indicator, one: Alike) -> int:
    if indicator.is_good is False:
        return one.rows if indicator.numerator.has(one.bits) else 0
    if not indicator.denominator.has(one.bits):
        return 0
    if indicator.numerator.weight is Weight.VISITS_IN_TIME:
        return one.visits - one.visits_in_time
    return 0 if indicator.numerator.has(one.bits) else one.rows


def _most_first(counted: Counter[Key]) -> tuple[tuple[Key, int], ...]:
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], str(item[0]))))
