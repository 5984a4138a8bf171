"""How a county's bank wants its files, and what a call-back about a changed account answers."""

from __future__ import annotations

from enum import StrEnum


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


class SharingState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"
