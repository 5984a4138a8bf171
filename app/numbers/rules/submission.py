"""Submitting a report and why its numbers differ from today's, as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.numbers.rules.membership import ADDED_UP, Figure, Weight

LONGEST_REASON = 200


class SubmissionState(StrEnum):
    PROPOSED = "proposed"  # a revision that waits for the second person
    SUBMITTED = "submitted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


MOVES = tuple(
    (SubmissionState.PROPOSED, to)
    for to in (SubmissionState.SUBMITTED, SubmissionState.REFUSED, SubmissionState.WITHDRAWN)
)


class Cause(StrEnum):
    """What was learned after a report was computed, about somebody who is counted otherwise now."""

    EXCLUDED = "excluded"  # 排除
    MERGED = "merged"  # 重复并档
    DEATH_LEARNED = "death_learned"  # 死亡迟报
    REGISTERED_LATE = "registered_late"  # 补登
    MOVED = "moved"  # 迁移
    AGENCY_CHANGED = "agency_changed"  # 责任单位变更, without a move
    LATE_ENTRY = "late_entry"  # 随访补录
    VISIT_CORRECTED = "visit_corrected"  # 随访更正
    STATE_CORRECTED = "state_corrected"  # 管理状态、居住状态更正
    DIAGNOSIS_CHANGED = "diagnosis_changed"
    EXAMINATION_LATE = "examination_late"
    RULES_CHANGED = "rules_changed"  # the county counts otherwise now
    OTHER = "other"  # facts of other offices: money, insurance, events


@dataclass(frozen=True, slots=True)
class Counted:
    """Where, by whose institution, in which sets and with how many visits somebody is counted; None: not at all."""

    area_code: str
    bits: int
    agency_id: int | None = None
    visits: int = 0
    visits_in_time: int = 0

    def amount_in(self, figure: Figure) -> int:
        """What the row adds to a figure."""
        if not figure.has(self.bits):
            return 0
        adds = ADDED_UP.get(figure.weight)
        return adds(self) if adds is not None else int(figure.weight is Weight.ROWS)


def changes_of(before: Counted | None, now: Counted | None, figures: Iterable[Figure]) -> list[tuple[Figure, int]]:
    """By how much somebody counts more, or less, in which figures: what was gained first. A move alone changes none of a county."""
    amounts = (
        (figure, (now.amount_in(figure) if now else 0) - (before.amount_in(figure) if before else 0))
        for figure in figures
    )
    changed = [(figure, by) for figure, by in amounts if by]
    return sorted(changed, key=lambda change: change[1] < 0)
