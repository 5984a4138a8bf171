"""What an import is asked to do, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.core.reasons import Reason
from app.roster.rules.entry import Finding


class Mode(StrEnum):
    ALL = "all"  # all or nothing
    GOOD_ROWS = "good_rows"  # store what is good, hand the rest back
    DRY_RUN = "dry_run"  # say what would happen


class Outcome(StrEnum):
    """What became of one row."""

    CREATED = "created"
    FILLED = "filled"  # known patient, empty fields filled
    MATCHED = "matched"  # a visit that was typed here stands in the national system too, and is ticked
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class RowResult:
    """`proposals` are changes that the import did not make: a person decides them on the patient's page."""

    sheet: str
    row: int
    outcome: Outcome
    patient_id: int | None = None
    proposals: tuple[Reason, ...] = ()
    # of a list of visits: (the patient's, the visit's) public ids, where the visit stands
    visit: tuple[str, str] | None = None


@dataclass(frozen=True)
class Namesake:
    """A row whose patient is known by name and birth date only: a person says whether it is this one."""

    sheet: str
    row: int
    visited_on: date
    name: str
    born_on: date | None
    village: str
    patient: str

    @property
    def mark(self) -> str:
        """What the form sends back when it is."""
        return f"{self.row}:{self.sheet}"


@dataclass(frozen=True)
class ImportResult:
    """`is_stored` is False for a dry run and for a file that was refused as a whole. `public_id` names the stored import."""

    mode: Mode
    rows: int
    is_stored: bool
    results: tuple[RowResult, ...] = ()
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    refused: tuple[Reason, ...] = ()
    public_id: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    namesakes: tuple[Namesake, ...] = ()

    def count(self, outcome: Outcome) -> int:
        return sum(one.outcome is outcome for one in self.results)

    @property
    def stored(self) -> int:
        """Rows that changed anything."""
        changed = (Outcome.CREATED, Outcome.FILLED, Outcome.MATCHED)
        return sum(one.outcome in changed for one in self.results) if self.is_stored else 0

    @property
    def bad_rows(self) -> int:
        return len({(one.sheet, one.row) for one in self.errors})

    @property
    def has_errors(self) -> bool:
        return bool(self.errors or self.refused)
