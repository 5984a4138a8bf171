"""What pages say of duty checks, contacts and help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.core.money import Money
from app.core.quarter import Quarter
from app.guardians.rules.duty import NO_DUTY, CheckWay, ContactWay, Duty, Found, HelpGiven, HelpNeeded, Signer


@dataclass(frozen=True)
class RecordCheck:
    """One family's check of a quarter. `names` are copied from a paper sheet; `signs_as` is the recorder's own signature.

    `replaces` is the public id of the check that stood when the form was opened; None for a first check.
    """

    quarter: Quarter
    way: CheckWay
    checked_on: date
    key: str
    failed: Duty = NO_DUTY
    remarked: Duty = NO_DUTY
    names: Mapping[Signer, str] = field(default_factory=dict)
    signs_as: Signer | None = None
    replaces: str | None = None


@dataclass(frozen=True)
class SheetRow:
    """One family on a village's paper sheet, by the agreement's public id."""

    agreement: str
    failed: Duty = NO_DUTY
    remarked: Duty = NO_DUTY


@dataclass(frozen=True)
class EnterSheet:
    """A village's paper sheet as it came in; rows that were left out are not checked."""

    quarter: Quarter
    checked_on: date
    key: str
    names: Mapping[Signer, str]
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True)
class RecordContact:
    """The second guardian's contact of one day."""

    contacted_on: date
    way: ContactWay
    found: Found
    is_log_seen: bool
    key: str


@dataclass(frozen=True)
class RecordHelp:
    """One visit with help; `cash` is zero unless money was given."""

    visited_on: date
    office: Signer
    given: HelpGiven
    needed: HelpNeeded
    cash: Money
    key: str
