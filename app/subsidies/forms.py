"""Shapes of the quarter's forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from app.core.i18n import _, lazy_
from app.core.money import Money
from app.core.quarter import Quarter
from app.subsidies.commands import DecideHold, SetPolicy
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

MOST_YUAN = r"^\d{1,7}(\.\d{1,2})?$"


class StepForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """A step of a run; `version` is the run's version on the page that was looked at."""

    version = HiddenField(validators=[InputRequired()])

    @property
    def seen_version(self) -> int:
        text = str(self.version.data or "")
        return int(text) if text.isdecimal() and len(text) < 10 else -1


class ReturnForm(StepForm):
    why = TextAreaField(lazy_("退回原因"), validators=[InputRequired(), Length(max=200)])


class SettleForm(StepForm):
    returns = FileField(lazy_("银行回盘文件"), validators=[FileRequired(lazy_("请选择银行回盘文件"))])


class AttestForm(StepForm):
    is_attested = BooleanField(lazy_("银行已告知本批全部入账，我对此负责"), validators=[InputRequired()])


class DecideForm(StepForm):
    is_paid = RadioField(
        lazy_("决定"),
        choices=[("yes", lazy_("发放")), ("no", lazy_("不发"))],
        validators=[InputRequired(lazy_("请选择发放或不发"))],
    )
    note = StringField(lazy_("理由"), validators=[InputRequired(lazy_("请写明理由")), Length(max=200)])

    def to_command(self, line_public_id: str) -> DecideHold:
        return DecideHold(line_public_id, self.is_paid.data == "yes", self.note.data or "")


class PrepareForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    quarter = SelectField(lazy_("季度"), validators=[InputRequired()])
    is_supplementary = BooleanField(lazy_("补发批次（只含本季度尚未发放的协议）"))

    def __init__(self, quarters: list[Quarter], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.quarter.choices = [
            (str(one), _("%(year)s年第%(number)s季度", year=one.year, number=one.number)) for one in quarters
        ]


def _options(labels: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(str(code), lazy_(text)) for code, text in labels.items()]


class PolicyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    valid_from = DateField(lazy_("生效日期"), validators=[InputRequired()])
    annual = StringField(
        lazy_("每人每年（元）"),
        validators=[InputRequired(), Regexp(MOST_YUAN, message=lazy_("请填写金额，例如 3000 或 3000.00"))],
    )
    eligible_rule = SelectField(lazy_("发放对象"), choices=_options(ELIGIBLE_RULE_LABELS), default=EligibleRule.RISK3)
    level_counts = RadioField(lazy_("等级下降"), choices=_options(LEVEL_COUNTS_LABELS), default=LevelCounts.AGREEMENT)
    inpatient_days = RadioField(lazy_("住院日"), choices=_options(DAY_RULE_LABELS), default=DayRule.EXCLUDE)
    care_facility_days = RadioField(lazy_("机构托养日"), choices=_options(DAY_RULE_LABELS), default=DayRule.EXCLUDE)
    incident_effect = SelectField(
        lazy_("肇事肇祸"),
        choices=_options(INCIDENT_EFFECT_LABELS),
        default=IncidentEffect.STOP_PERIOD,
    )
    first_share = IntegerField(
        lazy_("第一监护人份额（百分比）"), validators=[InputRequired(), NumberRange(0, 100)], default=100
    )
    duty_check = RadioField(lazy_("履责认定"), choices=_options(DUTY_CHECK_LABELS), default=DutyCheck.OFF)
    visit_within_months = IntegerField(
        lazy_("当面随访在几个月内"), validators=[InputRequired(), NumberRange(0, 24)], default=6
    )
    document_number = StringField(lazy_("文件号"), validators=[Optional(), Length(max=60)])
    paying_office = StringField(lazy_("发放单位"), validators=[Optional(), Length(max=100)])

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
        if self.valid_from.data is None:
            raise ValueError("valid_from")
        return SetPolicy(county_code, self.valid_from.data, terms)
