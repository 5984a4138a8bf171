"""Appraising towns and institutions (精准考评): a scheme as data, what may not be scored, and how marks fall.

Marks are hundredths of a mark, rates and targets hundredths of a per cent. People are never scored: an item is a rate of a unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from app.core.reasons import Reason, reason
from app.numbers.rules.indicators import ALSO_COUNTED, Indicator, indicators
from app.numbers.rules.membership import InSet, Weight
from app.numbers.rules.settings import NumberSettings

TOTAL = 10_000  # a hundred marks
MOST_ITEMS = 16
SMALL = 5  # a rate of fewer than this says little
LONGEST_TITLE, LONGEST_TEXT = 60, 300
LONGEST_TERM = 30  # working days for an objection


class Whom(StrEnum):
    """Whose marks an item moves."""

    ALL = "all"
    TOWNS = "towns"
    INSTITUTIONS = "institutions"


class UnitKind(StrEnum):
    TOWN = "town"
    INSTITUTION = "institution"


class Way(StrEnum):
    """How marks fall."""

    LINEAR = "linear"  # so many marks for each percentage point below the target, in proportion
    STEPS = "steps"  # so many marks for each step below the target, a begun one is whole
    CASES = "cases"  # so many marks for each case


class SchemeState(StrEnum):
    PROPOSED = "proposed"
    ADOPTED = "adopted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AppraisalState(StrEnum):
    PREVIEW = "preview"
    PUBLISHED = "published"
    FINAL = "final"
    DROPPED = "dropped"  # a preview that was not published


class ObjectionState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    TURNED_DOWN = "turned_down"


SCHEME_MOVES: Final = tuple(
    (SchemeState.PROPOSED, to) for to in (SchemeState.ADOPTED, SchemeState.REFUSED, SchemeState.WITHDRAWN)
)
APPRAISAL_MOVES: Final = (
    (AppraisalState.PREVIEW, AppraisalState.PUBLISHED),
    (AppraisalState.PREVIEW, AppraisalState.DROPPED),
    (AppraisalState.PUBLISHED, AppraisalState.FINAL),
)
OBJECTION_MOVES: Final = tuple((ObjectionState.OPEN, to) for to in (ObjectionState.UPHELD, ObjectionState.TURNED_DOWN))

_OF_WHOM: Final = {
    UnitKind.TOWN: frozenset({Whom.ALL, Whom.TOWNS}),
    UnitKind.INSTITUTION: frozenset({Whom.ALL, Whom.INSTITUTIONS}),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a scheme. `source`: code of an indicator. No more than `cap` is deducted, which is at most the full `marks`."""

    source: str
    whom: Whom
    marks: int
    way: Way
    each: int
    cap: int
    # of a rate
    target: int | None = None
    step: int | None = None

    def is_for(self, kind: UnitKind) -> bool:
        return self.whom in _OF_WHOM[kind]

    def to_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "whom": self.whom.value,
            "marks": self.marks,
            "way": self.way.value,
            "each": self.each,
            "cap": self.cap,
            "target": self.target,
            "step": self.step,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Item:
        fixed = {"whom": Whom(data["whom"]), "way": Way(data["way"])}
        return cls(**{**data, **fixed})


