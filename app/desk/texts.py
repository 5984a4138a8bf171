"""Sentences of the desk: words for codes that its pages share, and what the audit calls its acts."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register
from app.guardians.rules import LegalBasis, Rank, Relation
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

RANKS = {Rank.FIRST: N_("第一监护人"), Rank.SECOND: N_("第二监护人")}
RELATIONS = {
    Relation.SPOUSE: N_("配偶"),
    Relation.FATHER: N_("父亲"),
    Relation.MOTHER: N_("母亲"),
    Relation.SON: N_("儿子"),
    Relation.DAUGHTER: N_("女儿"),
    Relation.ELDER_BROTHER: N_("兄"),
    Relation.YOUNGER_BROTHER: N_("弟"),
    Relation.ELDER_SISTER: N_("姐"),
    Relation.YOUNGER_SISTER: N_("妹"),
    Relation.GRANDPARENT: N_("祖辈"),
    Relation.GRANDCHILD: N_("孙辈"),
    Relation.OTHER_RELATIVE: N_("其他近亲属"),
    Relation.OTHER: N_("其他"),
    Relation.OFFICER: N_("协助监护人"),
}
LEGAL_BASES = {
    LegalBasis.STATUTORY: N_("法定"),
    LegalBasis.COURT: N_("法院指定"),
    LegalBasis.DESIGNATED: N_("居（村）委会或民政部门指定"),
    LegalBasis.CARER: N_("实际照护人"),
    LegalBasis.POST: N_("因职务"),
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

register(TEXTS)
