"""A workbook of visits to checked rows, in one pass and without a database: `read_visits`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from app.core.reasons import Reason, reason
from app.core.workbooks.sheet import Cell, Sheet, with_merged_rows_filled
from app.roster.rules import cells, days
from app.roster.rules import visit_cells as read
from app.roster.rules.columns import Field
from app.roster.rules.entry import Finding
from app.roster.rules.header import MappedColumn, Override, SheetMapping
from app.roster.rules.lines import Line, LineReader
from app.roster.rules.places import AreaIndex
from app.roster.rules.row_cells import RowCells, Setting, required_name
from app.roster.rules.sheets import choose_sheets
from app.roster.rules.visit_columns import VISITS
from app.visits.rules.form import BEHAVIOUR_COUNTS, CLINICAL_FIELDS, FIELDS, Symptom
from app.visits.rules.record import Medicine, VisitRecord

MOST_VISITS = 20_000  # what is stored in one transaction, so that an import is whole or not at all
_MASK = "*"
_SINGLE = (
    "lost_reason", "death_cause", "insight", "sleep", "diet", "sf_self_care", "sf_housework", "sf_work", "sf_learning", "sf_social",
    "locked_up", "hospitalisation", "lab_test", "adherence", "adverse_reaction", "treatment_effect", "referral",
)  # fmt: skip
_TEXTS = (
    "lab_text",
    "adverse_text",
    "referral_reason",
    "referral_org",
    "referral_dept",
    "rehab_other",
    "symptoms_other",
)
_MUST_BE_READ = ("form", "risk_level", "visit_class")
_TIMES = ("morning", "noon", "night")
_SHORTER = {"referral_org": 100, "referral_dept": 100}


@dataclass(frozen=True)
class Who:
    """By what the row names its patient; what it does not say is empty."""

    name: str
    id_number: str = ""
    record_number: str = ""
    born_on: date | None = None

    @property
    def record_numbers(self) -> tuple[str, ...]:
        """The record number in every way in which it may be kept, the whole one first."""
        digits = self.record_number
        if not digits:
            return ()
        tail = digits[-8:]
        return tuple(dict.fromkeys((digits, tail, f"{tail[:3]}-{tail[3:]}"))) if len(tail) == 8 else (digits,)

    @property
    def key(self) -> tuple[str, ...]:
        if self.id_number or self.record_number:
            return (self.id_number or self.record_number,)
        return (self.name, self.born_on.isoformat() if self.born_on else "")


@dataclass(frozen=True)
class VisitRow:
    """One checked row. `given` are the items that it answers; `doctor` is who visited, as written."""

    sheet: str
    row: int
    who: Who
    record: VisitRecord
    doctor: str
    given: frozenset[str]


@dataclass(frozen=True)
class VisitReading:
    """What a workbook says. `refused` stops it as a whole; else each data row is in `rows` or has its `errors`."""

    mappings: tuple[SheetMapping, ...]
    rows: tuple[VisitRow, ...] = ()
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    skipped: tuple[tuple[str, int, str], ...] = ()
    count: int = 0
    refused: tuple[Reason, ...] = ()
    left_out: tuple[tuple[str, Reason], ...] = ()


@dataclass
class _Found:
    cells: list[RowCells] = field(default_factory=list)
    rows: list[VisitRow] = field(default_factory=list)
    skipped: list[tuple[str, int, str]] = field(default_factory=list)


def read_visits(sheets: Sequence[Sheet], today: date, overrides: Mapping[str, Override] | None = None) -> VisitReading:
    """Find the header on every visible sheet, read and check every data row, and see that none stands twice."""
    chosen, left_out, refused = choose_sheets(sheets, today.year, overrides or {}, VISITS)
    mappings = tuple(one for _sheet, one in chosen)
    if refused:
        return VisitReading(mappings, refused=_in_our_words(refused), left_out=left_out)
    found = _Found()
    for sheet, mapping in chosen:
        _read_sheet(sheet, mapping, today, found)
    if not found.cells:
        refused = (reason("roster.visits.no_rows"),)
    elif len(found.cells) > MOST_VISITS:
        refused = (reason("roster.visits.too_many", rows=len(found.cells), most=MOST_VISITS),)
    rows = _once(found)
    return VisitReading(
        mappings,
        tuple(rows),
        tuple(one for row in found.cells for one in row.noted.errors),
        tuple(one for row in found.cells for one in row.noted.warnings),
        tuple(found.skipped),
        len(found.cells),
        refused,
        left_out,
    )


def _in_our_words(refused: tuple[Reason, ...]) -> tuple[Reason, ...]:
    return tuple(reason("roster.visits.no_header") if why.code == "roster.file.no_header" else why for why in refused)


def _read_sheet(sheet: Sheet, mapping: SheetMapping, today: date, found: _Found) -> None:
    filled = with_merged_rows_filled(sheet, mapping.header_row)
    columns = {one.field: one for one in reversed(mapping.columns) if one.field}
    reader, setting = LineReader(mapping), Setting(mapping, AreaIndex(()), today, sheet.date1904, "")
    for number, values in enumerate(filled.rows[mapping.header_row :], mapping.header_row + 1):
        kind = reader.kind(values)
        if kind is Line.PERSON:
            _read_row(setting, number, values, columns, found)
        elif kind is not Line.BLANK:
            found.skipped.append((sheet.name, number, kind.value))


def _read_row(
    setting: Setting, number: int, values: list[Cell], columns: Mapping[Field, MappedColumn], found: _Found
) -> None:
    row = RowCells(setting, number, values, columns)
    found.cells.append(row)
    who, record = _who(row), _record(row)
    if row.noted.errors or who is None or record is None:
        return
    doctor = row.read_softly(Field.DOCTOR, lambda cell: cells.short_text(cell, 50)) or ""
    found.rows.append(VisitRow(setting.mapping.sheet, number, who, record, doctor, _given(record)))


def _who(row: RowCells) -> Who | None:
    name = required_name(row, Field.PATIENT_NAME)
    masked = _MASK in str(row.cell(Field.PATIENT_ID) or "")
    identity = None if masked else row.read(Field.PATIENT_ID, lambda cell: cells.id_number(cell, row.setting.today))
    number = row.read_softly(Field.RECORD_NUMBER, _record_number) or ""
    born_on = row.read_softly(Field.PATIENT_BIRTH, lambda cell: _past(row, cell))
    if identity and not born_on:
        born_on = identity.checked.born_on
    if name and not (identity or number or born_on) and not row.wrong(Field.PATIENT_ID):
        row.error(Field.PATIENT_ID, reason("roster.visits.nobody"))
    return Who(name.text, identity.number if identity else "", number, born_on) if name else None


def _record_number(cell: Cell) -> str:
    """Digits only: the form prints the last eight of seventeen as 204-00011."""
    return cells.long_number(cell, reason("roster.number.not_text"))[:20]


def _record(row: RowCells) -> VisitRecord | None:
    visited_on = row.read(Field.DAY, lambda cell: _past(row, cell))
    if visited_on is None:
        if not row.wrong(Field.DAY):
            row.error(Field.DAY, reason("roster.visits.no_day"))
        return None
    answers: dict[str, object] = {}
    for name in _MUST_BE_READ:
        answers[name] = row.read(Field(name), partial(read.single, name=name))
    for name in _SINGLE:
        answers[name] = row.read_softly(Field(name), partial(read.single, name=name))
    others = _several(row, answers)
    for name in BEHAVIOUR_COUNTS.values():
        answers[name] = row.read_softly(Field(name), read.times) or 0
    for name in _TEXTS:
        longest = _SHORTER.get(name, read.LONGEST_TEXT)
        written = row.read_softly(Field(name), partial(cells.short_text, longest=longest))
        answers[name] = written or others.get(name, "")
    for name in ("died_on", "last_discharge_on"):
        answers[name] = row.read_softly(Field(name), lambda cell: _past(row, cell))
    answers["next_due_on"] = row.read_softly(Field.NEXT_DUE_ON, lambda cell: days.any_day(cell, row.setting.date1904))
    answers["medicines"] = _medicines(row)
    answers["form"] = answers["form"] or 0
    answers["objects"] = answers["objects"] or 0
    return _agreeing(row, VisitRecord(visited_on=visited_on, **answers))  # type: ignore[arg-type]  # names and values are its own


def _several(row: RowCells, answers: dict[str, object]) -> dict[str, str]:
    """Ticks of the multi-choices; the words that stood behind 其他 come back."""
    others = {}
    for name, text in (
        ("objects", ""),
        ("symptoms", "symptoms_other"),
        ("behaviours", ""),
        ("rehab_measures", "rehab_other"),
    ):
        flags, other = row.read_softly(Field(name), partial(read.several, name=name)) or (None, "")
        answers[name] = flags
        if text and other:
            others[text] = other
    return others


def _medicines(row: RowCells) -> tuple[Medicine, ...]:
    """Columns of their own for each medicine, else one cell with all of them."""
    found = []
    for number in (1, 2, 3):
        prefix = f"drug_{number}_"
        name = row.read_softly(Field(prefix + "name"), lambda cell: cells.short_text(cell, read.LONGEST_DRUG))
        if not name:
            continue
        morning, noon, night = (row.read_softly(Field(f"{prefix}{part}_mg"), read.dose) for part in _TIMES)
        every = row.read_softly(Field(prefix + "every_weeks"), read.weeks)
        each = row.read_softly(Field(prefix + "long_acting_mg"), read.dose)
        plain = not (morning or noon or night or every)
        written = row.read_softly(Field(prefix + "name"), read.medicines) if plain else None
        found.append(written[0] if written else Medicine(name, morning, noon, night, every, each))
    return tuple(found) or row.read_softly(Field.MEDICINES, read.medicines) or ()


def _agreeing(row: RowCells, record: VisitRecord) -> VisitRecord | None:
    """What cannot be true together; a death is never taken over from a list, a lost patient's form holds nothing clinical."""
    if record.is_death:
        row.error(Field.DEATH_CAUSE if record.death_cause else Field.DIED_ON, reason("roster.visits.death"))
        return None
    if record.next_due_on and record.next_due_on <= record.visited_on:
        row.error(Field.NEXT_DUE_ON, reason("roster.visit.next_before"))
    if not record.is_lost and record.risk_level is None and record.visit_class is None:
        row.error(Field.RISK_LEVEL, reason("roster.visits.no_level"))
    return _tidied(record)


