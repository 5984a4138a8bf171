"""Lists that other offices send before a run is prepared, and what a match on them means: a hold, never a refusal."""

from __future__ import annotations

from enum import StrEnum


class ListKind(StrEnum):
    DEREGISTERED = "deregistered"  # 公安注销户口
    FUNERAL = "funeral"  # 殡葬火化
    IN_HOSPITAL = "in_hospital"  # 医保住院结算
    IN_CUSTODY = "in_custody"  # 服刑羁押
    MOVED_OUT = "moved_out"  # 户口迁出


class HitKind(StrEnum):
    HIT = "hit"  # the ID number is the same
    NEAR = "near"  # name and birth date are the same, or the last four of the number


class HitState(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"  # it is this person; the register was put right
    DISMISSED = "dismissed"  # somebody else, or the list is wrong
