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
    "risk.error.why": N_("请从列出的理由中选择"),
    "risk.error.why_missing": N_("等级有变化、3 级及以上或本季度没有随访，请选择评定理由"),
    "risk.proposed.visits": N_("本季度 %(n)s 次随访中最高为 %(level)s 级（%(on)s）"),
    "risk.proposed.last": N_("本季度没有随访，按%(on)s评定的 %(level)s 级"),
    "risk.proposed.nothing": N_("还没有评定过等级"),
    "risk.single.no_visit": N_("本季度没有完成的随访"),
    "risk.single.first": N_("首次评定"),
    "risk.single.changed": N_("等级有变化：上次 %(before)s 级，建议 %(level)s 级"),
    "risk.single.differs": N_("目前为 %(present)s 级，与建议的 %(level)s 级不同"),
    "risk.single.high": N_("等级在 3 级及以上"),
    "risk.why.visits": N_("以本季度随访结果为准"),
    "risk.why.incident": N_("本季度出现新的危险行为"),
    "risk.why.calmer": N_("危险行为未再出现，病情好转"),
    "risk.why.told": N_("家属、村（社区）或民警反映的情况"),
    "risk.why.stands": N_("情况没有变化，维持原等级"),
    "risk.why.not_seen": N_("本季度未能随访，暂按上次等级，尽快补访"),
    "risk.session.no_town": N_("评估会按乡镇（街道）召开，请用乡镇卫生院负责人的账号操作"),
    "risk.session.stands": N_("%(quarter)s的评估会已经建立（会议日期%(on)s），请打开它继续"),
    "risk.session.signed": N_("%(quarter)s的评估会已签字，结果不能再改"),
    "risk.session.list_changed": N_("名单已有变化，请刷新后重新确认"),
    "risk.session.not_together": N_("其中 %(n)s 人须逐人评估（%(why)s），不能一并确认"),
    "risk.session.waiting": N_("还有 %(n)s 人没有评估，全部评估后才能签字"),
    "risk.session.nobody": N_("本季度没有需要评估的患者，不必签字"),
    "risk.session.future": N_("会议日期不能晚于今天"),
    "risk.session.panel": N_("请至少填写两名评估组成员"),
    "risk.session.quarter": N_("只能召开本季度或上一季度的评估会"),
    "risk.session_opened": N_("建立季度集中评估会"),
    "risk.session_changed": N_("修改季度集中评估会"),
    "risk.confirmed_together": N_("一并确认季度评估"),
    "risk.session_signed": N_("季度集中评估会签字"),
    "risk.session_printed": N_("打印季度评估汇总表"),
    "risk.reassessed": N_("记录季度评估"),
    "risk.reassessments_opened": N_("生成季度评估任务"),
}

register(TEXTS)
