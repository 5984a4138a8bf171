"""A workbook's sheets to checked rows, in one pass and without a database: `read_roster`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.core.reasons import Reason, reason
from app.core.workbooks.sheet import Cell, Sheet, is_blank, with_merged_rows_filled
from app.patients.rules import ManagementStatus
from app.roster.rules import cells, codes, guardian_parts, parts
from app.roster.rules.book import ROSTER
from app.roster.rules.checks import Line as FileLine
from app.roster.rules.checks import compare_lines
from app.roster.rules.columns import Field
from app.roster.rules.entry import (
    AgreementPart,
    DiagnosisPart,
    Finding,
    GuardianPart,
    PaymentPart,
    PersonPart,
    RosterRow,
    VisitPart,
)
from app.roster.rules.header import MappedColumn, Override, SheetMapping
from app.roster.rules.lines import Line, LineReader
from app.roster.rules.payments import PaymentColumns, payments
from app.roster.rules.places import AreaIndex, AreaNode
from app.roster.rules.row_cells import RowCells, Setting
from app.roster.rules.sheets import choose_sheets

MOST_PEOPLE = 10_000  # what is stored in one transaction, so that an import is whole or not at all
DITTO = frozenset(("同上", "〃", "″", '"', "''", "同前", "上同"))
# "The same as above" may be said of places and names of institutions, never of a person or a number.
MAY_REPEAT = frozenset((Field.COUNTY, Field.TOWN, Field.VILLAGE, Field.BANK, Field.DIAGNOSIS_HOSPITAL, Field.ETHNICITY))


@dataclass(frozen=True)
class RosterReading:
    """What a workbook says. `refused` stops it as a whole; else each data row is in `rows` or has its `errors`."""

    mappings: tuple[SheetMapping, ...]
    rows: tuple[RosterRow, ...]
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    # lines that are no persons: (sheet, Excel row number, kind)
    skipped: tuple[tuple[str, int, str], ...]
    # data rows, good or bad
    count: int
    refused: tuple[Reason, ...] = ()
    # sheets that were not read, and why
    left_out: tuple[tuple[str, Reason], ...] = ()

    @property
    def bad_rows(self) -> tuple[tuple[str, int], ...]:
        """(sheet, row number) of each row with an error, in order."""
        return tuple(dict.fromkeys((one.sheet, one.row) for one in self.errors))


def read_roster(
    sheets: Sequence[Sheet],
    areas: Iterable[AreaNode] | AreaIndex,
    today: date,
    overrides: Mapping[str, Override] | None = None,
) -> RosterReading:
    """Find the header on every visible sheet, read and check every data row, compare the rows with each other."""
    index = areas if isinstance(areas, AreaIndex) else AreaIndex(areas)
    chosen, left_out, refused = choose_sheets(sheets, today.year, overrides or {}, ROSTER)
    if refused:
        return RosterReading(tuple(one for _sheet, one in chosen), (), (), (), (), 0, refused, left_out)
    lines, skipped = list[_Drafted](), list[tuple[str, int, str]]()
    for sheet, mapping in chosen:
        found, passed = _read_sheet(sheet, mapping, index, today)
        lines += found
        skipped += passed
    compare_lines([line.compared for line in lines])
    if not lines:
        refused = (reason("roster.file.no_rows"),)
    elif len(lines) > MOST_PEOPLE:
        refused = (reason("roster.file.too_many_people", rows=len(lines), most=MOST_PEOPLE),)
    return RosterReading(
        tuple(one for _sheet, one in chosen),
        tuple(row for line in lines if (row := line.row()) is not None),
        tuple(one for line in lines for one in line.compared.cells.noted.errors),
        tuple(one for line in lines for one in line.compared.cells.noted.warnings),
        tuple(skipped),
        len(lines),
        refused,
        left_out,
    )


@dataclass
class _Drafted:
    """A data row with its parts as far as they could be read; a `RosterRow` if nothing was wrong."""

    compared: FileLine
    area_code: str
    diagnosis: DiagnosisPart | None
    level: int | None
    management: tuple[ManagementStatus, date | None]
    ethnic_code: str | None
    is_insured: bool | None
    agreement: AgreementPart | None
    visit: VisitPart | None
    payments: tuple[PaymentPart, ...]

    def row(self) -> RosterRow | None:
        line = self.compared
        if not line.good or line.patient is None or self.diagnosis is None:
            return None
        status, consent_on = self.management
        return RosterRow(
            sheet=line.cells.setting.mapping.sheet,
            row=line.cells.row,
            area_code=self.area_code,
            patient=line.patient,
            diagnosis=self.diagnosis,
            level=self.level,
            management=status,
            consent_on=consent_on,
            ethnic_code=self.ethnic_code,
            is_insured=self.is_insured,
            first=line.first,
            second=line.second,
            agreement=self.agreement,
            visit=self.visit,
            payments=self.payments,
        )


def _read_sheet(
    sheet: Sheet, mapping: SheetMapping, areas: AreaIndex, today: date
) -> tuple[list[_Drafted], list[tuple[str, int, str]]]:
    filled = with_merged_rows_filled(sheet, mapping.header_row)
    columns = {one.field: one for one in reversed(mapping.columns) if one.field and not one.quarter}
    paid = PaymentColumns.of(mapping.columns)
    town = "" if Field.TOWN in columns else _town_of(sheet, mapping, areas)
    reader = LineReader(mapping)
    drafted, skipped = list[_Drafted](), list[tuple[str, int, str]]()
    above: dict[int, Cell] = {}
    for number, values in enumerate(filled.rows[mapping.header_row :], mapping.header_row + 1):
        kind = reader.kind(values)
        if kind is not Line.PERSON:
            skipped += [(sheet.name, number, kind.value)] if kind is not Line.BLANK else []
            if kind is Line.NOTE and Field.TOWN not in columns:
                town = _section_town(values, areas) or town
            continue
        whole = _with_ditto(values, columns, above)
        setting = Setting(mapping, areas, today, sheet.date1904, town)
        drafted.append(_draft(RowCells(setting, number, whole, columns), paid))
    return drafted, skipped


def _town_of(sheet: Sheet, mapping: SheetMapping, areas: AreaIndex) -> str:
    """Where no column names the town, the sheet's name or a title line may: one sheet per town is common."""
    titles = [cell for row in sheet.rows[: mapping.header_row - 1] for cell in row if isinstance(cell, str)]
    return next((town for words in (sheet.name, *titles) if (town := areas.town_in(words))), "")