def _tidied(record: VisitRecord) -> VisitRecord:
    changes: dict[str, object] = {}
    if record.is_lost:
        empty = VisitRecord(record.visited_on, record.form)
        changes = {name: getattr(empty, name) for name in CLINICAL_FIELDS}
    else:
        ticked = record.behaviours or 0
        for behaviour, counted in BEHAVIOUR_COUNTS.items():
            if getattr(record, counted):
                ticked |= behaviour
            elif ticked & behaviour:
                changes[counted] = 1
        none = FIELDS["behaviours"].all_flags ^ sum(BEHAVIOUR_COUNTS)
        changes["behaviours"] = (ticked & ~none if ticked & ~none else ticked) or record.behaviours
        if record.symptoms and record.symptoms & ~Symptom.NONE:
            changes["symptoms"] = record.symptoms & ~int(Symptom.NONE)
    return replace(record, **changes)  # type: ignore[arg-type]  # names and values are the record's own


def _past(row: RowCells, cell: Cell) -> date | None:
    return days.past_day(cell, row.setting.today, row.setting.date1904)


def _given(record: VisitRecord) -> frozenset[str]:
    """The items of the form that the row answers: only these are compared with what stands here."""
    empty = VisitRecord(record.visited_on, 0)
    return frozenset(name for name in FIELDS if getattr(record, name) != getattr(empty, name)) - {"visited_on"}


def _once(found: _Found) -> list[VisitRow]:
    """A second row of the same patient and day is refused."""
    by_place = {(row.setting.mapping.sheet, row.row): row for row in found.cells}
    first: dict[tuple[str, ...], VisitRow] = {}
    rows = []
    for one in found.rows:
        key = (*one.who.key, one.record.visited_on.isoformat())
        earlier = first.setdefault(key, one)
        if earlier is one:
            rows.append(one)
        else:
            where = reason("roster.row", sheet=earlier.sheet, row=earlier.row)
            by_place[one.sheet, one.row].error(Field.DAY, reason("roster.visits.twice", row=where))
    return rows
