"""What the form of a crisis call says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.core.identity import Sex
from app.incidents.rules.crisis import AgeBand, CallChannel, Caller, CallOutcome, DangerNow, NoPolice
from app.incidents.rules.emergencies import PoliceTold


@dataclass(frozen=True)
class TakeCall:
    """A call begins: one tap, so that writing does not keep the caller waiting."""

    submission_key: str
    channel: CallChannel


@dataclass(frozen=True)
class WriteCall:
    """The call as far as it is known; `version` is the one that was shown."""

    version: int
    danger: DangerNow | None = None
    dangers: int = 0
    age: AgeBand = AgeBand.UNKNOWN
    caller: Caller | None = None
    area_code: str = ""
    name: str = field(default="", repr=False)
    sex: Sex = Sex.UNKNOWN
    place: str = field(default="", repr=False)
    told: str = field(default="", repr=False)
    caller_phone: str = field(default="", repr=False)
    police_told_at: datetime | None = None
    police_told: PoliceTold | None = None
    no_police: NoPolice | None = None
    ambulance_told_at: datetime | None = None
    family_told_at: datetime | None = None
    family_told: str = field(default="", repr=False)
    outcome: CallOutcome | None = None
