"""Hospital costs that the county takes over when nobody else pays (住院费用兜底): asked, approved by another, paid by a third."""

from __future__ import annotations

from enum import StrEnum

from app.core.money import Money
from app.core.reasons import Reason, reason


class BackstopState(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    PAID = "paid"


_B = BackstopState
BACKSTOP_MOVES: frozenset[tuple[BackstopState, BackstopState]] = frozenset(
    {
        (_B.ASKED, _B.APPROVED),
        (_B.ASKED, _B.REFUSED),
        (_B.ASKED, _B.WITHDRAWN),
        (_B.APPROVED, _B.PAID),
        (_B.APPROVED, _B.WITHDRAWN),
    }
)


class BackstopGround(StrEnum):
    NO_INSURANCE = "no_insurance"
    BEYOND_INSURANCE = "beyond_insurance"
    NO_MEANS = "no_means"
    UNIDENTIFIED = "unidentified"
    SENT_BY_POLICE = "sent_by_police"


class BackstopRefusal(StrEnum):
    INSURED = "insured"
    FAMILY_PAYS = "family_pays"
    PAPERS = "papers"
    NOT_OURS = "not_ours"


def wrong_sums(
    bill: Money, insured: Money, family: Money, asked: Money, ground: BackstopGround
) -> dict[str, list[Reason]]:
    """The county takes over no more than what insurance and family leave of the bill; who is not insured has nothing from insurance."""
    wrong: dict[str, list[Reason]] = {}
    if ground is BackstopGround.NO_INSURANCE and insured.fen > 0:
        wrong["ground"] = [reason("benefits.backstop.insured_paid")]
    if bill.fen <= 0:
        wrong["bill"] = [reason("benefits.backstop.no_bill")]
    left = bill - insured - family
    if asked.fen <= 0:
        wrong["asked"] = [reason("benefits.backstop.nothing")]
    elif not wrong and asked > left:
        wrong["asked"] = [reason("benefits.backstop.more_than_left", left=max(left, Money.zero()))]
    return wrong
