"""Words of what a county decides about its numbers, each choice with where it comes from."""

from __future__ import annotations

from app.core.i18n import N_
from app.numbers.rules.settings import (
    Denominators,
    ExaminedOf,
    FaceToFace,
    PeriodMode,
    RegularMode,
    StandardMode,
)

STANDARD = {
    StandardMode.INTERVAL: N_("按随访间隔：每次随访都在上一次确定的期限内完成，全年管理的不少于 4 次"),
    StandardMode.QUARTERLY: N_("按季度：管理超过 45 天的每个自然季度至少一次完整随访"),
}
REGULAR = {
    RegularMode.STRICT: N_("期内每一次服药回答都为规律"),
    RegularMode.LAST_VISIT: N_("以期内最近一次随访为准"),
}
DENOMINATORS = {
    Denominators.SINCE_2017: N_("以在册患者为分母（2017 年及以后）"),
    Denominators.BEFORE_2017: N_("以在管患者为分母（2016 年及以前）"),
}
DROPS = {"no": N_("仍计入分母"), "yes": N_("不计入分母")}
FACE = {
    FaceToFace.ONCE: N_("期内至少一次"),
    FaceToFace.HALF_YEARLY: N_("每半年至少一次"),
}
EXAMINED = {
    ExaminedOf.REGISTERED: N_("以在册患者为分母"),
    ExaminedOf.AT_HOME: N_("以居家患者为分母"),
}
PERIODS = {
    PeriodMode.CUMULATIVE: N_("从 1 月 1 日起累计"),
    PeriodMode.ALONE: N_("只计当月、当季"),
}
