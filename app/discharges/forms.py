"""Shapes of the hand-over's forms: the record, a receipt, a report, a paper entered for a unit, a closing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from app.core.clock import business_day
from app.core.fields import (
    Answered,
    ChoiceField,
    CodeField,
    DayField,
    FlagsField,
    KeyField,
    ListField,
    MomentField,
    NumberField,
    ParagraphField,
    TextField,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import N_, lazy_
from app.core.identity import ID_KIND_LABELS, SEX_LABELS, IdKind, Sex
from app.core.names import LONGEST_NAME
from app.core.reasons import reason, say
from app.discharges import labels
from app.discharges.commands import (
    CloseLoop,
    ConfirmNotice,
    CorrectEvent,
    Medicine,
    OnBehalf,
    PlanDischarge,
    ReceiveForm,
    ReportBack,
    SubmitDischarge,
)
from app.discharges.rules import record
from app.discharges.rules.states import BY_COORDINATOR, CloseReason, DischargeTo, DischargeType, LegalBasis, Source

_ANSWER = Answered(lazy_("请填写这一项"))
_CHOOSE = Answered(lazy_("请选择"))
_BEHAVIOURS = Answered(lazy_("请至少选择一项，没有的选择“无”"))
_ONE_AT_LEAST = Answered(lazy_("请至少选择一项"))
_SEPARATORS = str.maketrans({"，": ",", "；": ",", ";": ",", "、": ",", "|": ","})
_MOST_LINES, _PARTS = 20, 3


# what a half-filled record is checked with, and which findings would then be the stand-in's and not the ward's
_STAND_INS: dict[str, Any] = {
    "id_kind": IdKind.NONE, "discharge_type": DischargeType.ORDERED, "discharge_to": DischargeTo.HOME, "admission_count": 1,
    "admitted_on": None, "discharged_at": None, "form_on": None,
}  # fmt: skip
LEANS_ON = {
    "admitted_on": {"discharged_at"}, "recheck_on": {"discharged_at"}, "received_at": {"discharged_at"},
    "discharge_to": {"discharge_type"}, "id_number": {"id_kind", "sex"}, "born_on": {"id_kind", "sex", "id_number"},
    "sex": {"id_kind", "id_number"},
}  # fmt: skip


class MedicinesField(ParagraphField):
    """One medicine a line: name, dose, how to take it, apart by commas: `利培酮片，2mg，早晚各一片`."""

    @property
    def lines(self) -> tuple[Medicine, ...]:
        found = []
        for line in (self.data or "").splitlines()[:_MOST_LINES]:
            parts = [part.strip() for part in line.translate(_SEPARATORS).split(",", _PARTS - 1)]
            if any(parts):
                found.append(Medicine(*(parts + [""] * _PARTS)[:_PARTS]))
        return tuple(found)


class RecordForm(Form):
    """出院信息单 (domain 3.3) in the order of a ward's work; saved half-filled as a plan, sent whole."""

    key = KeyField()
    version = HiddenField()
    source = HiddenField()
    planned_on = DayField(lazy_("拟出院日期"))
    name = TextField(lazy_("姓名"), LONGEST_NAME, [_ANSWER])
    sex = ChoiceField(lazy_("性别"), labelled({int(one): SEX_LABELS[one] for one in (Sex.MALE, Sex.FEMALE)}), [_CHOOSE])
    born_on = DayField(lazy_("出生日期"))
    id_kind = ListField(lazy_("证件类型"), labelled(ID_KIND_LABELS), [_CHOOSE])
    id_number = CodeField(lazy_("证件号码"), 32)
    nationality = TextField(lazy_("国籍（外籍填写）"), 30)
    phone = CodeField(lazy_("本人电话（选填）"), 30)
    area_code = ListField(lazy_("出院后居住村（社区）"))
    other_code = CodeField(lazy_("外地的 12 位区划代码"), 12)
    place = TextField(lazy_("外地的省、县、乡镇、村"), 100)
    address = TextField(lazy_("村以下住址"), 100)
    contact_name = TextField(lazy_("监护人姓名"), LONGEST_NAME)
    contact_relation = TextField(lazy_("与患者关系"), 20)
    contact_phone = CodeField(lazy_("监护人电话"), 30)
    is_guardian_present = BooleanField(lazy_("出院时监护人在场"))
    is_guardian_phone_checked = BooleanField(lazy_("监护人电话已当面核实"))
    is_refused = BooleanField(lazy_("本人或监护人不同意社区管理"))
    hospital_number = CodeField(lazy_("报告卡编号（本院出院记录编号）"), 40, [_ANSWER])
    inpatient_number = CodeField(lazy_("住院号"), 40)
    admitted_on = DayField(lazy_("入院日期"), [_ANSWER])
    discharged_at = MomentField(lazy_("出院时间"), [_ANSWER])
    discharge_type = ChoiceField(lazy_("离院方式"), labelled(labels.TYPES), [_CHOOSE])
    discharge_to = ChoiceField(lazy_("出院去向"), labelled(labels.DESTINATIONS), [_CHOOSE])
    admission_count = NumberField(lazy_("精神科住院次数（含本次）"), 1, 999, [_ANSWER])
    diagnosis = TextField(lazy_("出院诊断"), 100, [_ANSWER])
    diagnosis_code = CodeField(lazy_("ICD-10 编码"), 12, [_ANSWER])
    first_diagnosed = CodeField(lazy_("首次确诊时间"), 10, [_ANSWER])
    risk_level = ChoiceField(lazy_("出院时危险性评估"), labelled(record.RISK_LEVELS), [_CHOOSE])
    behaviours = FlagsField(lazy_("既往危险行为（可多选）"), labelled(record.BEHAVIOURS), validators=[_BEHAVIOURS])
    is_law_30 = BooleanField(lazy_("属于《精神卫生法》第三十条第二款第二项情形"))
    effect = ChoiceField(lazy_("住院疗效"), labelled(record.EFFECTS), [_CHOOSE])
    medicines_in_hospital = MedicinesField(lazy_("住院用药（选填，最多 3 种）"), 500)
    medicines = MedicinesField(lazy_("出院带药和用法（最多 3 种）"), 500)
    recheck_on = DayField(lazy_("复诊日期（选填）"))
    warning_signs = TextField(lazy_("需要留意的先兆（选填）"), 300)
    rehabilitation = FlagsField(
        lazy_("康复措施（可多选）"), labelled(record.REHABILITATION), validators=[_ONE_AT_LEAST]
    )
    rehabilitation_other = TextField(lazy_("其他康复措施"), 100)
    advice = ParagraphField(lazy_("其他注意事项（选填）"), 500)
    help_needed = FlagsField(lazy_("需要乡镇帮助（可多选）"), labelled(record.HELP))
    pay_method = ListField(lazy_("付费方式（选填）"), labelled(record.PAY_METHODS))
    is_funded = BooleanField(lazy_("本次住院获得补助"))
    doctor_name = TextField(lazy_("主治医师"), 50, [_ANSWER])
    doctor_phone = CodeField(lazy_("医师电话"), 30, [_ANSWER])
    form_on = DayField(lazy_("填表日期"), [_ANSWER])
    hospital_name = TextField(lazy_("出院医院"), 100)
    received_at = MomentField(lazy_("收到纸质材料的时间"))

    def validate_area_code(self, _field: ListField) -> None:
        """Two addresses would be one too many: nobody at the one that is not taken would hear of it."""
        if self.area_code.data and self.other_code.data:
            raise ValidationError(say(reason("discharges.place_twice")))

    validate_other_code = validate_area_code

    @classmethod
    def showing(cls, values: Mapping[str, Any], key: str, version: int | None = None) -> RecordForm:
        """The form with what is known already, as if it had been typed: a plan, an earlier stay, a pasted block."""
        typed: MultiDict[str, str] = MultiDict()
        for name, value in values.items():
            for one in value if isinstance(value, list) else [value]:
                if one is not None and one != "":
                    typed.add(name, str(one))
        typed["key"], typed["version"] = key, "" if version is None else str(version)
        return cls(formdata=typed)

    def typed(self) -> dict[str, str | list[str]]:
        """Everything as it was typed, for a plan; without what belongs to the page."""
        kept: dict[str, str | list[str]] = {}
        for field in self:
            if field.name not in ("key", "version", "csrf_token") and field.raw_data:
                sent = [str(one) for one in field.raw_data if str(one)]
                if sent:
                    kept[field.name] = sent if isinstance(field, FlagsField) else sent[0]
        return kept

    def said_source(self, *, is_office: bool) -> Source:
        if is_office:
            return Source.PAPER
        sent = str(self.source.data or "")
        return Source(sent) if sent in (Source.PASTE, Source.WORKBOOK) else Source.PAGE

    def to_plan(self, public_id: str | None, *, is_office: bool) -> PlanDischarge | None:
        """None while there is no name or day to plan by."""
        day = self.planned_on.data or (self.discharged_at.data.date() if self.discharged_at.data else None)
        if not self.name.data or day is None:
            return None
        return PlanDischarge(
            submission_key=self.key.data,
            name=self.name.data,
            planned_on=day,
            values=self.typed(),
            source=self.said_source(is_office=is_office),
            hospital_name=self.hospital_name.data or "",
            public_id=public_id,
            version=_version(self.version.data),
        )

    def as_far_as_filled(self, now: datetime, *, is_office: bool) -> SubmitDischarge:
        """The record with something plain in place of what cannot be read yet, so that all the rest is checked in one round."""
        kept = {name: self[name].data for name in _STAND_INS if self[name].errors}
        today = {"admitted_on": business_day(now), "discharged_at": now, "form_on": business_day(now)}
        for name in kept:
            self[name].data = today.get(name, _STAND_INS[name])
        try:
            return self.to_command(None, is_office=is_office)
        finally:
            for name, data in kept.items():
                self[name].data = data

    def to_command(self, public_id: str | None, *, is_office: bool) -> SubmitDischarge:
        texts = (
            "hospital_number", "name", "id_number", "diagnosis", "first_diagnosed", "rehabilitation_other", "advice", "nationality",
            "inpatient_number", "phone", "address", "place", "warning_signs", "contact_name", "contact_relation", "contact_phone",
            "doctor_name", "doctor_phone", "hospital_name",
        )  # fmt: skip
        flags = ("is_guardian_present", "is_guardian_phone_checked", "is_refused", "is_law_30", "is_funded")
        days = ("born_on", "admitted_on", "discharged_at", "form_on", "recheck_on", "received_at")
        plain: dict[str, Any] = {name: self[name].data or "" for name in texts}
        plain |= {name: bool(self[name].data) for name in flags} | {name: self[name].data for name in days}
        return SubmitDischarge(
            submission_key=self.key.data,
            sex=Sex(self.sex.code or 0),
            id_kind=IdKind(self.id_kind.data),
            area_code=self.other_code.data or self.area_code.data or "",
            diagnosis_code=(self.diagnosis_code.data or "").upper(),
            admission_count=self.admission_count.data,
            behaviours=self.behaviours.bits or 0,
            effect=self.effect.code or 0,
            rehabilitation=self.rehabilitation.bits or 0,
            help_needed=self.help_needed.bits or 0,
            discharge_type=DischargeType(self.discharge_type.data),
            discharge_to=DischargeTo(self.discharge_to.data),
            risk_level=self.risk_level.code if self.risk_level.code is not None else -1,
            pay_method=self.pay_method.code,
            medicines_in_hospital=self.medicines_in_hospital.lines,
            medicines=self.medicines.lines,
            source=self.said_source(is_office=is_office),
            planned=public_id,
            version=_version(self.version.data),
            **plain,
        )


