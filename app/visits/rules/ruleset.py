"""The thresholds of the visit rules as one versioned value, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any

from app.core.i18n import N_

_PUBLIC_HEALTH = N_("国家基本公共卫生服务规范（第三版）")
_NORM = N_("严重精神障碍管理治疗工作规范（2018年版）")
_OURS = N_("系统默认设置")


class SocialPoor(StrEnum):
    """When social function as a whole counts as poor: any applicable item, or more than half of them."""

    ANY = "any"
    MAJORITY = "majority"


def _threshold(default: Any, source: str) -> Any:
    return field(default=default, metadata={"source": source})


@dataclass(frozen=True, slots=True)
class VisitRules:
    """One version. Days and months are whole numbers; levels are 0 to 5. ValueError for what makes no sense."""

    version: str = "2026.1"
    # next visit (domain 2.4)
    unstable_days: int = _threshold(14, _PUBLIC_HEALTH)
    intervention_days: int = _threshold(14, _PUBLIC_HEALTH)
    stable_months: int = _threshold(3, _PUBLIC_HEALTH)
    not_stable_months: int = _threshold(1, _PUBLIC_HEALTH)
    visits_a_year: int = _threshold(4, _PUBLIC_HEALTH)
    # after discharge, release, being found, moving in or being registered (domain 1.4, 2.6)
    after_event_days: int = _threshold(14, _OURS)
    # levels
    police_level: int = _threshold(3, _NORM)
    self_harm_level: int = _threshold(4, _PUBLIC_HEALTH)
    joint_visit_level: int = _threshold(2, _NORM)
    social_poor: SocialPoor = field(default=SocialPoor.ANY, metadata={"source": _OURS})
    # a visit is entered in time within so many working days
    late_entry_working_days: int = _threshold(10, _NORM)
    # so many attempts without contact on different days propose *lost*; the next within so many days
    lost_after_attempts: int = _threshold(3, _PUBLIC_HEALTH)
    attempt_again_days: int = _threshold(7, _OURS)
    # while in hospital, in custody or lost the due date rests; so often somebody asks how things stand
    inpatient_check_months: int = _threshold(1, _OURS)
    custody_check_months: int = _threshold(3, _OURS)
    lost_check_months: int = _threshold(1, _OURS)
    # a locked-up patient is to be freed within so many days
    unlocking_days: int = _threshold(7, _OURS)
    # without seeing the patient in person for so long the care team is told
    unseen_months: int = _threshold(6, _NORM)
    # colours of the work list
    due_soon_days: int = _threshold(7, _OURS)
    long_overdue_days: int = _threshold(30, _OURS)

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if one.type == "int" and (type(value) is not int or not 0 <= value <= 3660):
                raise ValueError(f"{one.name} is a whole number from 0")
        if not self.version or not isinstance(self.social_poor, SocialPoor):
            raise ValueError("a version and a known way to judge social function are needed")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> VisitRules:
        """The stored version; a threshold that it does not know yet has its default. ValueError if unknown."""
        unknown = stored.keys() - {one.name for one in fields(cls)}
        if unknown:
            raise ValueError(f"unknown threshold: {min(unknown)}")
        values = dict(stored)
        if "social_poor" in values:
            values["social_poor"] = SocialPoor(values["social_poor"])
        return cls(**values)

    @classmethod
    def sources(cls) -> dict[str, str]:
        """Where each threshold comes from."""
        return {one.name: one.metadata["source"] for one in fields(cls) if one.metadata}