def _section_town(values: list[Cell], areas: AreaIndex) -> str | None:
    words = [cell for cell in values if isinstance(cell, str) and not is_blank(cell)]
    return areas.town_in(words[0]) if len(words) == 1 else None


def _with_ditto(values: list[Cell], columns: Mapping[Field, MappedColumn], above: dict[int, Cell]) -> list[Cell]:
    whole = list(values)
    for field in MAY_REPEAT & columns.keys():
        index = columns[field].index
        if index >= len(whole):
            continue
        cell = whole[index]
        if isinstance(cell, str) and cell.strip() in DITTO:
            whole[index] = above.get(index)
        else:
            above[index] = cell
    return whole


def _draft(row: RowCells, paid: PaymentColumns) -> _Drafted:
    area_code = parts.place(row)
    patient: PersonPart | None = parts.patient(row)
    diagnosis, level, management = parts.diagnosis(row), parts.risk_level(row), parts.management(row)
    parts.refuse_before_birth(row, patient, diagnosis, management[1])
    ethnic_code = row.read_softly(Field.ETHNICITY, codes.ethnic_code)
    is_insured = row.read_softly(Field.INSURED, cells.yes_no)
    first: GuardianPart | None = guardian_parts.first_guardian(row, patient)
    second = guardian_parts.second_guardian(row, patient, first)
    agreement = guardian_parts.agreement(row, first)
    visit = parts.last_visit(row, patient)
    line = FileLine(row, patient, first, second, agreement.number if agreement else None)
    made = payments(row, paid, first, second, agreement)
    return _Drafted(line, area_code, diagnosis, level, management, ethnic_code, is_insured, agreement, visit, made)