_DEFAULT: Final = NumberSettings()
_INDICATORS: Final = {one.code: one for one in indicators(_DEFAULT)}
# counts that local schemes like to deduct for; offered so that whoever looks for one reads why it is not taken
COUNTS: Final = tuple(
    dict.fromkeys(
        [
            *("offended", "died", "lost", "locked_up", "emergencies", "discharges"),
            *(figure.name for figure in ALSO_COUNTED),
        ]
    )
)
# what a unit would gain by: the words stand under numbers.appraisal.refused.<word>
_REWARDS: Final = {
    "prevalence": "prevalence",
    "newly_registered": "registering",
    "stability": "stability",
    "latest_stability": "stability",
    "lost": "lost",
    "death": "death",
    "died": "death",
    "locked_up": "locked_up",
    "offending": "incidents",
    "offending_per_10000": "incidents",
    "offended": "incidents",
    "emergencies": "incidents",
    "discharges": "discharges",
    "high_level": "high_level",
    "refused": "refusing",
    "overdue": "register",
    "overdue_waiting": "register",
}
# rates that leave somebody out of the denominator, or could be mended by not recording, and the rates that make up for it
_PAIRED: Final = {
    "home_management": (("management", "standard"), "lost_left_out"),
    "entry_in_time": (("standard", "management", "face_to_face"), "not_entered"),
}
# rates that rest on what the unit itself writes down: no reason to refuse, one to look
_SELF_REPORTED: Final = frozenset(
    {
        "medication",
        "regular_medication",
        "medication_sz",
        "regular_medication_sz",
        "rehabilitation",
        "emergency_in_time",  # one that nobody writes down is not late
    }
)
_BY_LEVEL: Final = frozenset({"agreements", "subsidy", "insurance", "reassessment"})
_EVENTS: Final = InSet.EMERGENCY | InSet.DISCHARGE | InSet.LOOP_OWED | InSet.RECEIPT_OWED | InSet.VISIT_OWED
_DUTIES: Final = _EVENTS | InSet.REASSESSMENT_OWED


def sources() -> tuple[str, ...]:
    """Codes of every rate, in the order in which they are printed."""
    return tuple(_INDICATORS)


def refusal(item: Item, others: Iterable[Item]) -> Reason | None:
    """Why an item may not be scored: what it would reward. None for one that may, beside the others of its scheme."""
    if item.source in _REWARDS:
        return reason(f"numbers.appraisal.refused.{_REWARDS[item.source]}")
    indicator = _INDICATORS.get(item.source)
    if indicator is None:
        return reason("numbers.appraisal.refused.person")
    if item.way is Way.CASES and (why := _not_by_cases(indicator)):
        return reason(f"numbers.appraisal.refused.{why}")
    if _is_event(indicator) and item.whom is not Whom.TOWNS:
        return reason("numbers.appraisal.refused.by_place")
    partners, why = _PAIRED.get(item.source, ((), ""))
    if partners and not any(other.source in partners and _covers(other, item) for other in others):
        return reason(f"numbers.appraisal.refused.{why}")
    return None


def caution(item: Item) -> Reason | None:
    """What to look at beside an item that may be scored."""
    if item.source in _SELF_REPORTED:
        return reason("numbers.appraisal.caution.self_reported")
    return reason("numbers.appraisal.caution.by_level") if item.source in _BY_LEVEL else None


def _not_by_cases(indicator: Indicator) -> str:
    """Why no marks are deducted for each case. An emergency that nobody writes down is in no denominator and would cost nothing."""
    if not _is_duty(indicator):
        return "register"
    return "not_recorded" if indicator.denominator.flags & InSet.EMERGENCY else ""


def _is_duty(indicator: Indicator) -> bool:
    """Each case is something that had to be done by a day; it is not the number of people that costs marks."""
    whole = indicator.denominator
    return bool(whole.flags & _DUTIES) or whole.weight is Weight.VISITS


def _is_event(indicator: Indicator) -> bool:
    """Emergencies and discharges belong to a place, not to an institution."""
    return bool(indicator.denominator.flags & _EVENTS)


def _covers(other: Item, item: Item) -> bool:
    return other.whom in (Whom.ALL, item.whom) and other.way is not Way.CASES


