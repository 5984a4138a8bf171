"""One row's cells by field, with what is found wrong in them while the row is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from app.core.identity import Sex, contradictions
from app.core.names import Name
from app.core.reasons import Reason, reason
from app.core.workbooks.sheet import Cell
from app.roster.rules import cells, days
from app.roster.rules.cells import CellError, Identity
from app.roster.rules.columns import Field
from app.roster.rules.entry import Finding, Noted, PersonPart
from app.roster.rules.header import MappedColumn, SheetMapping
from app.roster.rules.places import AreaIndex

T = TypeVar("T")


@dataclass(frozen=True)
class Setting:
    """What all rows of a sheet share."""

    mapping: SheetMapping
    areas: AreaIndex
    today: date
    date1904: bool
    town: str  # of a sheet or section that is one town's; empty where a column names it


class RowCells:
    """One row's cells by field, and what was found in them."""

    def __init__(self, setting: Setting, row: int, values: list[Cell], columns: Mapping[Field, MappedColumn]) -> None:
        self.setting = setting
        self.row = row
        self.noted = Noted()
        self._values = values
        self._columns = columns

    def has(self, field: Field) -> bool:
        """Whether the sheet has a column for the field."""
        return field in self._columns

    def cell(self, field: Field) -> Cell:
        column = self._columns.get(field)
        return self.at(column) if column else None

    def at(self, column: MappedColumn) -> Cell:
        return self._values[column.index] if column.index < len(self._values) else None

    def filled(self, *fields: Field) -> bool:
        return any(not cells.says_nothing(self.cell(field)) for field in fields)

    def header(self, field: Field) -> str:
        column = self._columns.get(field)
        return column.header if column else ""

    def read(self, field: Field, how: Callable[[Cell], T | None]) -> T | None:
        """The field's value by `how`; None when empty or unreadable (then the error is noted)."""
        try:
            return how(self.cell(field))
        except CellError as unreadable:
            self.error(field, unreadable.why)
            return None

    def read_softly(self, field: Field, how: Callable[[Cell], T | None]) -> T | None:
        """As `read`, but what cannot be read is only left out, with a warning."""
        try:
            return how(self.cell(field))
        except CellError as unreadable:
            self.warn(field, unreadable.why)
            return None

    def error(self, field: Field, why: Reason) -> None:
        self.noted.errors.append(self._finding(field, why))

    def warn(self, field: Field, why: Reason) -> None:
        self.noted.warnings.append(self._finding(field, why))

    def error_at(self, column: MappedColumn, why: Reason) -> None:
        """An error in a column that repeats its field (payments by quarter)."""
        field = (column.field or Field.IGNORED).value
        sheet = self.setting.mapping.sheet
        self.noted.errors.append(Finding(sheet, self.row, column.header, field, why, column.letter))

    def wrong(self, *fields: Field) -> bool:
        """Whether one of the fields already has an error."""
        return any(finding.field in fields for finding in self.noted.errors)

    def _finding(self, field: Field, why: Reason) -> Finding:
        column = self._columns.get(field)
        header, letter = (column.header, column.letter) if column else ("", "")
        return Finding(self.setting.mapping.sheet, self.row, header, field.value, why, letter)


def required_name(row: RowCells, field: Field) -> Name | None:
    """A name that must not be missing."""
    name = row.read(field, cells.name)
    if name is None and not row.wrong(field):
        row.error(field, reason("core.name.empty"))
    _warn_name(row, field, name)
    return name


def _warn_name(row: RowCells, field: Field, name: Name | None) -> None:
    for why in name.warnings if name else ():
        row.warn(field, why)


def identity_in(row: RowCells, field: Field) -> Identity | None:
    """A valid ID number; None when empty or, with the error noted, unreadable."""
    return row.read(field, lambda cell: cells.id_number(cell, row.setting.today))


def person_of(name: Name, identity: Identity, phones: tuple[str, ...], address: str = "") -> PersonPart:
    """Somebody with a number: sex and birth date are what the number says."""
    checked = identity.checked
    sex = checked.sex or Sex.UNKNOWN
    return PersonPart(name.text, checked.kind, checked.number, sex, checked.born_on, phones, address)


def check_against_number(
    row: RowCells, identity: Identity | None, id_field: Field, sex_field: Field, birth_field: Field
) -> None:
    """Sex and birth date as typed must be those of the number; where both differ, the number is the likelier error."""
    sex = row.read(sex_field, cells.sex)
    today, date1904 = row.setting.today, row.setting.date1904
    birth = row.read(birth_field, lambda cell: days.partial_date(cell, today, date1904))
    if identity is None or identity.checked.born_on is None:
        return
    born_on = identity.checked.born_on
    found = contradictions(identity.checked, sex, None)
    differs = birth is not None and not birth.fits(born_on)
    if found and differs:
        row.error(id_field, reason("roster.id.person_differs"))
    elif found:
        row.error(sex_field, found[0])
    elif differs:
        row.error(birth_field, reason("core.id.birth_differs", born_on=born_on))


def phones_in(row: RowCells, field: Field) -> tuple[str, ...]:
    """The telephone numbers of a cell, the main one first."""
    found = row.read(field, cells.phones)
    for number in found.dropped if found else ():
        row.warn(field, reason("roster.phone.dropped", tail=number[-4:]))
    return found.numbers if found else ()
