"""Sentences of the risk level and the quarterly reassessment."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "risk.effect.unchanged": N_("随访日期不变，下次随访时按分类重新计算"),
    "risk.effect.no_visit_due": N_("危险性 %(level)s 级；目前没有待办的随访，请核实患者状态"),
    "risk.effect.soon_enough": N_("危险性 %(level)s 级；下次随访已定于%(due_on)s，符合 14 天内随访的要求"),
    "risk.effect.brought_forward": N_("危险性 %(level)s 级，%(days)s 天内应随访，下次随访提前到%(on)s"),
    "risk.error.level": N_("请选择危险性等级"),
    "risk.error.future": N_("评估日期不能晚于今天"),
    "risk.error.before_quarter": N_("评估日期应在本季度首日（%(first_on)s）之后"),
    "risk.error.done": N_("%(quarter)s的评估已经记录"),
    "risk.error.conclusion": N_("评估结论最多 %(most)s 字，请删减"),
}

register(TEXTS)
