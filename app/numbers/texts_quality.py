"""Sentences of data quality: what each check finds, and what puts it right."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "numbers.quality.dead_but_registered": N_("已登记死亡日期，仍为在册"),
    "numbers.quality.visit_after_death": N_("死亡日期之后还有随访记录"),
    "numbers.quality.agreement_after_end": N_("已死亡、排除、迁出或并档，监护协议仍在履行"),
    "numbers.quality.guardian_dead": N_("监护人已死亡，监护关系未终止"),
    "numbers.quality.guardian_under_age": N_("监护人未满 18 周岁"),
    "numbers.quality.due_too_late": N_("末次随访约定的下次随访晚于规定的最迟日期"),
    "numbers.quality.high_level_but_stable": N_("危险性 3 级及以上，末次随访却不是 1 类"),
    "numbers.quality.lost_but_seen": N_("登记失访以后又见到本人，仍为失访"),
    "numbers.quality.age_impossible": N_("出生日期在今天之后，或年龄超过 110 岁"),
    "numbers.quality.onset_before_birth": N_("初次发病早于出生"),
    "numbers.quality.medicine_before_onset": N_("首次抗精神病药治疗早于初次发病"),
    "numbers.quality.no_diagnosis": N_("没有目前诊断"),
    "numbers.quality.no_id_number": N_("没有证件号码"),
    "numbers.quality.no_birth_date": N_("没有出生日期"),
    "numbers.quality.no_sex": N_("没有性别"),
    "numbers.quality.no_phone": N_("本人和监护人都没有电话"),
    "numbers.quality.no_address": N_("没有村以下的现住址"),
    "numbers.quality.no_village": N_("现住地没有落实到村（社区），或该村已撤并"),
    "numbers.quality.no_record_number": N_("没有档案编号"),
    "numbers.quality.no_doctor": N_("没有责任医生"),
    "numbers.quality.doctor_gone": N_("责任医生的账号已停用"),
    "numbers.quality.no_guardian": N_("没有第一监护人"),
    "numbers.quality.no_second_guardian": N_("没有第二监护人"),
    "numbers.quality.no_consent": N_("在管或待签，没有社区管理知情同意"),
    "numbers.quality.no_risk_level": N_("没有危险性等级"),
    "numbers.quality.no_onset": N_("没有初次发病时间"),
    "numbers.quality.unstable_not_referred": N_("末次随访为 1 类，没有转诊"),
    "numbers.quality.long_stay": N_("住院超过一年，一年内没有随访核实"),
    "numbers.quality.guardian_of_many": N_("第一监护人同时监护 3 人及以上"),
    "numbers.quality_opened": N_("打开数据质量名单"),
}

register(TEXTS)
