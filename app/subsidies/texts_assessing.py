"""Sentences of the yearly assessment of guardians."""

from __future__ import annotations

from app.core.i18n import N_

TEXTS: dict[str, str] = {
    "subsidies.assessment.confirmed": N_("确认监护人年度考评"),
    "subsidies.assessment.printed": N_("打印监护人年度考评表"),
    "subsidies.assessment.too_early": N_("%(year)s 年第四季度还没有开始，暂不能确认"),
    "subsidies.assessment.confirmed_meanwhile": N_("刚有人确认了其中一位，请刷新页面"),
    "subsidies.assessment.unchecked": N_("%(name)s 本年还没有核查，不能考评"),
}
