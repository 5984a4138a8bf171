"""The form of a policy's next version, in the groups of its page; and why a year's pool stays below the city's floor."""

from __future__ import annotations

from typing import Any

from app.core.db import new_public_id
from app.core.fields import (
    Answered,
    ChoiceField,
    DayField,
    KeyField,
    ListField,
    NumberField,
    TextField,
    YuanField,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import N_, lazy_
from app.core.money import Money
from app.subsidies.commands import ProposePolicy, SetPolicy
from app.subsidies.rules.bank import PayLayout
from app.subsidies.rules.floors import FLOOR_GROUND_LABELS
from app.subsidies.rules.policy import (
    CHAIN_LABELS,
    DAY_RULE_LABELS,
    DUTY_CHECK_LABELS,
    ELIGIBLE_RULE_LABELS,
    INCIDENT_EFFECT_LABELS,
    LEVEL_COUNTS_LABELS,
    LEVELS,
    PAY_LAYOUT_LABELS,
    PAYING_OFFICE_LABELS,
    RHYTHM_LABELS,
    Chain,
    DayRule,
    DutyCheck,
    EligibleRule,
    IncidentEffect,
    LevelCounts,
    PayingOffice,
    PolicyTerms,
    Rhythm,
)

_CHOOSE = Answered(lazy_("请选择"))
_DAYS = Answered(lazy_("请填写天数"))
_DEFAULTS = PolicyTerms(annual=None)
YEAR_START_LABELS = {
    0: N_("各协议自己的年度"),
    1: N_("1月1日起"),
    2: N_("2月1日起"),
    3: N_("3月1日起"),
    4: N_("4月1日起"),
    5: N_("5月1日起"),
    6: N_("6月1日起"),
    7: N_("7月1日起"),
    8: N_("8月1日起"),
    9: N_("9月1日起"),
    10: N_("10月1日起"),
    11: N_("11月1日起"),
    12: N_("12月1日起"),
}
# what is a code of a kind of its own, and what is a whole number
_CODES: dict[str, type[Any]] = {
    "period": Rhythm,
    "eligible_rule": EligibleRule,
    "level_counts": LevelCounts,
    "duty_check": DutyCheck,
    "inpatient_days": DayRule,
    "care_facility_days": DayRule,
    "incident_effect": IncidentEffect,
    "chain": Chain,
    "pay_layout": PayLayout,
    "office": PayingOffice,
    "guardianship_year_start": int,
}
_NUMBERS = (
    "duty_within_days", "visit_within_months", "first_share", "notice_days", "pay_within_days", "account_hold_days",
)  # fmt: skip
_TEXTS = ("early_cutoff", "remark", "document_number", "paying_office", "floor_ground", "floor_reference")


class PolicyForm(Form):
    """The next version of a county's policy. `key` is the form's own, so that it is proposed once however often it is sent."""

    key = KeyField()
    valid_from = DayField(lazy_("生效日期"), [Answered(lazy_("请填写生效日期"))])
    # amount and period
    annual = YuanField(lazy_("每人每年（元）"), [Answered(lazy_("请填写金额，例如 3000 或 3000.00"))])
    level_0 = YuanField(lazy_("0 级"))
    level_1 = YuanField(lazy_("1 级"))
    level_2 = YuanField(lazy_("2 级"))
    level_3 = YuanField(lazy_("3 级"))
    level_4 = YuanField(lazy_("4 级"))
    level_5 = YuanField(lazy_("5 级"))
    period = ChoiceField(lazy_("发放周期"), labelled(RHYTHM_LABELS), [_CHOOSE], default=Rhythm.QUARTER)
    guardianship_year_start = ListField(lazy_("监护年度"), labelled(YEAR_START_LABELS), [_CHOOSE], default="0")
    floor_ground = ListField(lazy_("低于市级标准的原因"), labelled(FLOOR_GROUND_LABELS))
    floor_reference = TextField(lazy_("说明原因的文件号"), 60)
    # who
    eligible_rule = ListField(lazy_("发放对象"), labelled(ELIGIBLE_RULE_LABELS), [_CHOOSE], default=EligibleRule.RISK3)
    level_counts = ChoiceField(
        lazy_("等级下降"), labelled(LEVEL_COUNTS_LABELS), [_CHOOSE], default=LevelCounts.AGREEMENT
    )
    duty_check = ChoiceField(lazy_("履责认定"), labelled(DUTY_CHECK_LABELS), [_CHOOSE], default=DutyCheck.OFF)
    duty_within_days = NumberField(lazy_("履责认定期限（工作日）"), 0, 60, [_DAYS], default=_DEFAULTS.duty_within_days)
    visit_within_months = NumberField(
        lazy_("医生须在几个月内当面随访"), 0, 24, [Answered(lazy_("请填写月数，0 表示不作要求"))], default=6
    )
    # days
    inpatient_days = ChoiceField(lazy_("住院日"), labelled(DAY_RULE_LABELS), [_CHOOSE], default=DayRule.EXCLUDE)
    care_facility_days = ChoiceField(lazy_("机构托养日"), labelled(DAY_RULE_LABELS), [_CHOOSE], default=DayRule.EXCLUDE)
    # incidents
    incident_effect = ListField(
        lazy_("肇事肇祸"), labelled(INCIDENT_EFFECT_LABELS), [_CHOOSE], default=IncidentEffect.STOP_PERIOD
    )
    # guardians
    first_share = NumberField(lazy_("第一监护人份额（百分比）"), 0, 100, [Answered(lazy_("请填写份额"))], default=100)
    # approval, notice and payment
    chain = ChoiceField(lazy_("审批"), labelled(CHAIN_LABELS), [_CHOOSE], default=Chain.SINGLE)
    notice_days = NumberField(lazy_("公示（工作日）"), 0, 30, [_DAYS], default=0)
    pay_within_days = NumberField(lazy_("到账时限（天）"), 0, 180, [_DAYS], default=0)
    early_cutoff = TextField(lazy_("第四季度提前截止"), 5)
    account_hold_days = NumberField(lazy_("账户变更暂缓（天）"), 0, 366, [_DAYS], default=_DEFAULTS.account_hold_days)
    pay_layout = ListField(lazy_("发放文件格式"), labelled(PAY_LAYOUT_LABELS), [_CHOOSE], default=PayLayout.XLSX)
    remark = TextField(lazy_("银行附言"), 20, [Answered(lazy_("请填写银行附言"))], default=_DEFAULTS.remark)
    # papers
    document_number = TextField(lazy_("文件号"), 60)
    office = ChoiceField(
        lazy_("发放单位"), labelled(PAYING_OFFICE_LABELS), [_CHOOSE], default=PayingOffice.CIVIL_AFFAIRS
    )
    paying_office = TextField(lazy_("单位全称"), 100)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("key", new_public_id())
        super().__init__(**kwargs)

    @classmethod
    def of(cls, terms: PolicyTerms, **kwargs: Any) -> PolicyForm:
        """Filled with terms that stand."""
        levels = {f"level_{level}": amount for level, amount in terms.annual_by_level}
        return cls(obj=terms, **levels, **kwargs)

    def to_command(self, county_code: str) -> ProposePolicy:
        """ValueError names the term that makes no sense."""
        return ProposePolicy(str(self.key.data), SetPolicy(county_code, self.valid_from.data, self.to_terms()))

    def to_terms(self) -> PolicyTerms:
        """ValueError names the term that makes no sense."""
        values: dict[str, Any] = {name: kind(self[name].data) for name, kind in _CODES.items()}
        values |= {name: self[name].data or 0 for name in _NUMBERS}
        values |= {name: self[name].data or "" for name in _TEXTS}
        annual = Money.from_yuan(self.annual.data or "")
        return PolicyTerms(annual=annual, annual_by_level=self._levels(), **values)

    @property
    def levels(self) -> list[Any]:
        return [self[f"level_{level}"] for level in LEVELS]

    def _levels(self) -> tuple[tuple[int, Money], ...]:
        return tuple(
            (level, Money.from_yuan(field.data)) for level, field in zip(LEVELS, self.levels, strict=True) if field.data
        )


class PoolReasonForm(Form):
    """Why this year's pool stays below the city's floor."""

    floor_ground = ListField(
        lazy_("低于市级标准的原因"), labelled(FLOOR_GROUND_LABELS), [Answered(lazy_("请选择低于市级标准的原因"))]
    )
    floor_reference = TextField(lazy_("说明原因的文件号"), 60, [Answered(lazy_("请填写说明原因的文件号"))])
