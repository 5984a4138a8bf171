"""How a county's bank wants its files, what stands beside a payment, and accounts that somebody must vouch for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from app.core.i18n import N_
from app.core.reasons import Reason, reason

LONGEST_SHARING_DAYS = 366


class PayLayout(StrEnum):
    XLSX = "xlsx"  # the workbook that rural commercial banks' offices use
    FIXED = "fixed"  # columns of fixed width in GB18030 with a trailer of totals
    CSV = "csv"
    CARD = "card"  # 惠民惠农“一卡通” workbook


class CallBack(StrEnum):
    """What was said on the number that had been known before the change."""

    CONFIRMED = "confirmed"
    DENIED = "denied"
    UNREACHED = "unreached"


CALL_BACK_LABELS = {
    CallBack.CONFIRMED: N_("本人确认是自己更换的"),
    CallBack.DENIED: N_("本人说没有更换"),
    CallBack.UNREACHED: N_("没有联系上"),
}


class SharingState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"


SHARING_LABELS = {
    SharingState.PROPOSED: N_("待复核"),
    SharingState.APPROVED: N_("已同意"),
    SharingState.REFUSED: N_("未同意"),
    SharingState.ENDED: N_("已终止"),
}


def account_holds(changed_on: date | None, call_back: CallBack | None, as_of: date, hold_days: int) -> Iterator[Reason]:
    """A change that was denied on the number known before holds until the account is set again; a young one until it is confirmed."""
    if changed_on is None or call_back is CallBack.CONFIRMED:
        return
    if call_back is CallBack.DENIED:
        yield reason("subsidies.hold.account_denied")
    elif (as_of - changed_on).days < hold_days:
        yield reason("subsidies.hold.account_changed", days=hold_days)