class ReadForm(Form):
    """A block copied out of the hospital's own system, or its workbook."""

    block = ParagraphField(lazy_("从医院系统复制的内容"), 5000)


class FindForm(Form):
    person_number = CodeField(lazy_("证件号码"), 32, [_ANSWER])


class TapForm(Form):
    """Only the key: one tap."""

    key = KeyField()

    def to_command(self) -> ReceiveForm:
        return ReceiveForm(self.key.data)


class ReportForm(Form):
    key = KeyField()
    is_act = HiddenField()
    text = ParagraphField(lazy_("经过说明"), 500)

    def to_command(self) -> ReportBack:
        return ReportBack(self.key.data, self.text.data or "", is_act=self.is_act.data == "1")


class CorrectForm(Form):
    key = KeyField()
    text = ParagraphField(lazy_("更正内容"), 500, [_ANSWER])
    is_undone = BooleanField(lazy_("登记有误，这次不计入"))

    def to_command(self, event: str) -> CorrectEvent:
        return CorrectEvent(self.key.data, event, self.text.data or "", is_undone=bool(self.is_undone.data))


_WHAT = {"receive": N_("接收回执"), "act": N_("落实情况"), "feedback": N_("反馈")}


class BehalfForm(Form):
    """代录: what a unit says on its stamped paper."""

    key = KeyField()
    what = ChoiceField(lazy_("代录什么"), labelled(_WHAT), [_CHOOSE])
    at = MomentField(lazy_("单据上写明的时间"), [_ANSWER])
    who = TextField(lazy_("经办人姓名"), LONGEST_NAME, [_ANSWER])
    post = TextField(lazy_("经办人职务（选填）"), 60)
    paper = CodeField(lazy_("盖章单据的编号"), 40, [_ANSWER])
    paper_on = DayField(lazy_("单据日期"), [_ANSWER])
    text = ParagraphField(lazy_("单据上的说明（选填）"), 500)

    @property
    def on_behalf(self) -> OnBehalf:
        return OnBehalf(self.who.data, self.post.data or "", self.paper.data, self.paper_on.data)

    def to_receipt(self) -> ReceiveForm:
        return ReceiveForm(self.key.data, self.at.data, self.on_behalf)

    def to_report(self) -> ReportBack:
        is_act = self.what.data == "act"
        return ReportBack(self.key.data, self.text.data or "", is_act=is_act, at=self.at.data, on_behalf=self.on_behalf)


