"""What a discharge record must say before it may be sent (domain 3.3): errors by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from app.core.clock import business_day
from app.core.identity import IdKind
from app.core.phones import check_phone
from app.core.reasons import Reason, reason
from app.discharges.rules import record
from app.discharges.rules.clocks import MAY_RUN_AHEAD
from app.discharges.rules.numbers import first_of
from app.discharges.rules.states import NO_LOOP, DischargeTo, DischargeType

Errors = dict[str, list[Reason]]

LONGEST: Mapping[str, int] = {
    "hospital_number": 40,
    "inpatient_number": 40,
    "nationality": 30,
    "address": 100,
    "place": 100,
    "diagnosis": 100,
    "rehabilitation_other": 100,
    "advice": 500,
    "warning_signs": 300,
    "doctor_name": 50,
    "contact_name": 50,
    "contact_relation": 20,
    "hospital_name": 100,
}
_NEEDED = ("hospital_number", "diagnosis", "doctor_name", "doctor_phone")
_FOREIGN = frozenset({IdKind.PASSPORT, IdKind.FOREIGN_RESIDENT_CARD})
_MEDICINE = {"name": 60, "dose": 60, "usage": 100}
_DOORS = frozenset({DischargeTo.HOME, DischargeTo.CARE_HOME})
MOST_ADMISSIONS = 999
# A file's number as offices write it: 城卫发〔2026〕12号, 城卫字第12号, or signs without words. A long run of digits would be a
# person's number, and Chinese words stand only where an office's short name does, so that no name slips in.
PAPER = re.compile(
    r"(?!.*\d{9})(?=.{1,40}$)(?:"
    r"[\u4e00-\u9fff]{1,10} ?[\u3014\[(]\d{4}[\u3015\])] ?\u7b2c? ?\d{1,6} ?\u53f7"
    r"|[\u4e00-\u9fff]{1,8}\u5b57 ?\u7b2c? ?\d{1,6} ?\u53f7"
    r"|[A-Za-z0-9\u3014\u3015\[\]()\u5e74\u7b2c\u5b57\u53f7\- ]+)"
)


class Line(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def dose(self) -> str: ...
    @property
    def usage(self) -> str: ...


class Record(Protocol):
    """What the checks read; `SubmitDischarge` is one."""

    @property
    def hospital_number(self) -> str: ...
    @property
    def admitted_on(self) -> date: ...
    @property
    def discharged_at(self) -> datetime: ...
    @property
    def form_on(self) -> date: ...
    @property
    def recheck_on(self) -> date | None: ...
    @property
    def admission_count(self) -> int: ...
    @property
    def diagnosis_code(self) -> str: ...
    @property
    def first_diagnosed(self) -> str: ...
    @property
    def behaviours(self) -> int: ...
    @property
    def effect(self) -> int: ...
    @property
    def rehabilitation(self) -> int: ...
    @property
    def rehabilitation_other(self) -> str: ...
    @property
    def risk_level(self) -> int: ...
    @property
    def discharge_type(self) -> DischargeType: ...
    @property
    def discharge_to(self) -> DischargeTo: ...
    @property
    def pay_method(self) -> int | None: ...
    @property
    def help_needed(self) -> int: ...
    @property
    def id_kind(self) -> IdKind: ...
    @property
    def nationality(self) -> str: ...
    @property
    def doctor_phone(self) -> str: ...
    @property
    def contact_phone(self) -> str: ...


def check_record(said: Record, now: datetime) -> Errors:
    """Everything that the codes, days and lengths can say against it; who and where are the service's."""
    errors: Errors = {}
    _texts(said, errors)
    _days(said, now, errors)
    _codes(said, errors)
    _whereabouts(said, errors)
    for name in ("doctor_phone", "contact_phone"):
        number = getattr(said, name)
        if number and (wrong := check_phone(number).errors):
            errors.setdefault(name, []).extend(wrong)
    if said.id_kind in _FOREIGN and not said.nationality:
        errors["nationality"] = [reason("discharges.needed")]
    return errors


