"""Sentences of the risk level and the quarterly reassessment."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register
from app.risk.rules import LEVELS, LONGEST_CONCLUSION

__all__ = ["LEVEL_WORDS", "LONGEST_CONCLUSION", "TEXTS"]

# Codes of the levels' words as the form prints them (domain 2.1).
LEVEL_WORDS = {level: f"risk.level.{level}" for level in LEVELS}

TEXTS: dict[str, str] = {
    "risk.level.0": N_("0 级：无以下行为"),
    "risk.level.1": N_("1 级：口头威胁、喊叫，没有打砸"),
    "risk.level.2": N_("2 级：在家里打砸，针对财物，能劝止"),
    "risk.level.3": N_("3 级：打砸不分场合，针对财物，不能劝止"),
    "risk.level.4": N_("4 级：持续打砸，针对财物或人，不能劝止；或自伤、自杀"),
    "risk.level.5": N_("5 级：持械针对人的暴力，或纵火、爆炸等"),
    "risk.effect.unchanged": N_("随访日期不变，下次随访时按分类重新计算"),
    "risk.effect.no_visit_due": N_("危险性 %(level)s 级；目前没有待办的随访，请核实患者状态"),
    "risk.effect.soon_enough": N_("危险性 %(level)s 级；下次随访已定于%(due_on)s，符合 14 天内随访的要求"),
    "risk.effect.brought_forward": N_("危险性 %(level)s 级，%(days)s 天内应随访，下次随访提前到%(on)s"),
    "risk.error.level": N_("请选择危险性等级"),
    "risk.error.future": N_("评估日期不能晚于今天"),
    "risk.error.before_quarter": N_("评估日期不能早于本季度首日（%(first_on)s）"),
    "risk.error.done": N_("%(quarter)s的评估已经记录"),
    "risk.error.conclusion": N_("评估结论最多 %(most)s 字，请删减"),
    "risk.reassessed": N_("记录季度评估"),
    "risk.reassessments_opened": N_("生成季度评估任务"),
}

register(TEXTS)
