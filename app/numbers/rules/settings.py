"""What a county has decided where the norm leaves a choice (domain 4.1–4.3); stored with every computation by value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

# Which wording of the sets computed a figure; raised whenever a statement of `queries` counts differently.
RULE_SET = "indicators-2026.2"
LONGEST_GRACE_DAYS = 7


class StandardMode(StrEnum):
    """How the visit pattern is judged; no public page gives the full computation, so the county decides."""

    INTERVAL = "interval"
    QUARTERLY = "quarterly"


class RegularMode(StrEnum):
    """Regular medication: every answer of the period, or the last one."""

    STRICT = "strict"
    LAST_VISIT = "last_visit"


class Denominators(StrEnum):
    """Medication rates over all registered (national reports 2017 and later) or over those managed (up to 2016)."""

    SINCE_2017 = "since_2017"
    BEFORE_2017 = "before_2017"


class FaceToFace(StrEnum):
    """Seen in person at least once in the period, or once in every half-year that has ended."""

    ONCE = "once"
    HALF_YEARLY = "half_yearly"


class ExaminedOf(StrEnum):
    """Physical examination of all registered or of those at home."""

    REGISTERED = "registered"
    AT_HOME = "at_home"


class PeriodMode(StrEnum):
    """Months and quarters from 1 January on, or by themselves."""

    CUMULATIVE = "cumulative"
    ALONE = "alone"


@dataclass(frozen=True, slots=True)
class StandardRules:
    """The mode and how many days late still count (0 to 7)."""

    mode: StandardMode = StandardMode.INTERVAL
    grace_days: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.grace_days <= LONGEST_GRACE_DAYS:
            raise ValueError("grace_days is 0 to 7")


@dataclass(frozen=True, slots=True)
class NumberSettings:
    """All of it, with the defaults of domain 4."""

    standard: StandardRules = field(default_factory=StandardRules)
    regular: RegularMode = RegularMode.STRICT
    denominators: Denominators = Denominators.SINCE_2017
    drops_no_drug_needed: bool = False
    face_to_face: FaceToFace = FaceToFace.ONCE
    examined_of: ExaminedOf = ExaminedOf.REGISTERED
    periods: PeriodMode = PeriodMode.CUMULATIVE

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> NumberSettings:
        standard = StandardRules(StandardMode(data["standard"]["mode"]), data["standard"]["grace_days"])
        return cls(
            standard,
            RegularMode(data["regular"]),
            Denominators(data["denominators"]),
            data["drops_no_drug_needed"],
            FaceToFace(data["face_to_face"]),
            ExaminedOf(data["examined_of"]),
            PeriodMode(data["periods"]),
        )
