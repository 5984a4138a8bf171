"""An export of the national system from some days ago, beside the register: made up from it with what such exports have wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.queries import agency_names, names_of, written_name
from app.core.crypto import digest
from app.core.workbooks.workbook import open_workbook
from app.desk.demo.moments import Moments
from app.desk.demo.places import COUNTY
from app.desk.demo.settling import County
from app.patients.labels import DIAGNOSIS_LABELS
from app.patients.models import Patient
from app.patients.rules import DiagnosisCategory, ManagementStatus, RegistryStatus
from app.people.models import Person
from app.people.vault import Vault
from app.roster.queries import area_index
from app.roster.queries_national import Wanted, get_comparison, list_findings
from app.roster.queries_registered import last_visits
from app.roster.rules.national import Decision, FindingKind
from app.roster.rules.national_rows import read_national
from app.roster.service.national import Export, compare_export
from app.roster.service.settling import decide
from reports.table_xlsx import Column, Line, Sheet, render_workbook

_EXPORTED_BEFORE = timedelta(days=6)
_LAST_KNOWN = timedelta(days=40)  # before the export: a visit that was not entered there
_HEADERS = (
    "序号", "编号", "姓名", "性别", "身份证号", "出生日期", "现住址", "管理机构", "疾病诊断", "危险性等级", "状态", "死亡日期", "末次随访日期", "监护人姓名",
)  # fmt: skip
_STRANGERS = ("虞怀谷", "汝清和", "幸知行")
# one patient of so many is left out there, has another level, …; numbers without a common divisor, so that few meet
_MISSING, _LEVEL, _DIAGNOSIS, _VISIT, _DIED, _TOWN, _NUMBER, _NAMELESS = 47, 23, 37, 13, 71, 53, 89, 67
_STATES = {ManagementStatus.LOST: "失访", ManagementStatus.REFUSED: "不同意管理"}
_DECIDED = 3  # findings of which the office has said something


def compare_with_national(session: Session, vault: Vault, county: County, moments: Moments) -> None:
    """The county office has compared it and begun to work through what was found."""
    office, as_of = county.actors["county_office"], moments.today - _EXPORTED_BEFORE
    sheet = Sheet("患者信息", [Column(title, 16) for title in _HEADERS], _lines(session, vault, as_of))
    at = moments.on(as_of + timedelta(days=1), 560)
    content = render_workbook([sheet], title="患者信息", author="", created_at=at)
    reading = read_national(
        open_workbook(content, "export.xlsx"),
        area_index(session, office),
        names_of(session, [COUNTY])[COUNTY],
        moments.today,
    )

    @contextmanager
    def here() -> Iterator[Session]:
        yield session
        session.flush()

    export = Export("demo-national-export", digest("demo-national-export"), as_of, COUNTY, reading)
    public_id = compare_export(here, here, vault.keyring, office, export, at, lambda _done, _of: None)
    comparison = get_comparison(session, office, public_id)
    for kind, word in (
        (FindingKind.MISSING_THERE, Decision.CORRECT_THERE),
        (FindingKind.DIFFERING, Decision.NO_CHANGE),
        (FindingKind.DIFFERING, Decision.CORRECT_THERE),
    ):
        some = list_findings(session, comparison, Wanted(kind, is_open=True), None, size=_DECIDED).rows
        decide(session, office, comparison, some, word, at + timedelta(minutes=40))


def _lines(session: Session, vault: Vault, as_of: date) -> list[Line]:
    people = session.execute(
        select(Patient, Person)
        .join(Person, Person.id == Patient.person_id)
        .where(Patient.registry_status.in_((RegistryStatus.REGISTERED, RegistryStatus.DEAD)))
        .order_by(Patient.id)
    ).all()
    vault.warm([person.id for _patient, person in people])
    latest = last_visits(session, as_of, (patient for patient, _person in people))
    agencies = agency_names(session, {patient.agency_id for patient, _person in people if patient.agency_id})
    rows = []
    for number, (patient, person) in enumerate(people, 1):
        if number % _MISSING and (patient.registered_on is None or patient.registered_on <= as_of):
            visited_on = latest.get(patient.id, patient.last_visit_on)
            told = _row(session, vault, patient, person, agencies.get(patient.agency_id or 0, ""), visited_on)
            rows.append(_with_slips(number, told, as_of))
    rows += [_stranger(session, place, name, as_of) for place, name in enumerate(_STRANGERS)]
    return [Line((str(at), *row.values())) for at, row in enumerate(rows, 1)]


def _row(
    session: Session, vault: Vault, patient: Patient, person: Person, agency: str, visited: date | None
) -> dict[str, str | None]:
    number = vault.open(person.id, "people.id_number", person.id_number_sealed)
    died_on = person.died_on.isoformat() if person.died_on else None
    return {
        "record": patient.record_number,
        "name": person.name,
        "sex": {1: "男", 2: "女"}.get(person.sex, ""),
        "id": number,
        "born": person.born_on.isoformat() if person.born_on else None,
        "address": written_name(session, patient.area_code),
        "agency": agency,
        "diagnosis": DIAGNOSIS_LABELS[patient.diagnosis_category] if patient.diagnosis_category else None,
        "level": None if patient.risk_level is None else f"{patient.risk_level}级",
        "state": "死亡" if died_on else _STATES.get(patient.management_status or ManagementStatus.MANAGED, "在册"),
        "died": died_on,
        "visited": visited.isoformat() if visited else None,
        "guardian": None,
    }


def _with_slips(number: int, row: dict[str, Any], as_of: date) -> dict[str, Any]:
    """What nobody entered, entered late or mistyped there."""
    slips: dict[str, Any] = {}
    if number % _LEVEL == 0 and row["level"]:
        slips["level"] = "2级" if row["level"] != "2级" else "1级"
    if number % _DIAGNOSIS == 0:
        slips["diagnosis"] = DIAGNOSIS_LABELS[DiagnosisCategory.BIPOLAR]
    if number % _VISIT == 0 and row["visited"]:
        slips["visited"] = (date.fromisoformat(row["visited"]) - _LAST_KNOWN).isoformat()
    if number % _DIED == 0:
        slips |= {"state": "死亡", "died": (as_of - _LAST_KNOWN).isoformat()}
    if number % _TOWN == 0:
        slips |= {"state": "迁出"}
    if number % _NUMBER == 0:
        slips["id"] = "3.49921E+17"
    if number % _NAMELESS == 0:
        slips |= {"record": None, "id": None}
    return row | slips


def _stranger(session: Session, place: int, name: str, as_of: date) -> dict[str, Any]:
    born = date(1968 + 7 * place, 3, 11)
    village = written_name(session, f"{COUNTY[:6]}100200")
    return {
        "record": f"9990000{place}", "name": name, "sex": "男", "id": None, "born": born.isoformat(), "address": village, "agency": None,
        "diagnosis": DIAGNOSIS_LABELS[DiagnosisCategory.SCHIZOPHRENIA], "level": "1级", "state": "在册", "died": None,
        "visited": (as_of - _LAST_KNOWN).isoformat(), "guardian": None,
    }  # fmt: skip
