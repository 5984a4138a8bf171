"""What forms say about plans, groups and their meetings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.patients.rules import TeamPart
from app.patients.rules_support import MeetingDecision, MeetingTopic, PlanAim


@dataclass(frozen=True)
class PlannedStep:
    """`what` in everyday words: the family reads it."""

    aim: PlanAim
    what: str
    part: TeamPart
    by_on: date


@dataclass(frozen=True)
class MakePlan:
    """`submission_key` is made with the form."""

    submission_key: str
    made_on: date
    review_on: date
    steps: tuple[PlannedStep, ...]
    wishes: str = ""


@dataclass(frozen=True)
class AddGroupMember:
    part: TeamPart
    name: str
    from_on: date
    post: str = ""
    phone: str = ""
    is_lead: bool = False


@dataclass(frozen=True)
class Decided:
    """One decision of a meeting; `note` a few words without anybody's name."""

    what: MeetingDecision
    note: str
    part: TeamPart | None = None
    by_on: date | None = None


@dataclass(frozen=True)
class RecordMeeting:
    """`present` are ids of members."""

    held_on: date
    present: tuple[int, ...]
    topics: tuple[MeetingTopic, ...]
    decisions: tuple[Decided, ...] = ()
