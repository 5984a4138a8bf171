"""Sentences of the desk: words for codes that its pages share, and what the audit calls its acts."""

from __future__ import annotations

from app.core.i18n import N_, _
from app.core.reasons import register
from app.risk.models import LevelSource
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState
from app.tasks.rules import TaskKind

VISIT_FORMS = {1: N_("门诊"), 2: N_("家访"), 3: N_("电话")}
TASK_KINDS = {
    TaskKind.FOLLOW_UP: N_("随访"),
    TaskKind.REASSESSMENT: N_("季度评估"),
    TaskKind.AGREEMENT_RENEWAL: N_("协议续签"),
    TaskKind.CONFIRM_LOST: N_("失访待确认"),
    TaskKind.UNLOCKING: N_("解锁"),
    TaskKind.CHECK_STATUS: N_("状态核实"),
}

LEVEL_SOURCES = {
    LevelSource.VISIT: N_("随访时评估"),
    LevelSource.REASSESSMENT: N_("季度评估"),
    LevelSource.OPENING: N_("建档导入"),
}
DECISIONS = {LineState.PAY: N_("应发"), LineState.HOLD: N_("暂缓"), LineState.REFUSE: N_("不发")}
PAYMENT_STATES = {
    PaymentState.SENT: N_("已报盘"),
    PaymentState.PAID: N_("已发"),
    PaymentState.RETURNED: N_("银行退回"),
    PaymentState.WITHHELD: N_("拦付"),
}
TEXTS: dict[str, str] = {
    "desk.late_exported": N_("导出督办清单"),
    "desk.late_printed": N_("打印督办清单"),
    "desk.print_fetched": N_("下载已生成的台账或告知书"),
}


def owner_of(kind: TaskKind, agency: str | None) -> str:
    """Whose duty it is: the responsible agency, or for agreements the village and the town of the place beside it."""
    return _("村（社区）与乡镇") if kind is TaskKind.AGREEMENT_RENEWAL else agency or "—"


register(TEXTS)
