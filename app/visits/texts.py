"""Sentences of the visit rules: why a class, why a day, what is wrong on a form, what it calls for."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    # the decision table (domain 2.3)
    "visit.class.risk": N_("危险性评估 %(level)s 级，达到 %(threshold)s 级及以上"),
    "visit.class.symptoms": N_("精神症状明显"),
    "visit.class.insight": N_("自知力缺失"),
    "visit.class.adverse": N_("有严重或急性药物不良反应"),
    "visit.class.physical": N_("有严重躯体疾病"),
    "visit.class.low_risk": N_("危险性评估 %(level)s 级，未降到 0 级"),
    "visit.class.symptoms_present": N_("精神症状尚未消失"),
    "visit.class.insight_partial": N_("自知力不全"),
    "visit.class.social": N_("社会功能较差：%(items)s"),
    "visit.class.physical_unstable": N_("躯体疾病不稳定"),
    "visit.class.other_abnormal": N_("有其他异常"),
    "visit.class.stable": N_("危险性 0 级，症状基本消失，自知力恢复，社会功能一般或良好，无严重不良反应，躯体疾病稳定"),
    "visit.override.forbidden": N_("危险性评估 %(threshold)s 级及以上只能分为不稳定"),
    "visit.override.needs_reason": N_("选择比计算结果更好的分类，请写明理由；县级会抽查"),
    # the next visit (domain 2.4)
    "visit.due.unstable": N_("不稳定：%(days)s 天内再次随访，最迟 %(on)s"),
    "visit.due.intervention": N_("首次评为基本稳定：%(days)s 天后评估干预效果，最迟 %(on)s"),
    "visit.due.stabilising": N_("干预后趋于稳定：%(months)s 个月内随访，最迟 %(on)s"),
    "visit.due.not_stable": N_("干预后未达到稳定：请精神科医师指导，%(months)s 个月内随访，最迟 %(on)s"),
    "visit.due.stable": N_("稳定：%(months)s 个月内随访，最迟 %(on)s"),
    "visit.due.after_event": N_("%(days)s 天内随访，最迟 %(on)s"),
    "visit.due.not_after_visit": N_("下次随访日期应在本次随访（%(visited_on)s）之后"),
    "visit.due.too_late": N_("下次随访最迟 %(latest_on)s，可以提前，不能推后"),
    # dates
    "visit.in_future": N_("随访日期不能晚于今天（%(today)s）"),
    "visit.before_birth": N_("随访日期早于患者出生日期"),
    "visit.before_registration": N_("随访日期早于建档日期（%(registered_on)s）"),
    "visit.after_death": N_("患者已于 %(died_on)s 死亡，随访日期不能在其后"),
    # answers
    "visit.required": N_("请填写“%(field)s”"),
    "visit.unknown_code": N_("“%(field)s”没有这个选项，请重新选择"),
    "visit.none_excludes_others": N_("“%(field)s”选了“无”，就不能再选其他项"),
    "visit.count_needed": N_("请填写“%(field)s”，至少 1 次"),
    "visit.count_without_tick": N_("填了“%(field)s”，请同时勾选该危险行为"),
    "visit.discharge_after_visit": N_("末次出院时间不能晚于随访日期"),
    "visit.adverse_not_applicable": N_("用药的患者，药物不良反应不能选“此项不适用”"),
    "visit.adverse_severity_without_reaction": N_("没有不良反应时，程度应为“没有”"),
    "visit.medicine_needed": N_("患者正在用药，请至少填写一种药物"),
    "visit.too_many_medicines": N_("最多填写 %(most)s 种药物"),
    "visit.medicine.name": N_("第 %(line)s 行药物缺少名称"),
    "visit.medicine.dose": N_("第 %(line)s 行药物的剂量应为毫克数，如 2.5"),
    "visit.medicine.long_acting": N_("第 %(line)s 行长效针剂应同时填写间隔周数和每次剂量"),
    "visit.medicine.weeks": N_("第 %(line)s 行长效针剂的间隔应为 1 至 26 周"),
    "visit.medicine.no_dose": N_("第 %(line)s 行药物缺少剂量"),
    # lost or dead
    "visit.lost_and_dead": N_("失访与死亡不能同时填写"),
    "visit.clinical_when_lost_or_dead": N_("失访或死亡的患者不填“%(field)s”"),
    "visit.lost_needs_attempts": N_("认定失访需有 %(needed)s 次不同日期的未访到记录，现有 %(found)s 次"),
    "visit.death_in_future": N_("死亡日期不能晚于今天"),
    "visit.death_before_birth": N_("死亡日期早于患者出生日期"),
    "visit.physical_cause_without_illness": N_("死亡原因为躯体疾病时才填写其细分"),
    # warnings
    "visit.late_entry": N_("随访已超过 %(days)s 个工作日才录入，将标记为迟录"),
    "visit.back_entry": N_("已有更晚的随访（%(latest_on)s），补录后会重新计算分类和下次随访日期"),
    "visit.same_day": N_("另一位医生已录入当天的随访，请核对是否重复"),
    "visit.self_harm_but_risk": N_("有自伤或自杀行为，危险性通常为 %(level)s 级及以上，请核对"),
    "visit.incident_but_risk": N_("有肇事或肇祸行为，危险性通常为 %(level)s 级及以上，请核对"),
    "visit.harming_but_no_risk": N_("目前症状有伤人毁物，危险性却为 0 级，请核对"),
    "visit.open_incident": N_("有肇事或肇祸行为，请建立事件记录"),
    "visit.emergency": N_("可能需要应急处置：%(because)s。如已处置，请在 24 小时内完成应急记录"),
    "visit.emergency.self": N_("有自伤或自杀行为"),
    "visit.emergency.others": N_("有危害他人或公共安全的行为或危险"),
    "visit.emergency.relapse": N_("病情复发，精神状况明显恶化"),
    "visit.emergency.drug": N_("有急性或严重的药物不良反应"),
    "visit.unlocking": N_("患者被关锁，将通知县级精防机构安排解锁"),
    "visit.tell_police": N_("危险性 %(level)s 级及以上，请通报派出所"),
    "visit.refer": N_("分类为不稳定，请对症处理并立即建议转诊"),
    "visit.joint_visit": N_("有伤害他人的经历或风险，请缩短间隔，与村（居）委会、民警共同随访"),
    "visit.with_psychiatrist": N_("症状持续且未规律用药，请与精神科医师一起面访"),
    "visit.unseen": N_("已有 %(months)s 个月未见到患者本人，请报告关爱帮扶小组"),
}

register(TEXTS)
