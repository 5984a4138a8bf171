"""The national system's register to rows that can be compared, in one pass and without a database: `read_national`.

A cell that cannot be read is left out and counted: it is not compared, and nothing is said to differ because of it. A row whose person
cannot be told is known by its number and why.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from app.core.dates import parse_date
from app.core.reasons import Reason, reason
from app.core.workbooks.sheet import Cell, Sheet, with_merged_rows_filled
from app.patients.rules import DiagnosisCategory
from app.roster.rules import cells, days, illness
from app.roster.rules.cells import CellError
from app.roster.rules.columns import Field
from app.roster.rules.header import Override, SheetMapping
from app.roster.rules.lines import Line, LineReader
from app.roster.rules.listed_rows import TAIL, is_tail
from app.roster.rules.national import TheirState
from app.roster.rules.national_columns import NATIONAL
from app.roster.rules.places import AreaIndex
from app.roster.rules.row_cells import RowCells, Setting
from app.roster.rules.sheets import choose_sheets
from app.roster.rules.visit_rows import Who

MOST_PATIENTS = 60_000
_MASK = "*"
_STATES: tuple[tuple[re.Pattern[str], TheirState], ...] = tuple(
    (re.compile(words), state)
    for words, state in (
        (r"死亡|去世|已故|身故|病故|dead|died", TheirState.DEAD),
        (r"未迁出|未死亡", TheirState.REGISTERED),
        (r"失访|走失|下落不明|去向不明|lost", TheirState.LOST),
        (r"迁出|转出|外迁|迁往|已迁|moved", TheirState.MOVED_OUT),
        (r"排除|误诊|注销|出组|删除|重复|非六类|剔除|closed|excluded", TheirState.CLOSED),
        (r"拒绝|不同意|拒访|拒管|refused", TheirState.REFUSED),
        (
            r"在册|在管|管理|正常|存活|健在|在世|居家|住院|同意|^是$|^y|registered|managed|alive|active",
            TheirState.REGISTERED,
        ),
    )
)
_NOT_REGISTERED = frozenset(("否", "不在册", "非在册"))


@dataclass(frozen=True, slots=True)
class NationalRow:
    """What a row says; what it does not say, or nobody can read, is empty. `why`: the person cannot be told, by a code of texts.

    `area_code` is a village, or a town where no more is said. `asks_visit`: the export has a column of last visits, so that an empty cell
    says that none stands there.
    """

    sheet: int
    row: int
    name: str = ""
    number: str = ""
    tail: str = ""
    record_number: str = ""
    born_on: date | None = None
    diagnosis: DiagnosisCategory | None = None
    level: int | None = None
    state: TheirState | None = None
    died_on: date | None = None
    visited_on: date | None = None
    asks_visit: bool = False
    area_code: str = ""
    is_outside: bool = False
    place: str = ""
    agency: str = ""
    why: str = ""
    twice_of: int | None = None

    @property
    def is_gone(self) -> bool:
        """Dead, moved away or closed there: nobody to be looked for."""
        return self.state in (TheirState.DEAD, TheirState.MOVED_OUT, TheirState.CLOSED) or self.died_on is not None

    @property
    def record_numbers(self) -> tuple[str, ...]:
        return Who(self.name, record_number=self.record_number).record_numbers

    def stored(self) -> dict[str, Any]:
        """As plain JSON, what is empty left out."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name in _STORED
            if (value := getattr(self, name)) is not None and value is not False and value != ""
        }


_STORED = tuple(one.name for one in fields(NationalRow) if one.name not in ("sheet", "row"))


def row_of(sheet: int, row: int, stored: Mapping[str, Any]) -> NationalRow:
    """The row that `stored` gave."""
    values = dict(stored)
    for name in ("born_on", "died_on", "visited_on"):
        if name in values:
            values[name] = parse_date(values[name])
    if "diagnosis" in values:
        values["diagnosis"] = DiagnosisCategory(values["diagnosis"])
    if "state" in values:
        values["state"] = TheirState(values["state"])
    return NationalRow(sheet, row, **values)


