"""The discharge record as other systems send it (domain 3.3): names as on the page, codes as printed."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.api.forms.shapes import Choice, Day, Instant, Lines, Pattern, Shape, Text, Whole, YesNo
from app.core.crypto import digest
from app.core.i18n import lazy_
from app.core.identity import IdKind, Sex
from app.discharges.commands import Medicine, SubmitDischarge
from app.discharges.rules.checks import LONGEST
from app.discharges.rules.record import (
    BEHAVIOURS,
    EFFECTS,
    HELP,
    ICD10,
    MOST_MEDICINES,
    NUMBER,
    PARTIAL_DATE,
    PAY_METHODS,
    REHABILITATION,
)
from app.discharges.rules.states import DischargeTo, DischargeType, Source

_FLAGS = "bit n-1 stands for the printed code n"
_LISTS = ("medicines", "medicines_in_hospital")


class MedicineIn(Shape):
    name = Text(60, 1, required=True)
    dose = Text(60)
    usage = Text(100)


class DischargeIn(Shape):
    """One discharge of a patient of the hospital whose key is used. `hospital_number` is the hospital's own; sent again it is one loop."""

    hospital_number = Pattern(
        NUMBER,
        lazy_("用 1 至 40 个字母、数字或短横，点和斜杠只放在中间"),
        LONGEST["hospital_number"],
        required=True,
        metadata={"example": "CY-2026-0001"},
    )
    name = Text(50, 1, required=True)
    sex = Choice(Sex, required=True)
    born_on = Day(allow_none=True, load_default=None)
    id_kind = Choice(IdKind, required=True)
    id_number = Text(30, load_default="")
    area_code = Pattern("[0-9]{12}", lazy_("应为 12 位区划代码"), required=True, metadata={"example": "349921100201"})
    place = Text(LONGEST["place"], load_default="")
    address = Text(LONGEST["address"], load_default="")
    phone = Text(20, load_default="")
    nationality = Text(30, load_default="")
    inpatient_number = Text(40, load_default="")
    admitted_on = Day(required=True)
    discharged_at = Instant(required=True)
    admission_count = Whole(1, 999, required=True)
    diagnosis_code = Pattern(ICD10.pattern, lazy_("应为 ICD-10 编码，如 F20.0"), required=True)
    diagnosis = Text(LONGEST["diagnosis"], 1, required=True)
    first_diagnosed = Pattern(PARTIAL_DATE.pattern, lazy_("应为年、年月或年月日，如 2019-07"), required=True)
    behaviours = Whole(0, 2 ** len(BEHAVIOURS) - 1, required=True, metadata={"description": _FLAGS})
    effect = Whole(min(EFFECTS), max(EFFECTS), required=True)
    rehabilitation = Whole(0, 2 ** len(REHABILITATION) - 1, required=True, metadata={"description": _FLAGS})
    rehabilitation_other = Text(LONGEST["rehabilitation_other"], load_default="")
    advice = Text(LONGEST["advice"], load_default="")
    doctor_name = Text(50, 1, required=True)
    doctor_phone = Text(20, 1, required=True)
    form_on = Day(required=True)
    discharge_type = Choice(DischargeType, required=True)
    discharge_to = Choice(DischargeTo, required=True)
    risk_level = Whole(0, 5, required=True)
    medicines_in_hospital = Lines(MedicineIn, MOST_MEDICINES, load_default=list)
    medicines = Lines(MedicineIn, MOST_MEDICINES, load_default=list)
    recheck_on = Day(allow_none=True, load_default=None)
    warning_signs = Text(LONGEST["warning_signs"], load_default="")
    pay_method = Whole(min(PAY_METHODS), max(PAY_METHODS), allow_none=True, load_default=None)
    is_funded = YesNo(allow_none=True, load_default=None)
    is_complete = YesNo(load_default=True)
    is_guardian_present = YesNo(load_default=False)
    is_guardian_phone_checked = YesNo(load_default=False)
    is_refused = YesNo(load_default=False)
    is_law_30 = YesNo(load_default=False)
    help_needed = Whole(0, 2 ** len(HELP) - 1, load_default=0, metadata={"description": _FLAGS})
    contact_name = Text(50, load_default="")
    contact_relation = Text(20, load_default="")
    contact_phone = Text(20, load_default="")


class FormOut(Shape):
    kind = fields.String()
    dispatched_at = fields.AwareDateTime(allow_none=True)
    received_at = fields.AwareDateTime(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)


class LoopOut(Shape):
    """How far the hand-over has come: by form, never by person."""

    hospital_number = fields.String()
    state = fields.String(validate=validate.OneOf(["opened", "dispatched", "received", "acting", "closed"]))
    discharged_at = fields.AwareDateTime()
    submitted_at = fields.AwareDateTime()
    is_late = fields.Boolean()
    closed_at = fields.AwareDateTime(allow_none=True)
    forms = fields.List(fields.Nested(FormOut))


class RefusalOut(Shape):
    """What was wrong, as a sentence, and beside each field where it belongs to one."""

    message = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)


def command_of(agency_id: int, sent: dict[str, Any]) -> SubmitDischarge:
    """The record of one hospital, by the key that makes a second arrival find the first."""
    key = digest(f"{agency_id}:{sent['hospital_number']}")[:32]
    lists: dict[str, Any] = {name: tuple(Medicine(**line) for line in sent[name]) for name in _LISTS}
    return SubmitDischarge(submission_key=f"api-{key}", source=Source.API, **{**sent, **lists})
