"""From the cells of one row to the patient's parts of a `RosterRow`: each part says everything that is wrong with it."""

from __future__ import annotations

from datetime import date

from app.core.dates import partial_span
from app.core.reasons import Reason, reason
from app.core.workbooks.sheet import is_blank
from app.patients.rules import ManagementStatus
from app.roster.rules import cells, days, illness
from app.roster.rules.cells import CellError
from app.roster.rules.columns import Field
from app.roster.rules.entry import DiagnosisPart, PersonPart, VisitPart
from app.roster.rules.row_cells import RowCells, check_against_number, identity_in, person_of, phones_in, required_name

UNSTABLE = 1
UNSTABLE_FROM_LEVEL = 3  # domain 3.1: a class better than 1 with risk >= 3 is an error


def place(row: RowCells) -> str:
    """The village's 12-digit code; empty after an error."""
    areas, setting = row.setting.areas, row.setting
    if row.filled(Field.AREA_CODE):
        return row.read(Field.AREA_CODE, areas.by_code) or ""
    if not row.has(Field.VILLAGE):
        row.error(Field.AREA_CODE, reason("roster.place.empty"))
        return ""
    town = row.cell(Field.TOWN)
    if is_blank(town):
        town = setting.town
    try:
        return areas.by_name(town, row.cell(Field.VILLAGE))
    except CellError as unreadable:
        row.error(_place_field(unreadable.why), unreadable.why)
        return ""


def _place_field(why: Reason) -> Field:
    return Field.TOWN if why.code.endswith("_town") and "village" not in why.code else Field.VILLAGE


def patient(row: RowCells) -> PersonPart | None:
    name = required_name(row, Field.PATIENT_NAME)
    identity = identity_in(row, Field.PATIENT_ID)
    if identity is None and not row.wrong(Field.PATIENT_ID):
        row.error(Field.PATIENT_ID, reason("core.id.empty"))
    check_against_number(row, identity, Field.PATIENT_ID, Field.PATIENT_SEX, Field.PATIENT_BIRTH)
    phones = phones_in(row, Field.PATIENT_PHONE)
    address = row.read_softly(Field.ADDRESS, cells.short_text) or ""
    return person_of(name, identity, phones, address) if name and identity else None


def diagnosis(row: RowCells) -> DiagnosisPart | None:
    code = row.read_softly(Field.ICD10, illness.icd10) or ""
    category = row.read(Field.DIAGNOSIS, illness.diagnosis)
    by_code = illness.category_of(code) if code else None
    if category is None and not row.filled(Field.DIAGNOSIS):
        category = by_code
        if category is None:
            field = Field.DIAGNOSIS if row.has(Field.DIAGNOSIS) else Field.ICD10
            row.error(field, reason("roster.diagnosis.empty"))
    elif category and code and by_code is not category:
        row.warn(Field.ICD10, reason("roster.icd10.differs", icd10=code))
    today, date1904 = row.setting.today, row.setting.date1904
    onset = row.read(Field.FIRST_ONSET, lambda cell: days.partial_date(cell, today, date1904))
    found_on = row.read(Field.DIAGNOSED_ON, lambda cell: days.partial_date(cell, today, date1904))
    hospital = row.read_softly(Field.DIAGNOSIS_HOSPITAL, lambda cell: cells.short_text(cell, 100)) or ""
    if category is None:
        return None
    return DiagnosisPart(category, code, hospital, str(onset) if onset else None, str(found_on) if found_on else None)


def risk_level(row: RowCells) -> int | None:
    level = row.read(Field.RISK_LEVEL, illness.level)
    if level is None and row.has(Field.RISK_LEVEL) and not row.wrong(Field.RISK_LEVEL):
        row.error(Field.RISK_LEVEL, reason("roster.level.empty"))
    return level


def management(row: RowCells) -> tuple[ManagementStatus, date | None]:
    """The status and the consent date. Without a consent date nobody is in management yet: pending_consent, no error."""
    today, date1904 = row.setting.today, row.setting.date1904
    consent_on = row.read(Field.CONSENT_ON, lambda cell: days.past_day(cell, today, date1904))
    status = row.read(Field.MANAGED, lambda cell: illness.management(cell, consent_on is not None))
    if status is None:
        status = ManagementStatus.MANAGED if consent_on else ManagementStatus.PENDING_CONSENT
    elif status is ManagementStatus.PENDING_CONSENT and consent_on:
        row.warn(Field.MANAGED, reason("roster.managed.consent_but_not"))
    return status, consent_on


def refuse_before_birth(
    row: RowCells, patient: PersonPart | None, diagnosis: DiagnosisPart | None, consent_on: date | None
) -> None:
    """Nobody is diagnosed or agrees before being born."""
    born_on = patient.born_on if patient else None
    diagnosed = diagnosis.diagnosed_on if diagnosis else None
    if born_on and diagnosed and partial_span(diagnosed)[1] < born_on:
        row.error(Field.DIAGNOSED_ON, reason("roster.before_birth", born_on=born_on))
    if born_on and consent_on and consent_on < born_on:
        row.error(Field.CONSENT_ON, reason("roster.before_birth", born_on=born_on))


def last_visit(row: RowCells, patient: PersonPart | None) -> VisitPart | None:
    details = (Field.VISIT_FORM, Field.VISIT_CLASS, Field.VISIT_LEVEL)
    today, date1904 = row.setting.today, row.setting.date1904
    visited_on = row.read(Field.VISITED_ON, lambda cell: days.past_day(cell, today, date1904))
    next_due_on = row.read(Field.NEXT_DUE_ON, lambda cell: days.any_day(cell, date1904))
    if visited_on is None:
        if row.has(Field.VISITED_ON) and row.filled(*details) and not row.wrong(Field.VISITED_ON):
            row.warn(Field.VISITED_ON, reason("roster.visit.no_date"))
        return None
    form = row.read(Field.VISIT_FORM, illness.visit_form)
    visit_class = row.read(Field.VISIT_CLASS, illness.visit_class)
    level = row.read(Field.VISIT_LEVEL, illness.level)
    if form is None and not row.wrong(Field.VISIT_FORM):
        row.warn(Field.VISIT_FORM, reason("roster.visit.no_form"))
    if patient and patient.born_on and visited_on < patient.born_on:
        row.error(Field.VISITED_ON, reason("roster.visit.before_birth"))
    if next_due_on and next_due_on <= visited_on:
        row.error(Field.NEXT_DUE_ON, reason("roster.visit.next_before"))
    if level is not None and level >= UNSTABLE_FROM_LEVEL and visit_class not in (None, UNSTABLE):
        row.error(Field.VISIT_CLASS, reason("roster.visit.class_against_level", level=level))
    return VisitPart(visited_on, form, visit_class, level, next_due_on)
