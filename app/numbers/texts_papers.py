"""Words of the numbers' papers: causes of a gap, how the county counts."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "numbers.cause.refused": N_("不同意管理"),
    "numbers.cause.lost": N_("失访"),
    "numbers.cause.no_visit": N_("期内没有完整随访"),
    "numbers.cause.not_accepted": N_("未接受社区随访"),
    "numbers.cause.overdue": N_("间隔超期至截止日未访"),
    "numbers.cause.overdue_waiting": N_("已随访待确认"),
    "numbers.cause.gap": N_("期内随访间隔超期或次数不足"),
    "numbers.cause.not_in_person": N_("没有当面见到本人"),
    "numbers.cause.no_drug_needed": N_("医嘱无需服药"),
    "numbers.cause.irregular": N_("间断服药"),
    "numbers.cause.no_drug": N_("未服药或没有记录"),
    "numbers.cause.unstable": N_("期内评为 1 类（不稳定）"),
    "numbers.cause.not_stable": N_("末次随访不是 3 类"),
    "numbers.cause.not_examined": N_("未完成健康体检"),
    "numbers.cause.emergency_late": N_("应急处置超过 24 小时"),
    "numbers.cause.forms_late": N_("五单发出超时"),
    "numbers.cause.received_late": N_("五单签收超时"),
    "numbers.cause.visited_late": N_("出院后首访超时"),
    "numbers.cause.not_closed": N_("五单未按时办结"),
    "numbers.cause.entered_late": N_("超过 10 个工作日录入"),
    "numbers.cause.not_reassessed": N_("未做季度评估"),
    "numbers.cause.unsigned": N_("未签监护协议"),
    "numbers.cause.unpaid": N_("已签协议未发放"),
    "numbers.cause.uninsured": N_("未参保"),
    "numbers.cause.not_trained": N_("未参加社区康复"),
    "numbers.cause.counted": N_("计入分子"),
    "numbers.mode.standard.interval": N_(
        "规范管理按随访间隔判定：每次随访应在前一次确定的期限内完成，宽限 %(days)s 天；住院、羁押期间不计。"
    ),
    "numbers.mode.standard.quarterly": N_("规范管理按季度判定：管理超过 45 天的每个自然季度至少有一次完整随访。"),
    "numbers.mode.regular.strict": N_("规律服药按期内全部随访判定：每一次的服药记录都为规律。"),
    "numbers.mode.regular.last_visit": N_("规律服药按期内最近一次随访的服药记录判定。"),
    "numbers.mode.denominators.since_2017": N_("服药率、规律服药率以在册患者为分母（2017 年及以后的国家口径）。"),
    "numbers.mode.denominators.before_2017": N_("服药率、规律服药率以在管患者为分母（2016 年及以前的国家口径）。"),
    "numbers.mode.drops_no_drug_needed": N_("全期医嘱无需服药的患者不计入服药率、规律服药率的分母。"),
    "numbers.mode.face_to_face.once": N_("面访率以期内至少一次当面随访计。"),
    "numbers.mode.face_to_face.half_yearly": N_("面访率以每半年至少一次当面随访计。"),
    "numbers.mode.examined_of.registered": N_("健康体检率以在册患者为分母。"),
    "numbers.mode.examined_of.at_home": N_("健康体检率以居家患者为分母。"),
    "numbers.mode.periods.cumulative": N_("月度、季度数字为当年 1 月 1 日起的累计数。"),
    "numbers.mode.periods.alone": N_("月度、季度数字只计当月、当季。"),
    "numbers.report_printed": N_("印制工作报告"),
    "numbers.report_fetched": N_("下载工作报告"),
    "numbers.list_printed": N_("印制指标名单"),
    "numbers.village_table_printed": N_("打印村基础信息一张表"),
}

register(TEXTS)
