"""What only the whole file shows: one number on two lines, guardians who are patients, accounts and agreements used twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.core.reasons import Reason, reason
from app.guardians.rules import MANY_PATIENTS
from app.roster.rules.columns import Field
from app.roster.rules.entry import GuardianPart, PersonPart
from app.roster.rules.row_cells import RowCells


@dataclass
class Line:
    """One line while the file is being compared with itself. The parts are there as far as they could be read."""

    cells: RowCells
    patient: PersonPart | None
    first: GuardianPart | None
    second: GuardianPart | None
    agreement_number: str | None

    @property
    def where(self) -> Reason:
        return reason("roster.row", sheet=self.cells.setting.mapping.sheet, row=self.cells.row)

    @property
    def good(self) -> bool:
        return not self.cells.noted.errors


@dataclass
class _Guardian:
    """What the first line that named a guardian said."""

    line: Line
    name: str
    account: str | None
    patients: set[str] = field(default_factory=set)


def compare_lines(lines: list[Line]) -> None:
    """Note the errors and warnings that lines give each other. A line with an error of its own takes nothing from a good one."""
    _patients_once(lines)
    _agreements_once(lines)
    _guardians_are_not_patients(lines)
    _guardians_agree(lines)
    _accounts_shared(lines)


def _good_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: not line.good)


def _patients_once(lines: list[Line]) -> None:
    seen: dict[str, Line] = {}
    for line in _good_first(lines):
        if line.patient is None:
            continue
        earlier = seen.setdefault(line.patient.id_number, line)
        if earlier is not line:
            line.cells.error(Field.PATIENT_ID, reason("roster.patient.twice", row=earlier.where))


def _agreements_once(lines: list[Line]) -> None:
    seen: dict[str, Line] = {}
    for line in _good_first(lines):
        if not line.agreement_number:
            continue
        earlier = seen.setdefault(line.agreement_number, line)
        if earlier is not line:
            line.cells.error(Field.AGREEMENT_NUMBER, reason("roster.agreement.twice", row=earlier.where))


def _guardians_are_not_patients(lines: list[Line]) -> None:
    patients = {line.patient.id_number: line for line in lines if line.patient}
    for line in lines:
        if line.first is None or line.cells.wrong(Field.FIRST_ID):
            continue
        found = patients.get(line.first.person.id_number)
        if found and found is not line:
            line.cells.error(Field.FIRST_ID, reason("roster.first.is_patient", row=found.where))


def _guardians_agree(lines: list[Line]) -> None:
    """One ID number is one name and one account, on however many lines it stands."""
    seen: dict[str, _Guardian] = {}
    for line in _good_first(lines):
        if line.first is None:
            continue
        person, account = line.first.person, line.first.account
        known = seen.setdefault(person.id_number, _Guardian(line, person.name, account.number if account else None))
        if known.name != person.name:
            line.cells.error(Field.FIRST_NAME, reason("roster.first.other_name", row=known.line.where))
        elif account and known.account and known.account != account.number:
            line.cells.error(Field.ACCOUNT, reason("roster.account.differs", row=known.line.where))
        known.account = known.account or (account.number if account else None)
        if line.patient:
            known.patients.add(line.patient.id_number)
            if len(known.patients) == MANY_PATIENTS:
                line.cells.warn(Field.FIRST_NAME, reason("roster.first.many", count=MANY_PATIENTS))


def _accounts_shared(lines: list[Line]) -> None:
    holders: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        if line.first and line.first.account:
            holders[line.first.account.number].add(line.first.person.id_number)
            if len(holders[line.first.account.number]) > 1:
                line.cells.warn(Field.ACCOUNT, reason("roster.account.shared"))
