"""The county's fund (资金池): where its money comes from, what is promised, what is paid; debits equal credits by construction.

A posting moves an amount from one side to another, so every entry balances; nothing is edited, a mistake is turned back by the
opposite posting. Base: Bengbu's pool of at least 300,000 yuan a year, several levels of government paying into it (domain 5.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.core.i18n import N_
from app.core.money import Money


class FundSide(StrEnum):
    """One account of a county's year."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    OTHER = "other"
    CARRIED_IN = "carried_in"
    POOL = "pool"  # 可用
    COMMITTED = "committed"  # 已审批未入账
    PAID = "paid"  # 已入账
    CARRIED_OUT = "carried_out"
    LAPSED = "lapsed"  # 收回财政


class EntryKind(StrEnum):
    BUDGET = "budget"
    REVERSAL = "reversal"
    COMMIT = "commit"
    RELEASE = "release"
    PAY = "pay"
    BOUNCE = "bounce"
    CLOSE = "close"
    RECOVER = "recover"
    BACK_COMMIT = "back_commit"  # other expenses that the county takes over, one by one
    BACK_RELEASE = "back_release"
    BACK_PAY = "back_pay"


class ProposalState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class YearEnd(StrEnum):
    """What becomes of the rest on the year's last day."""

    CARRY = "carry"
    LAPSE = "lapse"


SOURCES = (FundSide.PROVINCE, FundSide.CITY, FundSide.COUNTY, FundSide.OTHER)

SIDE_LABELS = {
    FundSide.PROVINCE: N_("省级补助"),
    FundSide.CITY: N_("市级补助"),
    FundSide.COUNTY: N_("县级预算"),
    FundSide.OTHER: N_("追加及其他"),
    FundSide.CARRIED_IN: N_("上年结转"),
    FundSide.POOL: N_("可用"),
    FundSide.COMMITTED: N_("已审批、未入账"),
    FundSide.PAID: N_("已入账"),
    FundSide.CARRIED_OUT: N_("结转下年"),
    FundSide.LAPSED: N_("收回财政"),
}
KIND_LABELS = {
    EntryKind.BUDGET: N_("拨入资金池"),
    EntryKind.REVERSAL: N_("红字冲回"),
    EntryKind.COMMIT: N_("批次审批占用"),
    EntryKind.RELEASE: N_("批次作废，退回可用"),
    EntryKind.PAY: N_("批次办结"),
    EntryKind.BOUNCE: N_("办结后银行退回"),
    EntryKind.CLOSE: N_("年终"),
    EntryKind.RECOVER: N_("监护人退回多发的款项"),
    EntryKind.BACK_COMMIT: N_("兜底费用审批占用"),
    EntryKind.BACK_RELEASE: N_("兜底费用撤回，退回可用"),
    EntryKind.BACK_PAY: N_("兜底费用支付"),
}
YEAR_END_LABELS = {YearEnd.CARRY: N_("结转下年继续使用"), YearEnd.LAPSE: N_("由财政收回")}


@dataclass(frozen=True, slots=True)
class Balances:
    """What each side of a year has received less what left it; a source shows what it gave."""

    by_side: Mapping[FundSide, Money]

    def __getitem__(self, side: FundSide) -> Money:
        return self.by_side.get(side, Money.zero())

    @property
    def budget(self) -> Money:
        """Everything that came in, from the year's sources and from the year before."""
        return sum((self[side] for side in (*SOURCES, FundSide.CARRIED_IN)), Money.zero())

    def shortage(self, wanted: Money) -> Money:
        """By how much the pool falls short of `wanted`; zero when it does not."""
        return max(wanted - self[FundSide.POOL], Money.zero())
