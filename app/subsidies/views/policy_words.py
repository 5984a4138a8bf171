"""A policy's terms in words, in the groups of its page, and what differs between two versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.i18n import _
from app.subsidies.rules.floors import FLOOR_GROUND_LABELS, FloorGround
from app.subsidies.rules.policy import (
    CHAIN_LABELS,
    DAY_RULE_LABELS,
    DUTY_CHECK_LABELS,
    ELIGIBLE_RULE_LABELS,
    INCIDENT_EFFECT_LABELS,
    LEVEL_COUNTS_LABELS,
    PAY_LAYOUT_LABELS,
    PAYING_OFFICE_LABELS,
    RHYTHM_LABELS,
    PolicyTerms,
)

Said = tuple[str, str]


@dataclass(frozen=True)
class Group:
    """Terms that belong together: a heading, and each term with its value in words."""

    title: str
    terms: list[Said]


@dataclass(frozen=True)
class Difference:
    """One term that two versions say differently."""

    label: str
    before: str
    after: str


def said_terms(terms: PolicyTerms) -> list[Group]:
    """Every term, in the order of the form."""
    return [
        Group(_("金额和周期"), list(_money(terms))),
        Group(_("发给谁"), list(_who(terms))),
        Group(_("计发天数"), list(_days(terms))),
        Group(_("肇事肇祸"), [(_("有肇事肇祸的"), _label(INCIDENT_EFFECT_LABELS[terms.incident_effect]))]),
        Group(_("监护人分配"), list(_split(terms))),
        Group(_("审批、公示和支付"), list(_steps(terms))),
        Group(_("文件和票据"), list(_papers(terms))),
    ]


def differences(before: PolicyTerms | None, after: PolicyTerms) -> list[Difference]:
    """What changed, term by term, in words; everything is new in a first version, which says so by an empty list."""
    if before is None:
        return []
    then = [term for group in said_terms(before) for term in group.terms]
    now = [term for group in said_terms(after) for term in group.terms]
    return [
        Difference(label, was, value) for (label, was), (_same, value) in zip(then, now, strict=True) if was != value
    ]


def _money(terms: PolicyTerms) -> Iterator[Said]:
    yield _("每人每年（元）"), terms.annual.grouped if terms.annual else _("停止发放")
    by_level = [
        _("%(level)s 级 %(yuan)s 元", level=level, yuan=amount.grouped) for level, amount in terms.annual_by_level
    ]
    yield _("按等级另定（每年）"), _("；").join(by_level) or _("不分等级")
    yield _("发放周期"), _label(RHYTHM_LABELS[terms.period])
    start = terms.guardianship_year_start
    yield _("监护年度"), _("每年%(month)s月1日起", month=start) if start else _("各协议自己的年度")
    if terms.floor_ground in set(FloorGround):
        ground = _label(FLOOR_GROUND_LABELS[FloorGround(terms.floor_ground)])
        yield _("低于市级标准的原因"), f"{ground}（{terms.floor_reference}）"
    else:
        yield _("低于市级标准的原因"), "—"


def _who(terms: PolicyTerms) -> Iterator[Said]:
    yield _("发放对象"), _label(ELIGIBLE_RULE_LABELS[terms.eligible_rule])
    yield _("等级下降"), _label(LEVEL_COUNTS_LABELS[terms.level_counts])
    yield _("拒绝管理的"), _("不发：未纳入管理")
    yield _("履责认定"), _label(DUTY_CHECK_LABELS[terms.duty_check])
    yield _("履责认定期限"), _("期末后 %(n)s 个工作日", n=terms.duty_within_days)
    months = terms.visit_within_months
    yield _("医生须当面随访"), _("%(n)s 个月内没有的暂缓，待核实", n=months) if months else _("不作要求")


def _days(terms: PolicyTerms) -> Iterator[Said]:
    yield _("住院日"), _label(DAY_RULE_LABELS[terms.inpatient_days])
    yield _("机构托养日"), _label(DAY_RULE_LABELS[terms.care_facility_days])
    yield _("羁押、服刑日"), _("不计：期间由国家机关看管，监护人没有实际监护")
    yield _("失联日"), _("不计：找到之日起重新计发")


def _split(terms: PolicyTerms) -> Iterator[Said]:
    yield _("第一监护人"), f"{terms.first_share}%"
    yield _("第二监护人"), f"{terms.second_share}%" if terms.second_share else _("不发")


def _steps(terms: PolicyTerms) -> Iterator[Said]:
    yield _("审批"), _label(CHAIN_LABELS[terms.chain])
    yield _("公示"), _("%(n)s 个工作日，只公示数量和金额", n=terms.notice_days) if terms.notice_days else _("不公示")
    within = terms.pay_within_days
    yield _("到账时限"), _("期末后 %(n)s 天内", n=within) if within else _("未规定")
    yield _("第四季度提前截止"), _("%(day)s起可以造册", day=terms.early_cutoff) if terms.early_cutoff else _("不提前")
    yield _("账户变更"), _("造册前 %(n)s 天内变更的暂缓，电话核实", n=terms.account_hold_days)
    yield _("发放文件格式"), _label(PAY_LAYOUT_LABELS[terms.pay_layout])
    yield _("银行附言"), terms.remark


def _papers(terms: PolicyTerms) -> Iterator[Said]:
    yield _("文件号"), terms.document_number or "—"
    yield _("发放单位"), terms.paying_office or _label(PAYING_OFFICE_LABELS[terms.office])


def _label(text: str) -> str:
    return str(_(text))
