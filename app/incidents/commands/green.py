"""What forms say about the way to a hospital, the green channel and delivery rounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from app.incidents.rules.green import GreenKind, GreenRefusal, GreenState, LineState, Receiver
from app.incidents.rules.reception import ReceptionRefusal, ReceptionState, Transport


@dataclass(frozen=True)
class AskHospital:
    """`hospital` is the public id of one that works here, or `name` of another."""

    submission_key: str
    transport: Transport
    hospital: str = ""
    name: str = ""
    escorts: str = field(default="", repr=False)


@dataclass(frozen=True)
class AnswerReception:
    to: ReceptionState
    at: datetime
    refusal: ReceptionRefusal | None = None
    name: str = ""


@dataclass(frozen=True)
class AskGreen:
    submission_key: str
    kind: GreenKind
    wanted_on: date
    hospital: str = ""
    drug: str = ""
    days: int | None = None
    note: str = field(default="", repr=False)


@dataclass(frozen=True)
class MoveGreen:
    """`on` is the day on which it was done: the medicine handed over, the stay begun."""

    version: int
    to: GreenState
    refusal: GreenRefusal | None = None
    on: date | None = None


@dataclass(frozen=True)
class PlanRound:
    """Lines are the public ids of supplies that run out, whose drug is brought again."""

    submission_key: str
    area_code: str
    source: str
    planned_on: date
    supplies: tuple[str, ...]


@dataclass(frozen=True)
class AnswerLine:
    to: LineState
    on: date
    receiver: Receiver | None = None