class ConfirmForm(Form):
    """The guardian's signature under the notice."""

    key = KeyField()
    who = TextField(lazy_("签收人姓名"), LONGEST_NAME, [_ANSWER])
    relation = TextField(lazy_("与患者关系"), 20)
    at = MomentField(lazy_("签收时间"), [_ANSWER])

    def to_command(self) -> ConfirmNotice:
        return ConfirmNotice(self.key.data, self.who.data, self.relation.data or "", self.at.data)


class CloseForm(Form):
    reason = ChoiceField(
        lazy_("办结原因"), labelled({one: labels.CLOSE_REASONS[one] for one in BY_COORDINATOR}), [_CHOOSE]
    )
    text = ParagraphField(lazy_("说明"), 500, [Answered(lazy_("请写明为什么由协调员办结"))])

    def to_command(self) -> CloseLoop:
        return CloseLoop(CloseReason(self.reason.data), self.text.data or "")


class BasesForm(Form):
    """`asked`: the page did ask; of boxes that nobody ticked a browser sends nothing."""

    asked = HiddenField(validators=[Answered(lazy_("页面已过期，请刷新后重填"))])
    bases = FlagsField(
        lazy_("依据哪些情形告知公安机关"), labelled({n + 1: labels.BASES[one] for n, one in enumerate(LegalBasis)})
    )

    @property
    def chosen(self) -> Sequence[LegalBasis]:
        known = list(LegalBasis)
        return [known[int(code) - 1] for code in self.bases.data or ()]


def _version(text: Any) -> int | None:
    return int(text) if str(text or "").isdecimal() and len(str(text)) < 9 else None
