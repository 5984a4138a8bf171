"""Sentences of the alert board: what is so, and whose duty it is."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register
from app.risk.rules_alerts import Colour

COLOURS = {
    Colour.RED: N_("红色：今天办"),
    Colour.ORANGE: N_("橙色：本周办"),
    Colour.YELLOW: N_("黄色：尽快办"),
    Colour.BLUE: N_("蓝色：提前准备"),
}
SHORT = {
    Colour.RED: N_("红色"),
    Colour.ORANGE: N_("橙色"),
    Colour.YELLOW: N_("黄色"),
    Colour.BLUE: N_("蓝色"),
}
TEXTS: dict[str, str] = {
    "risk.alert.emergency": N_("应急处置记录未完成"),
    "risk.alert.emergency_late": N_("应急处置记录超过时限"),
    "risk.alert.unlocking": N_("被关锁，应于 %(by)s前解锁"),
    "risk.alert.high_overdue": N_("危险性 %(level)s 级，随访逾期 %(days)s 天"),
    "risk.alert.unstable_overdue": N_("上次随访不稳定，随访逾期 %(days)s 天"),
    "risk.alert.overdue": N_("随访逾期 %(days)s 天"),
    "risk.alert.high_due": N_("危险性 %(level)s 级，%(on)s前随访"),
    "risk.alert.high_lost": N_("危险性 %(level)s 级，失访"),
    "risk.alert.lost": N_("失访"),
    "risk.alert.high_unseen": N_("危险性 %(level)s 级，%(days)s 天没有当面见到本人"),
    "risk.alert.unseen": N_("%(since)s以来超过 %(months)s 个月没有当面见到本人"),
    "risk.alert.injection_late": N_("长效针剂应于 %(on)s注射，逾期 %(days)s 天"),
    "risk.alert.injection_due": N_("长效针剂应于 %(on)s注射"),
    "risk.alert.supply_out": N_("药品已于 %(on)s用完"),
    "risk.alert.supply_soon": N_("药品到 %(on)s用完"),
    "risk.duty.emergency": N_("责任医生 24 小时内完成记录；危险性 3 级及以上告知公安机关"),
    "risk.duty.unlocking": N_("县精防机构会同乡镇、派出所和家属解锁并送诊"),
    "risk.duty.visit_together": N_("责任医生今天随访，会同村（居）委会和民警，必要时转诊"),
    "risk.duty.visit_or_report": N_("责任医生本周随访；三次未访到的，报卫生院确认失访"),
    "risk.duty.visit": N_("责任医生随访"),
    "risk.duty.search_now": N_("卫生院立即电话报告县精防机构和派出所，协同查找"),
    "risk.duty.search": N_("卫生院每月查找，书面报告政法委和派出所"),
    "risk.duty.see": N_("责任医生当面随访本人"),
    "risk.duty.injection": N_("责任医生联系患者和注射机构，补上注射"),
    "risk.duty.supply": N_("责任医生联系家属和发药机构续药"),
}

register(TEXTS)
