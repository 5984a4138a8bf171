"""Shapes of insurance's forms."""

from __future__ import annotations

from datetime import date

from wtforms import BooleanField

from app.core.db import new_public_id
from app.core.fields import (
    Answered,
    ChoiceField,
    CodeField,
    DayField,
    KeyField,
    ListField,
    MomentField,
    NumberField,
    ParagraphField,
    TextField,
    YuanField,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.money import Money
from app.insurance.commands import ProposePolicy, ProposeRelief, ReportClaim
from app.insurance.labels import (
    ELIGIBLE_RULES,
    HARMS,
    POLICY_KINDS,
    PRORATIONS,
    REFUSALS,
    RELIEF_GROUNDS,
)
from app.insurance.models import InsurancePolicy
from app.insurance.rules.claims import ClaimRefusal, Harm
from app.insurance.rules.policies import (
    REPORT_WITHIN_HOURS,
    SETTLE_WORKING_DAYS,
    EligibleRule,
    Limits,
    PolicyKind,
    Proration,
)
from app.insurance.rules.relief import ReliefGround

_DAY = lazy_("请填写日期，如 2026-11-21")
_MOMENT = lazy_("请填写日期和时间，如 2026-11-21 14:30")
_SUM = lazy_("请填写金额，例如 3000 或 3000.00")
_WHO = lazy_("请填写单位全称")
_PAPER = lazy_("请填写依据的文件号")
MOST_HOURS, MOST_DAYS = 720, 90


def _money(text: str | None) -> Money | None:
    return Money.from_yuan(text) if text else None


class _Keyed(Form):
    """A form whose record is stored once however often it is sent."""

    key = KeyField()

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("key", new_public_id())
        super().__init__(**kwargs)


class PolicyForm(_Keyed):
    kind = ChoiceField(lazy_("险种"), labelled(POLICY_KINDS), [Answered(lazy_("请选择险种"))])
    insurer = TextField(lazy_("保险公司"), 100, [Answered(_WHO)])
    number = CodeField(lazy_("保单号"), 60, [Answered(lazy_("请填写保单号"))])
    holder = TextField(lazy_("投保单位"), 100, [Answered(_WHO)])
    from_on = DayField(lazy_("起保日期"), [Answered(_DAY)])
    to_on = DayField(lazy_("止保日期（含当日）"), [Answered(_DAY)])
    premium = YuanField(lazy_("每人保费（元）"), [Answered(_SUM)])
    proration = ListField(lazy_("不足整个期间怎样计费"), labelled(PRORATIONS), [Answered(lazy_("请选择计费办法"))])
    person_limit = YuanField(lazy_("每人限额（元，选填）"))
    accident_limit = YuanField(lazy_("每次事故限额（元，选填）"))
    year_limit = YuanField(lazy_("年度限额（元，选填）"))
    eligible_rule = ListField(lazy_("参保范围"), labelled(ELIGIBLE_RULES), [Answered(lazy_("请选择参保范围"))])
    report_within_hours = NumberField(lazy_("报案时限（小时）"), 1, MOST_HOURS, [Answered(lazy_("请填写报案时限"))])
    settle_working_days = NumberField(
        lazy_("材料齐全后的理赔时限（工作日）"), 1, MOST_DAYS, [Answered(lazy_("请填写理赔时限"))]
    )
    covers_late_found = BooleanField(lazy_("出险后才确诊登记的患者也予保障"))
    exclusions = ParagraphField(lazy_("免责条款（选填）"), 500)
    document_number = TextField(lazy_("采购或投保依据的文件号"), 60, [Answered(_PAPER)])

    def to_command(self, renews: str) -> ProposePolicy:
        return ProposePolicy(
            submission_key=str(self.key.data),
            kind=PolicyKind(self.kind.data),
            insurer=self.insurer.data,
            number=self.number.data,
            holder=self.holder.data,
            from_on=self.from_on.data,
            to_on=self.to_on.data,
            premium=Money.from_yuan(self.premium.data),
            document_number=self.document_number.data,
            limits=Limits(*(_money(one.data) for one in (self.person_limit, self.accident_limit, self.year_limit))),
            proration=Proration(self.proration.data),
            report_within_hours=self.report_within_hours.data,
            settle_working_days=self.settle_working_days.data,
            eligible_rule=EligibleRule(self.eligible_rule.data),
            covers_late_found=bool(self.covers_late_found.data),
            exclusions=self.exclusions.data or "",
            renews=renews,
        )


def usual_terms() -> dict[str, object]:
    return {
        "report_within_hours": REPORT_WITHIN_HOURS,
        "settle_working_days": SETTLE_WORKING_DAYS,
        "proration": Proration.BY_DAY.value,
        "eligible_rule": EligibleRule.RISK3.value,
    }


def terms_to_renew(last: InsurancePolicy, from_on: date, to_on: date) -> dict[str, object]:
    """What the next policy will mostly say: the last one's terms, a year on, with a number and paper of its own."""
    sums = {
        "person_limit": last.person_limit_fen,
        "accident_limit": last.accident_limit_fen,
        "year_limit": last.year_limit_fen,
        "premium": last.premium_fen,
    }
    return {
        "kind": last.kind.value,
        "insurer": last.insurer,
        "holder": last.holder,
        "from_on": from_on,
        "to_on": to_on,
        "proration": last.proration.value,
        "eligible_rule": last.eligible_rule.value,
        "report_within_hours": last.report_within_hours,
        "settle_working_days": last.settle_working_days,
        "covers_late_found": last.covers_late_found,
        "exclusions": last.exclusions,
        **{name: "" if fen is None else Money(fen).yuan for name, fen in sums.items()},
    }


class ChangesForm(Form):
    on = DayField(lazy_("从哪天起"), [Answered(_DAY)])


class ClaimForm(_Keyed):
    policy = ListField(lazy_("保险单"), (), [Answered(lazy_("请选择保险单"))])
    happened_at = MomentField(lazy_("出险时间"), [Answered(_MOMENT)])
    reported_at = MomentField(lazy_("向保险公司报案的时间"), [Answered(_MOMENT)])
    harm = ChoiceField(lazy_("损害"), labelled(HARMS), [Answered(lazy_("请选择损害"))])
    asked = YuanField(lazy_("索赔金额（元）"), [Answered(_SUM)])
    insurer_reference = CodeField(lazy_("保险公司报案号（选填）"), 60)

    def to_command(self, incident: str) -> ReportClaim:
        return ReportClaim(
            submission_key=str(self.key.data),
            policy=self.policy.data,
            happened_at=self.happened_at.data,
            reported_at=self.reported_at.data,
            harm=Harm(self.harm.data),
            asked=Money.from_yuan(self.asked.data),
            insurer_reference=self.insurer_reference.data or "",
            incident=incident,
        )


class PapersForm(Form):
    papers_on = DayField(lazy_("材料交保险公司的日期"), [Answered(_DAY)])


class AgreeForm(Form):
    agreed = YuanField(lazy_("核定金额（元）"), [Answered(_SUM)])
    agreed_on = DayField(lazy_("核定日期"), [Answered(_DAY)])


class RefuseForm(Form):
    refusal = ListField(lazy_("拒赔理由"), labelled(REFUSALS), [Answered(lazy_("请选择拒赔理由"))])
    refused_on = DayField(lazy_("拒赔日期"), [Answered(_DAY)])

    @property
    def chosen(self) -> ClaimRefusal:
        return ClaimRefusal(self.refusal.data)


class PayForm(Form):
    amount = YuanField(lazy_("到账金额（元）"), [Answered(_SUM)])
    paid_on = DayField(lazy_("到账日期"), [Answered(_DAY)])


class ReliefForm(_Keyed):
    injured = TextField(lazy_("受伤人姓名"), 50, [Answered(lazy_("请填写受伤人姓名"))])
    happened_on = DayField(lazy_("事发日期"), [Answered(_DAY)])
    harm = ChoiceField(lazy_("损害"), labelled(HARMS), [Answered(lazy_("请选择损害"))])
    ground = ListField(lazy_("救助理由"), labelled(RELIEF_GROUNDS), [Answered(lazy_("请选择救助理由"))])
    amount = YuanField(lazy_("救助金额（元）"), [Answered(_SUM)])
    document_number = TextField(lazy_("依据的文件号"), 60, [Answered(_PAPER)])
    claim = ListField(lazy_("关联的理赔（选填）"))

    def to_command(self) -> ProposeRelief:
        return ProposeRelief(
            submission_key=str(self.key.data),
            injured=self.injured.data,
            happened_on=self.happened_on.data,
            harm=Harm(self.harm.data),
            ground=ReliefGround(self.ground.data),
            amount=Money.from_yuan(self.amount.data),
            document_number=self.document_number.data,
            claim=self.claim.data or "",
        )


class ReceiptForm(Form):
    paid_on = DayField(lazy_("支付日期"), [Answered(_DAY)])
    receipt_number = TextField(lazy_("签收单号"), 60, [Answered(lazy_("请填写签收单号"))])