def check_medicines(name: str, lines: tuple[Line, ...]) -> Errors:
    """At most three, each with a name."""
    if len(lines) > record.MOST_MEDICINES:
        return {name: [reason("discharges.too_many_medicines", most=record.MOST_MEDICINES)]}
    for line in lines:
        if not line.name:
            return {name: [reason("discharges.medicine_unnamed")]}
        for part, most in _MEDICINE.items():
            if len(getattr(line, part)) > most:
                return {name: [reason("discharges.too_long", most=most)]}
    return {}


def _texts(said: Record, errors: Errors) -> None:
    for name, most in LONGEST.items():
        if len(getattr(said, name)) > most:
            errors[name] = [reason("discharges.too_long", most=most)]
    for name in _NEEDED:
        if not getattr(said, name):
            errors[name] = [reason("discharges.needed")]
    if "hospital_number" not in errors and not re.fullmatch(record.NUMBER, first_of(said.hospital_number), re.ASCII):
        errors["hospital_number"] = [reason("discharges.number_form")]


def _days(said: Record, now: datetime, errors: Errors) -> None:
    today, left_on = business_day(now), business_day(said.discharged_at)
    if said.discharged_at > now + MAY_RUN_AHEAD:
        errors["discharged_at"] = [reason("discharges.not_left_yet")]
    if said.admitted_on > left_on:
        errors["admitted_on"] = [reason("discharges.admitted_after")]
    if said.form_on > today:
        errors["form_on"] = [reason("discharges.in_future")]
    if said.recheck_on is not None and said.recheck_on < left_on:
        errors["recheck_on"] = [reason("discharges.before_discharge")]
    if not record.PARTIAL_DATE.fullmatch(said.first_diagnosed) or not _is_day(said.first_diagnosed):
        errors["first_diagnosed"] = [reason("discharges.partial_date")]
    elif said.first_diagnosed > today.isoformat():
        errors["first_diagnosed"] = [reason("discharges.in_future")]


def _is_day(text: str) -> bool:
    """A year or a month stands; a whole day has to be one of the calendar."""
    if text.count("-") < 2:
        return True
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _whereabouts(said: Record, errors: Errors) -> None:
    """Four units are sent to a door only where somebody has come home: how one left and where to say the same."""
    if said.discharge_type is DischargeType.TRANSFER and said.discharge_to is not DischargeTo.HOSPITAL:
        errors["discharge_to"] = [reason("discharges.transfer_to_hospital")]
    elif said.discharge_to is DischargeTo.HOSPITAL and said.discharge_type not in NO_LOOP:
        errors["discharge_to"] = [reason("discharges.hospital_is_transfer")]
    elif said.discharge_type is DischargeType.DEATH and said.discharge_to in _DOORS:
        errors["discharge_to"] = [reason("discharges.death_goes_nowhere")]


def _codes(said: Record, errors: Errors) -> None:
    if not record.ICD10.fullmatch(said.diagnosis_code):
        errors["diagnosis_code"] = [reason("discharges.icd10")]
    if not 1 <= said.admission_count <= MOST_ADMISSIONS:
        errors["admission_count"] = [reason("discharges.count")]
    if said.effect not in record.EFFECTS:
        errors["effect"] = [reason("core.nothing_chosen")]
    if said.risk_level not in record.RISK_LEVELS:
        errors["risk_level"] = [reason("core.nothing_chosen")]
    if said.pay_method is not None and said.pay_method not in record.PAY_METHODS:
        errors["pay_method"] = [reason("core.nothing_chosen")]
    for name, codes, is_needed in (
        ("behaviours", record.BEHAVIOURS, True),
        ("rehabilitation", record.REHABILITATION, True),
        ("help_needed", record.HELP, False),
    ):
        bits = getattr(said, name)
        if (is_needed and not bits) or not 0 <= bits < 1 << len(codes):
            errors[name] = [reason("core.nothing_chosen")]
    if "behaviours" not in errors and record.excludes_itself(said.behaviours):
        errors["behaviours"] = [reason("discharges.none_excludes")]
    if said.rehabilitation & record.REHABILITATION_OTHER_BIT and not said.rehabilitation_other:
        errors["rehabilitation_other"] = [reason("discharges.needed")]