@dataclass(frozen=True)
class NationalReading:
    """What an export says. `refused` stops it as a whole; `unread_cells`: item → in how many rows it was left out."""

    mappings: tuple[SheetMapping, ...]
    rows: tuple[NationalRow, ...] = ()
    unread_cells: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[Reason, ...] = ()
    left_out: tuple[tuple[str, Reason], ...] = ()

    @property
    def unread(self) -> tuple[NationalRow, ...]:
        return tuple(row for row in self.rows if row.why)


@dataclass
class _Found:
    rows: list[NationalRow] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)


def read_national(
    sheets: Sequence[Sheet], areas: AreaIndex, county: str, today: date, overrides: Mapping[str, Override] | None = None
) -> NationalReading:
    """Find the header on every visible sheet and read every data row. `county` is the name of the reader's."""
    chosen, left_out, refused = choose_sheets(sheets, today.year, overrides or {}, NATIONAL)
    mappings = tuple(one for _sheet, one in chosen)
    if refused:
        return NationalReading(mappings, refused=(reason("roster.national.no_header"),), left_out=left_out)
    found, places = _Found(), {sheet.name: at for at, sheet in enumerate(sheets)}
    for sheet, mapping in chosen:
        _read_sheet(places[sheet.name], sheet, Setting(mapping, areas, today, sheet.date1904, county), found)
    if not found.rows:
        refused = (reason("roster.file.no_rows"),)
    elif len(found.rows) > MOST_PATIENTS:
        refused = (reason("roster.list.too_many", rows=len(found.rows), most=MOST_PATIENTS),)
    elif all(row.why for row in found.rows):
        refused = (reason("roster.national.nothing_read"),)
    return NationalReading(mappings, tuple(_once(found.rows)), dict(found.unread), refused, left_out)


def _read_sheet(place: int, sheet: Sheet, setting: Setting, found: _Found) -> None:
    mapping = setting.mapping
    filled = with_merged_rows_filled(sheet, mapping.header_row)
    columns = {one.field: one for one in reversed(mapping.columns) if one.field}
    reader = LineReader(mapping)
    for number, values in enumerate(filled.rows[mapping.header_row :], mapping.header_row + 1):
        if reader.kind(values) is Line.PERSON:
            _read_row(place, RowCells(setting, number, values, columns), found)


def _read_row(place: int, row: RowCells, found: _Found) -> None:
    one = _where(row, _said(row, _who(row, NationalRow(place, row.row))), found)
    found.rows.append(one)
    found.unread.update({finding.field for finding in row.noted.warnings})


def _who(row: RowCells, one: NationalRow) -> NationalRow:
    name = row.read_softly(Field.PATIENT_NAME, cells.name)
    masked = masked_tail(row.cell(Field.PATIENT_ID))
    identity = None if masked else row.read(Field.PATIENT_ID, lambda cell: cells.id_number(cell, row.setting.today))
    record = row.read_softly(Field.RECORD_NUMBER, _record_number) or ""
    born_on = row.read_softly(Field.PATIENT_BIRTH, lambda cell: _past(row, cell))
    if identity and not row.has(Field.PATIENT_BIRTH):
        born_on = identity.checked.born_on
    number = identity.number if identity else ""
    why = _why_not(row, bool(number or record or (name and born_on)))
    text = name.text if name else ""
    return replace(
        one, name=text, number=number, tail=number[-TAIL:] or masked, record_number=record, born_on=born_on, why=why
    )


def _why_not(row: RowCells, is_known: bool) -> str:
    wrong = next((one.why.code for one in row.noted.errors if one.field == Field.PATIENT_ID), "")
    if wrong:
        return "rounded" if wrong in ("roster.id.rounded", "core.id.rounded") else "number"
    return "" if is_known else "nobody"


