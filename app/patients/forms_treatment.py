"""Shapes of the forms about treatment, joint visits and unlocking."""

from __future__ import annotations

import re
from typing import Any

from wtforms.validators import ValidationError

from app.core.fields import (
    Answered,
    ChoiceField,
    CodeField,
    DayField,
    FlagsField,
    KeyField,
    NumberField,
    ParagraphField,
    TextField,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.patients.commands_treatment import (
    EndLocking,
    RecordExamination,
    RecordInjection,
    RecordSupply,
    SetJointVisits,
)
from app.patients.forms import Past
from app.patients.labels_treatment import AGREED_BY, ECG, HELPERS, INJECTION_SITES, JOINT_TRIGGERS, UNLOCK_WAYS
from app.patients.rules_treatment import AgreedBy, InjectionSite, JointTrigger, UnlockWay

_DECIMAL = re.compile(r"(?:0|[1-9]\d{0,3})(?:\.\d{1,2})?")
_LONGEST_DRUG, _LONGEST_PLACE, _LONGEST_VALUE, _LONGEST_TEXT = 60, 100, 12, 500


class Measured:
    """A number as it is written, with at most two digits behind the point, above nought."""

    def __init__(self, example: str) -> None:
        self.example = example

    def __call__(self, form: Any, field: Any) -> None:
        if field.data and (not _DECIMAL.fullmatch(field.data) or float(field.data) <= 0):
            raise ValidationError(_("请填写数字，如 %(example)s", example=self.example))


class InjectionForm(Form):
    key = KeyField()
    drug = TextField(lazy_("药名"), _LONGEST_DRUG, [Answered(lazy_("请填写药名"))])
    dose_mg = CodeField(lazy_("剂量（毫克）"), 10, [Answered(lazy_("请填写剂量")), Measured("100")])
    interval_weeks = NumberField(lazy_("间隔（周）"), 1, 26, [Answered(lazy_("请填写间隔几周"))])
    given_on = DayField(lazy_("注射日期"), [Answered(lazy_("请填写注射日期")), Past()])
    site = ChoiceField(lazy_("注射部位（选填）"), labelled(INJECTION_SITES))
    facility = TextField(lazy_("注射机构（选填）"), _LONGEST_PLACE)
    reaction = ParagraphField(lazy_("注射后反应（选填）"), _LONGEST_TEXT)

    def to_command(self) -> RecordInjection:
        return RecordInjection(
            submission_key=self.key.data,
            drug=self.drug.data,
            dose_mg=self.dose_mg.data,
            interval_weeks=self.interval_weeks.data,
            given_on=self.given_on.data,
            site=InjectionSite(self.site.data) if self.site.data else None,
            facility=self.facility.data or "",
            reaction=self.reaction.data or "",
        )


class SupplyForm(Form):
    key = KeyField()
    drug = TextField(lazy_("药名和规格（剂型、每片毫克数）"), _LONGEST_DRUG, [Answered(lazy_("请填写药名"))])
    given_on = DayField(lazy_("领药日期"), [Answered(lazy_("请填写领药日期")), Past()])
    days = NumberField(lazy_("够用几天"), 1, 366, [Answered(lazy_("请填写够用几天"))])
    source = TextField(lazy_("发药机构（选填）"), _LONGEST_PLACE)

    def to_command(self) -> RecordSupply:
        return RecordSupply(
            submission_key=self.key.data,
            drug=self.drug.data,
            given_on=self.given_on.data,
            days=self.days.data,
            source=self.source.data or "",
        )


class ExaminationForm(Form):
    key = KeyField()
    examined_on = DayField(lazy_("体检或征求意见日期"), [Answered(lazy_("请填写日期")), Past()])
    agreed_by = ChoiceField(lazy_("是否同意"), labelled(AGREED_BY), [Answered(lazy_("请选择由谁同意"))])
    systolic_mmhg = NumberField(lazy_("收缩压（mmHg）"), 60, 260)
    diastolic_mmhg = NumberField(lazy_("舒张压（mmHg）"), 30, 160)
    weight = CodeField(lazy_("体重（千克）"), 6, [Measured("60.5")])
    white_cells = CodeField(lazy_("白细胞计数（×10⁹/L）"), _LONGEST_VALUE, [Measured("6.2")])
    neutrophils = CodeField(lazy_("中性粒细胞计数（×10⁹/L）"), _LONGEST_VALUE, [Measured("3.5")])
    alt = CodeField(lazy_("转氨酶 ALT（U/L）"), _LONGEST_VALUE, [Measured("25")])
    glucose = CodeField(lazy_("空腹血糖（mmol/L）"), _LONGEST_VALUE, [Measured("5.4")])
    ecg = ChoiceField(lazy_("心电图"), labelled(ECG))
    findings = ParagraphField(lazy_("其他发现（选填）"), _LONGEST_TEXT)

    def to_command(self) -> RecordExamination:
        return RecordExamination(
            submission_key=self.key.data,
            examined_on=self.examined_on.data,
            agreed_by=AgreedBy(self.agreed_by.data),
            systolic_mmhg=self.systolic_mmhg.data,
            diastolic_mmhg=self.diastolic_mmhg.data,
            weight=self.weight.data or "",
            white_cells=self.white_cells.data or "",
            neutrophils=self.neutrophils.data or "",
            alt=self.alt.data or "",
            glucose=self.glucose.data or "",
            ecg=self.ecg.code,
            findings=self.findings.data or "",
        )


class JointForm(Form):
    triggers = FlagsField(lazy_("原因（可多选）"), labelled(JOINT_TRIGGERS))
    until = DayField(lazy_("到哪一天"), [Answered(lazy_("请填写到哪一天"))])

    def to_command(self) -> SetJointVisits:
        return SetJointVisits(self.until.data, tuple(JointTrigger(one) for one in self.triggers.data or ()))


class UnlockingForm(Form):
    unlocked_on = DayField(lazy_("解锁日期"), [Answered(lazy_("请填写解锁日期")), Past()])
    way = ChoiceField(lazy_("怎样解除"), labelled(UNLOCK_WAYS), [Answered(lazy_("请选择怎样解除"))])
    helpers = FlagsField(
        lazy_("参与解救的单位和人员（可多选）"), labelled({int(one): text for one, text in HELPERS.items()})
    )

    def to_command(self) -> EndLocking:
        bits = sum(int(code) for code in self.helpers.data or ())
        return EndLocking(self.unlocked_on.data, UnlockWay(self.way.data), bits)


class PlainForm(Form):
    """A single button."""
