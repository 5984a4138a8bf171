"""Submitting a report and why its numbers differ from today's, as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.numbers.rules.membership import Figure

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
    LATE_ENTRY = "late_entry"  # 随访补录
    VISIT_CORRECTED = "visit_corrected"  # 随访更正
    STATE_CORRECTED = "state_corrected"  # 管理状态、居住状态更正
    DIAGNOSIS_CHANGED = "diagnosis_changed"
    EXAMINATION_LATE = "examination_late"
    RULES_CHANGED = "rules_changed"  # the county counts otherwise now
    OTHER = "other"  # facts of other offices: money, insurance, events


@dataclass(frozen=True, slots=True)
class Counted:
    """Where and in which sets somebody is counted; None: not at all."""

    area_code: str
    bits: int


def gained_and_lost(
    before: Counted | None, now: Counted | None, figures: Iterable[Figure]
) -> tuple[list[Figure], list[Figure]]:
    """The figures that somebody counts in now and did not, and the other way round; a move alone changes none of a county."""
    was, stands = before.bits if before else None, now.bits if now else None
    gained, lost = [], []
    for figure in figures:
        counted_then = was is not None and figure.has(was)
        counted_now = stands is not None and figure.has(stands)
        if counted_now and not counted_then:
            gained.append(figure)
        if counted_then and not counted_now:
            lost.append(figure)
    return gained, lost
