"""Why somebody counted below an indicator's line is not counted above it, told by the same flags; the first cause that holds is the one.

Words stand in `texts_papers.py` under `numbers.cause.<name>`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from app.numbers.rules.indicators import Indicator
from app.numbers.rules.membership import ADDED_UP, NOTHING, Figure, InSet, Weight

S = InSet
# of an indicator that counts what is bad: nobody is missing, the numerator itself is the gap
UNEXPLAINED = "counted"
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


class _Asked(NamedTuple):
    """A cause and the bits that say so, as plain numbers: a county asks tens of thousands of times."""

    cause: str
    mask: int
    wanted: int

    def holds(self, bits: int) -> bool:
        return bits & self.mask == self.wanted


def _check(cause: str, has: InSet = NOTHING, lacks: InSet = NOTHING) -> _Asked:
    return _Asked(cause, int(has | lacks), int(has))


_UNSEEN = (_check("refused", S.REFUSED), _check("lost", S.LOST), _check("no_visit", lacks=S.VISITED))
_UNTREATED = (
    *_UNSEEN,
    _check("no_drug_needed", S.NO_DRUG_NEEDED),
    _check("irregular", S.MEDICATED, S.REGULAR),
    _check("no_drug"),
)
_DUE = (_check("overdue", S.OVERDUE), _check("overdue_waiting", S.OVERDUE_WAITING))
_IRREGULAR_PATTERN = (*_UNSEEN, *_DUE, _check("gap"))
_CHECKS: Final[dict[str, tuple[_Asked, ...]]] = {
    "management": (*_UNSEEN, _check("not_accepted")),
    "management_sz": (*_UNSEEN, _check("not_accepted")),
    "home_management": (*_UNSEEN, _check("not_accepted")),
    "standard": _IRREGULAR_PATTERN,
    "standard_sz": _IRREGULAR_PATTERN,
    "face_to_face": (*_UNSEEN, _check("not_in_person")),
    "medication": _UNTREATED,
    "medication_sz": _UNTREATED,
    "regular_medication": _UNTREATED,
    "regular_medication_sz": _UNTREATED,
    "stability": (_check("unstable"),),
    "latest_stability": (*_UNSEEN, _check("not_stable")),
    "examination": (_check("refused", S.REFUSED), _check("lost", S.LOST), _check("not_examined")),
    "emergency_in_time": (_check("emergency_late"),),
    "loop_in_time": (
        _check("forms_late", lacks=S.FORMS_IN_TIME),
        _check("received_late", S.RECEIPT_OWED, lacks=S.RECEIVED_IN_TIME),
        _check("visited_late", S.VISIT_OWED, lacks=S.VISITED_IN_TIME),
        _check("not_closed"),
    ),
    "forms_in_time": (_check("forms_late"),),
    "received_in_time": (_check("received_late"),),
    "visited_in_time": (_check("visited_late"),),
    "entry_in_time": (_check("entered_late"),),
    "reassessment": (_check("not_reassessed"),),
    "agreements": (_check("unsigned"),),
    "subsidy": (_check("unsigned", lacks=S.SIGNED), _check("unpaid")),
    "insurance": (_check("uninsured"),),
    "rehabilitation": (_check("not_trained"),),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """What is counted below the line and not above it: how many, why, and by whose institution (None: nobody's), most first."""

    missing: int
    causes: tuple[tuple[str, int], ...]
    owners: tuple[tuple[int | None, int], ...]


def gap_of(indicator: Indicator, prefix: str, alike: Iterable[Alike]) -> Gap:
    """Of the rows below a place. An indicator that nobody explains (lost, deaths) has the numerator itself as its gap."""
    lacks = _lacking(indicator)
    causes: Counter[str] = Counter()
    owners: Counter[int | None] = Counter()
    for one in alike:
        lacking = lacks(one) if one.area_code.startswith(prefix) else 0
        if lacking:
            causes[cause_of(indicator.code, one.bits)] += lacking
            owners[one.agency_id] += lacking
    return Gap(causes.total(), _most_first(causes), _most_first(owners))


def cause_of(code: str, bits: int) -> str:
    return next((check.cause for check in _CHECKS.get(code, ()) if check.holds(bits)), UNEXPLAINED)


def states_of(bits: int) -> tuple[str, ...]:
    """What somebody's state asks for, whatever they are counted in: declined, lost, unseen, overdue, visited and not yet confirmed."""
    return tuple(check.cause for check in (*_UNSEEN, *_DUE) if check.holds(bits))


def _lacking(indicator: Indicator) -> Callable[[Alike], int]:
    """How many of such rows are counted below the line and not above it."""
    above, below = _asked(indicator.numerator), _asked(indicator.denominator)
    if indicator.is_good is False:
        return lambda one: one.rows if above.holds(one.bits) else 0
    if indicator.numerator.weight is Weight.VISITS_IN_TIME:
        late = ADDED_UP[Weight.VISITS_LATE]
        return lambda one: late(one) if below.holds(one.bits) else 0
    return lambda one: one.rows if below.holds(one.bits) and not above.holds(one.bits) else 0


def _asked(figure: Figure) -> _Asked:
    return _check(figure.name, figure.flags, figure.without)


def _most_first(counted: Counter[Key]) -> tuple[tuple[Key, int], ...]:
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], str(item[0]))))