def faults(rows: Sequence[tuple[int, Item]], total: int = TOTAL) -> dict[str, list[Reason]]:
    """What is wrong with a scheme, by field: `source_3` for the third row; `""` for the whole."""
    found: dict[str, list[Reason]] = {}

    def say(name: str, why: Reason) -> None:
        found.setdefault(name, []).append(why)

    items = [item for _, item in rows]
    taken: set[str] = set()
    for n, item in rows:
        why = refusal(item, [other for other in items if other is not item])
        if item.source in taken:
            why = reason("numbers.appraisal.twice")
        taken.add(item.source)
        if why is not None:
            say(f"source_{n}", why)
        if item.cap > item.marks:
            say(f"cap_{n}", reason("numbers.appraisal.cap_over_marks"))
        if item.way is not Way.CASES and item.target is None:
            say(f"target_{n}", reason("numbers.appraisal.target_wanted"))
        if item.way is Way.STEPS and not item.step:
            say(f"step_{n}", reason("numbers.appraisal.step_wanted"))
    if not items:
        say("", reason("numbers.appraisal.no_items"))
    for kind in UnitKind:
        own = sum(item.marks for item in items if item.is_for(kind))
        if own not in (0, total):
            say("", reason(f"numbers.appraisal.sum.{kind}", sum=written(own), total=written(total)))
    return found


@dataclass(frozen=True, slots=True)
class Scored:
    """What a unit has in an item. `deduction` None: nothing to count, so that the item is not scored."""

    item: Item
    numerator: int
    denominator: int
    deduction: int | None

    @property
    def marks(self) -> int | None:
        return None if self.deduction is None else self.item.marks - self.deduction

    @property
    def is_small(self) -> bool:
        return 0 < self.denominator < SMALL


def score(item: Item, counts: Mapping[str, int], settings: NumberSettings) -> Scored:
    """From a unit's figures."""
    indicator = next(one for one in indicators(settings) if one.code == item.source)
    part, whole = counts.get(indicator.numerator.name, 0), counts.get(indicator.denominator.name, 0)
    if whole == 0:
        return Scored(item, part, whole, None)
    return Scored(item, part, whole, min(item.cap, _rounded(_falls(item, part, whole))))


def _falls(item: Item, part: int, whole: int) -> Fraction:
    if item.way is Way.CASES:
        return Fraction(item.each * (whole - part))
    short = max(Fraction(0), Fraction(item.target or 0) - Fraction(part * 10_000, whole))
    if item.way is Way.LINEAR:
        return item.each * short / 100
    return Fraction(item.each * -(-short // (item.step or 100)))


def total_of(rows: Iterable[tuple[int, int | None]], total: int = TOTAL) -> int | None:
    """A unit's score from (full marks, marks or None). What could not be scored is shared out over the rest in proportion;
    None where nothing could."""
    scored = [(full, marks) for full, marks in rows if marks is not None]
    whole = sum(full for full, _ in scored)
    return _rounded(Fraction(sum(marks for _, marks in scored) * total, whole)) if whole else None


def _rounded(value: Fraction) -> int:
    """Half up, once."""
    return int((2 * value + 1) // 2)


def written(marks: int) -> str:
    """8250 → `82.5`."""
    whole, rest = divmod(abs(marks), 100)
    return ("-" if marks < 0 else "") + f"{whole}.{rest:02d}".rstrip("0").rstrip(".")


def suggested() -> tuple[Item, ...]:
    """A scheme to begin with: targets of domain 4.4, and clocks that are a hundred per cent by law of the house."""

    def rate(source: str, whom: Whom, marks: int, target: int, each: int = 50) -> Item:
        return Item(source, whom, marks, Way.LINEAR, each, marks, target)

    return (
        rate("standard", Whom.ALL, 2500, 8000, 100),
        rate("management", Whom.ALL, 2000, 8000, 100),
        rate("home_management", Whom.ALL, 1000, 9500),
        rate("management_sz", Whom.ALL, 1000, 8000),
        rate("examination", Whom.INSTITUTIONS, 1500, 6000),
        rate("entry_in_time", Whom.INSTITUTIONS, 1000, 9500),
        Item("reassessment", Whom.INSTITUTIONS, 1000, Way.STEPS, 100, 1000, 10_000, 500),
        rate("agreements", Whom.TOWNS, 1000, 9000),
        rate("rehabilitation", Whom.TOWNS, 500, 1000),
        rate("emergency_in_time", Whom.TOWNS, 1000, 9500),
        Item("received_in_time", Whom.TOWNS, 500, Way.CASES, 100, 500),
        Item("visited_in_time", Whom.TOWNS, 500, Way.CASES, 100, 500),
    )
