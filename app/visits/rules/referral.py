"""What came of a referral (转诊): the receiving institution's answer, or that there was nothing to answer (domain 2.4, 3.1)."""

from __future__ import annotations

from enum import StrEnum

from app.core.i18n import N_

RECEIPT_WITHIN_DAYS = 14  # what came of a referral is asked after two weeks (domain 2.4, unstable)


class ReferralOutcome(StrEnum):
    """The receipt: seen, kept in hospital, or never there."""

    SEEN = "seen"
    ADMITTED = "admitted"
    NOT_GONE = "not_gone"


class NotGone(StrEnum):
    """Why somebody did not go."""

    UNWILLING = "unwilling"
    MONEY = "money"
    TRANSPORT = "transport"
    BETTER = "better"
    OTHER = "other"


OUTCOME_LABELS = {
    ReferralOutcome.SEEN: N_("已就诊，未住院"),
    ReferralOutcome.ADMITTED: N_("已住院"),
    ReferralOutcome.NOT_GONE: N_("没有去"),
}
NOT_GONE_LABELS = {
    NotGone.UNWILLING: N_("本人或家属不愿去"),
    NotGone.MONEY: N_("费用困难"),
    NotGone.TRANSPORT: N_("交通不便、无人陪送"),
    NotGone.BETTER: N_("病情好转，不需要去"),
    NotGone.OTHER: N_("其他原因"),
}
