"""Sentences of tasks: why something is due, and how it ended."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register
from app.tasks.rules import TaskKind

KIND_LABELS = {
    TaskKind.FOLLOW_UP: N_("随访"),
    TaskKind.REASSESSMENT: N_("季度评估"),
    TaskKind.AGREEMENT_RENEWAL: N_("协议续签"),
    TaskKind.CONFIRM_LOST: N_("失访待确认"),
    TaskKind.UNLOCKING: N_("解锁"),
    TaskKind.CHECK_STATUS: N_("状态核实"),
    TaskKind.CONTACT: N_("定期联系"),
    TaskKind.SEARCH_LOST: N_("失访查找"),
    TaskKind.EMERGENCY_RECORD: N_("应急处置记录"),
    TaskKind.EMERGENCY_CHECK: N_("处置后核查"),
    TaskKind.INJECTION: N_("长效针注射"),
    TaskKind.SUPPLY: N_("续药"),
    TaskKind.EXAMINATION: N_("健康体检"),
    TaskKind.RECEIVE_TRANSFER: N_("迁入接收"),
    TaskKind.PLAN_REVIEW: N_("一人一策"),
    TaskKind.DEPENDANTS: N_("告知民政"),
    TaskKind.COMES_OF_AGE: N_("年满十八岁"),
    TaskKind.IDENTIFY: N_("身份核查"),
    TaskKind.COMPARE_PAPERS: N_("证件比对"),
    TaskKind.RETURNED_VISIT: N_("随访更正"),
    TaskKind.DIAGNOSIS_REVIEW: N_("诊断复核"),
    TaskKind.REFERRAL: N_("转诊回执"),
    TaskKind.SET_UP_TEAM: N_("组建小组"),
    TaskKind.DUTY_CHECK: N_("履责核查"),
    TaskKind.REPLACE_GUARDIAN: N_("更换监护人"),
    TaskKind.DYNAMIC_ENROLMENT: N_("动态参保"),
    TaskKind.BENEFIT_RENEWAL: N_("待遇续办"),
}
TEXTS: dict[str, str] = {
    "tasks.first_visit": N_("新建档患者，应在 14 天内完成首次随访（%(on)s）"),
    "tasks.reassessment": N_("%(quarter)s在管患者季度评估，季末前完成"),
    "tasks.renewal": N_("监护协议 %(number)s 于 %(ends_on)s 到期，应在到期前续签"),
    "tasks.renewals_opened": N_("生成协议续签任务"),
    "tasks.list_printed": N_("打印随访日程单"),
    "tasks.list_exported": N_("导出任务清单"),
    "tasks.not_open": N_("此任务已办结，不需要再办"),
    "tasks.outcome.reassessed": N_("已完成季度评估，危险性 %(level)s 级"),
}

register(TEXTS)
