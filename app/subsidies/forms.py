"""Shapes of the quarter's forms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from app.core.fields import (
    Answered,
    ChoiceField,
    CodeField,
    DayField,
    ListField,
    NumberField,
    TextField,
    YuanField,
    choices,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.core.money import Money
from app.core.period import Period
from app.core.reasons import say_period
from app.subsidies.commands import DecideHold, SetPolicy
from app.subsidies.rules.grounds import (
    FOR_EITHER,
    FOR_PAYING,
    FOR_REFUSING,
    LONGEST_REFERENCE,
    Grounds,
    HoldGround,
    ReturnGround,
)
from app.subsidies.rules.policy import (
    DAY_RULE_LABELS,
    DUTY_CHECK_LABELS,
    ELIGIBLE_RULE_LABELS,
    INCIDENT_EFFECT_LABELS,
    LEVEL_COUNTS_LABELS,
    DayRule,
    DutyCheck,
    EligibleRule,
    IncidentEffect,
    LevelCounts,
    PolicyTerms,
)
from app.subsidies.texts import TEXTS

_CHOOSE = Answered(lazy_("请选择"))


def _said(grounds: Iterable[HoldGround] | Iterable[ReturnGround]) -> list[tuple[str, Any]]:
    return labelled({code: TEXTS[f"subsidies.ground.{code}"] for code in grounds})


class StepForm(Form):
    """A step of a run; `version` is the run's version on the page that was looked at."""

    version = HiddenField(validators=[InputRequired(lazy_("请从批次页面重新办理这一步"))])

    @property
    def seen_version(self) -> int:
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


class ReturnForm(StepForm):
    ground = ListField(lazy_("退回原因"), _said(ReturnGround), [Answered(lazy_("请选择退回原因"))])
    reference = CodeField(lazy_("文件或协议编号（可不填）"), LONGEST_REFERENCE)

    def to_grounds(self) -> Grounds:
        return Grounds(ReturnGround(self.ground.data), self.reference.data or "")


class SettleForm(StepForm):
    returns = FileField(lazy_("银行回盘文件"), validators=[FileRequired(lazy_("请选择银行回盘文件"))])


class AttestForm(StepForm):
    is_attested = BooleanField(
        lazy_("银行已告知本批全部入账，我对此负责"), validators=[InputRequired(lazy_("请勾选确认"))]
    )


class DecideForm(StepForm):
    is_paid = ChoiceField(
        lazy_("决定"), [("yes", lazy_("发放")), ("no", lazy_("不发"))], [Answered(lazy_("请选择发放或不发"))]
    )
    ground = ListField(lazy_("依据"), (), [Answered(lazy_("请选择依据"))])
    reference = CodeField(lazy_("文件或协议编号（可不填）"), LONGEST_REFERENCE)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        groups = {_("发放或不发"): FOR_EITHER, _("发放"): FOR_PAYING, _("不发"): FOR_REFUSING}
        self.ground.group({heading: _said(grounds) for heading, grounds in groups.items()})

    def to_command(self, line_public_id: str) -> DecideHold:
        grounds = Grounds(HoldGround(self.ground.data), self.reference.data or "")
        return DecideHold(line_public_id, self.is_paid.data == "yes", grounds)


class PrepareForm(Form):
    quarter = ListField(lazy_("季度"), (), [Answered(lazy_("请选择季度"))])
    is_supplementary = BooleanField(lazy_("补发批次（只含本季度尚未发放的协议）"))

    def __init__(self, quarters: list[Period], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.quarter.choices = choices((str(one), say_period(one)) for one in quarters)


class PolicyForm(Form):
    valid_from = DayField(lazy_("生效日期"), [Answered(lazy_("请填写生效日期"))])
    annual = YuanField(lazy_("每人每年（元）"), [Answered(lazy_("请填写金额，例如 3000 或 3000.00"))])
    eligible_rule = ListField(lazy_("发放对象"), labelled(ELIGIBLE_RULE_LABELS), [_CHOOSE], default=EligibleRule.RISK3)
    level_counts = ChoiceField(
        lazy_("等级下降"), labelled(LEVEL_COUNTS_LABELS), [_CHOOSE], default=LevelCounts.AGREEMENT
    )
    inpatient_days = ChoiceField(lazy_("住院日"), labelled(DAY_RULE_LABELS), [_CHOOSE], default=DayRule.EXCLUDE)
    care_facility_days = ChoiceField(lazy_("机构托养日"), labelled(DAY_RULE_LABELS), [_CHOOSE], default=DayRule.EXCLUDE)
    incident_effect = ListField(
        lazy_("肇事肇祸"), labelled(INCIDENT_EFFECT_LABELS), [_CHOOSE], default=IncidentEffect.STOP_PERIOD
    )
    first_share = NumberField(lazy_("第一监护人份额（百分比）"), 0, 100, [Answered(lazy_("请填写份额"))], default=100)
    duty_check = ChoiceField(lazy_("履责认定"), labelled(DUTY_CHECK_LABELS), [_CHOOSE], default=DutyCheck.OFF)
    visit_within_months = NumberField(
        lazy_("医生须在几个月内当面随访"), 0, 24, [Answered(lazy_("请填写月数，0 表示不作要求"))], default=6
    )
    document_number = TextField(lazy_("文件号"), 60)
    paying_office = TextField(lazy_("发放单位"), 100)

    def to_command(self, county_code: str) -> SetPolicy:
        """ValueError names the term that makes no sense."""
        terms = PolicyTerms(
            annual=Money.from_yuan(self.annual.data or ""),
            eligible_rule=EligibleRule(self.eligible_rule.data),
            level_counts=LevelCounts(self.level_counts.data),
            inpatient_days=DayRule(self.inpatient_days.data),
            care_facility_days=DayRule(self.care_facility_days.data),
            incident_effect=IncidentEffect(self.incident_effect.data),
            first_share=self.first_share.data or 0,
            duty_check=DutyCheck(self.duty_check.data),
            visit_within_months=self.visit_within_months.data or 0,
            document_number=self.document_number.data or "",
            paying_office=self.paying_office.data or "",
        )
        return SetPolicy(county_code, self.valid_from.data, terms)
