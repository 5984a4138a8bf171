"""What forms say about an incident."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from app.core.identity import Sex
from app.core.money import Money
from app.incidents.rules.incidents import (
    Dismissal,
    Harm,
    IncidentKind,
    Insurance,
    Matter,
    Reporter,
    Victim,
    Whereabouts,
)


@dataclass(frozen=True)
class ReportIncident:
    """Told in a minute. `patient` (public id) or somebody else: name, if known, sex and village. Instants are aware."""

    submission_key: str
    kind: IncidentKind
    happened_at: datetime
    reporter: Reporter | None = None
    patient: str | None = None
    name: str = field(default="", repr=False)
    sex: Sex = Sex.UNKNOWN
    area_code: str = ""
    place: str = field(default="", repr=False)
    what: str = field(default="", repr=False)
    has_sought_help: bool | None = None


@dataclass(frozen=True)
class ConfirmIncident:
    """`patient` is the register's, where the group knows who it is; None leaves somebody who is not registered."""

    version: int
    kind: IncidentKind
    patient: str | None = None


@dataclass(frozen=True)
class FillIncident:
    """The record as far as it is known; `version` is the one that was shown."""

    version: int
    place: str = field(default="", repr=False)
    what: str = field(default="", repr=False)
    trigger: str = field(default="", repr=False)
    police_case: str = field(default="", repr=False)
    loss: Money | None = None
    whereabouts: Whereabouts | None = None
    insurance: Insurance | None = None
    has_sought_help: bool | None = None


@dataclass(frozen=True)
class AddHarm:
    submission_key: str
    victim: Victim
    harm: Harm
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    medical: Money | None = None


@dataclass(frozen=True)
class DismissIncident:
    version: int
    why: Dismissal


@dataclass(frozen=True)
class Decide:
    """One matter's outcome. `level` and `visit_by` go with their outcomes; `members` are users' public ids, besides who records it."""

    matter: Matter
    outcome: str
    words: str = field(default="", repr=False)
    level: int | None = None
    visit_by: date | None = None
    members: tuple[str, ...] = ()
    # the number that this decision was made after; 0 for the first
    after: int = 0
