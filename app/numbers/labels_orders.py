"""Words of supervision orders: code → Chinese source text."""

from __future__ import annotations

from typing import Final

from app.core.i18n import N_, _
from app.core.reasons import Reason, say
from app.numbers.rules.behind import MISSING
from app.numbers.rules.orders import ANY_DUTY, CaseOutcome, Demand, OrderState, Since
from app.numbers.rules.sampling import sample_of_matter
from app.tasks.rules import TaskKind

STATES: Final = {
    OrderState.ISSUED: N_("待签收"),
    OrderState.RECEIVED: N_("已签收，待回复"),
    OrderState.REPLIED: N_("已回复，待核销"),
    OrderState.SENT_BACK: N_("已退回，待重新回复"),
    OrderState.CLOSED: N_("已办结"),
    OrderState.WITHDRAWN: N_("已撤销"),
}
TONES: Final = {
    OrderState.ISSUED: "soon",
    OrderState.RECEIVED: "soon",
    OrderState.REPLIED: "soon",
    OrderState.SENT_BACK: "late",
    OrderState.CLOSED: "good",
    OrderState.WITHDRAWN: "grey",
}
DEMANDS: Final = {
    Demand.MEND: N_("逐例限期整改，并书面回复整改情况"),
    Demand.EXPLAIN: N_("逐例说明原因，并提出改进措施"),
    Demand.VERIFY: N_("逐例核实情况，资料有误的予以更正"),
}
OUTCOMES: Final = {
    CaseOutcome.DONE: N_("已完成"),
    CaseOutcome.ARRANGED: N_("已约定时间"),
    CaseOutcome.AWAY: N_("本人不在本地，暂不能办理"),
    CaseOutcome.REFUSED: N_("本人或家属不同意"),
    CaseOutcome.CORRECTED: N_("资料有误，已更正"),
    CaseOutcome.NOT_OURS: N_("不属本单位办理"),
}
SINCE: Final = {
    Since.STILL: N_("未整改"),
    Since.MENDED: N_("已整改"),
    Since.GONE: N_("不再需要办理"),
    Since.UNSEEN: N_("由督办单位复核"),
}
SINCE_TONES: Final = {Since.STILL: "late", Since.MENDED: "good", Since.GONE: "grey", Since.UNSEEN: "grey"}
DUTY_MATTERS: Final = {
    ANY_DUTY: N_("逾期未办事项"),
    TaskKind.FOLLOW_UP.value: N_("逾期未随访"),
    TaskKind.REASSESSMENT.value: N_("逾期未做季度评估"),
    TaskKind.CONFIRM_LOST.value: N_("失访逾期未确认"),
    TaskKind.AGREEMENT_RENEWAL.value: N_("监护协议逾期未续签"),
}


def how_many(cases: int, visits: int = 0) -> str:
    """4 例; of late entries 5 次随访，涉及 4 人: visits are counted, and each person is one case."""
    if visits:
        return _("%(n)s 次随访，涉及 %(people)s 人", n=visits, people=cases)
    return _("%(n)s 例", n=cases)


def matter_words(matter: str, period: str) -> str:
    """What an order is about, in the reader's language."""
    if sampled := sample_of_matter(matter):
        return _("督导抽查不符（%(year)s年第%(n)s号）", year=sampled[0], n=sampled[1])
    if not period:
        return _(DUTY_MATTERS[matter])
    if matter.endswith(MISSING):
        return _("未计入%(indicator)s", indicator=say(Reason(f"numbers.indicator.{matter.removesuffix(MISSING)}")))
    return say(Reason(f"numbers.figure.{matter}"))