def _said(row: RowCells, one: NationalRow) -> NationalRow:
    state = row.read_softly(Field.STATE, their_state)
    died_on = row.read_softly(Field.DIED_ON, lambda cell: _past(row, cell))
    if died_on and state is None:
        state = TheirState.DEAD
    category = row.read_softly(Field.DIAGNOSIS, illness.diagnosis)
    if category is None and not row.filled(Field.DIAGNOSIS):
        category = row.read_softly(Field.ICD10, lambda cell: illness.category_of(illness.icd10(cell)))
    return replace(
        one,
        state=state,
        died_on=died_on,
        diagnosis=category,
        level=row.read_softly(Field.RISK_LEVEL, illness.level),
        visited_on=row.read_softly(Field.VISITED_ON, lambda cell: _past(row, cell)),
        asks_visit=row.has(Field.VISITED_ON) and not _is_unread(row, Field.VISITED_ON),
    )


def _where(row: RowCells, one: NationalRow, found: _Found) -> NationalRow:
    """The place as far as the county's tree knows it; another county is told by its code or its name."""
    town, village, address, county = (
        row.read_softly(name, cells.short_text) or ""
        for name in (Field.TOWN, Field.VILLAGE, Field.ADDRESS, Field.COUNTY)
    )
    code = re.sub(r"\D", "", row.read_softly(Field.AREA_CODE, cells.text) or "")
    agency = row.read_softly(Field.AGENCY, cells.short_text) or ""
    areas = row.setting.areas
    is_outside = areas.is_elsewhere(code) or _is_other_county(county, row.setting.town)
    found_code = "" if is_outside else areas.known(code) or areas.any_level(town, village, address)
    if not found_code and not is_outside and (code or town or village or address):
        found.unread["place"] += 1
    place = "".join((county, town, village)) or address
    return replace(one, area_code=found_code, is_outside=is_outside, place=place, agency=agency)


def _is_other_county(written: str, county: str) -> bool:
    """Another county's name; 安和, 安和县 and 某市安和县 are this one."""
    stem = re.sub(r"(自治县|县|区|市)$", "", county)
    return bool(written) and stem not in written


def their_state(cell: Cell) -> TheirState | None:
    """在册, 死亡, 迁出, 失访 … in the words of exports; None when empty. CellError for what is none of them."""
    shown = cells.plain(cell)
    if not shown:
        return None
    shown = re.sub(r"^\d[.、:)]?(?=\D)", "", shown)
    if shown in _NOT_REGISTERED:
        return TheirState.CLOSED
    for pattern, state in _STATES:
        if pattern.search(shown):
            return state
    raise CellError(reason("roster.national.state_unknown"))


def masked_tail(cell: Cell) -> str:
    """The end of a number of which the export shows only a part."""
    shown = unicodedata.normalize("NFKC", str(cell or "")).strip().upper()
    return shown[-TAIL:] if _MASK in shown and is_tail(shown[-TAIL:]) else ""


def _record_number(cell: Cell) -> str:
    return cells.long_number(cell, reason("roster.id.rounded"))[:20]


def _past(row: RowCells, cell: Cell) -> date | None:
    return days.past_day(cell, row.setting.today, row.setting.date1904)


def _is_unread(row: RowCells, name: Field) -> bool:
    return any(finding.field == name for finding in row.noted.warnings)


def _once(rows: Sequence[NationalRow]) -> list[NationalRow]:
    """A second row of the same person is not compared; the first one stands, a living one before one that is gone."""
    first: dict[str, NationalRow] = {}
    for row in sorted((row for row in rows if not row.why), key=lambda row: row.is_gone):
        for key in _keys(row):
            first.setdefault(key, row)
    found = []
    for row in rows:
        earlier = next((first[key] for key in _keys(row) if first[key] is not row), None) if not row.why else None
        found.append(replace(row, why="twice", twice_of=earlier.row) if earlier else row)
    return found


def _keys(row: NationalRow) -> list[str]:
    if row.number:
        return [f"id:{row.number}"]
    if row.record_number:
        return [f"record:{row.record_number}"]
    return [f"name:{row.name}:{row.born_on}:{row.tail}"]
