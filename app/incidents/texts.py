"""Sentences about emergencies: why something is due, what cannot be, how it ended, and the audit's words."""

from __future__ import annotations

import app.incidents.texts_care  # each registers its sentences
import app.incidents.texts_conferences  # as above
import app.incidents.texts_crisis  # as above
import app.incidents.texts_incidents  # noqa: F401  # as above
from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "incidents.record_due": N_("%(on)s 发生应急处置，记录单应在处置结束后 24 小时内完成"),
    "incidents.record_opened": N_("%(on)s 已开应急处置记录单"),
    "incidents.done": N_("%(on)s 已完成应急处置记录单"),
    "incidents.not_an_emergency": N_("不属于应急处置：%(why)s"),
    "incidents.follow_up": N_("%(on)s 发生应急处置，应在 14 天内随访（%(by)s 前）"),
    "incidents.verify_stay": N_("%(on)s 应急处置送往医院，登记与在册的住院情况不一致，请核实是否住院并登记"),
    "incidents.check_due": N_("应急处置后每 4 小时核查一次，第 %(number)s 次；连续两次平稳后停止"),
    "incidents.checked": N_("已完成第 %(number)s 次核查"),
    "incidents.after_death": N_("%(on)s 已登记死亡，开始时间不能晚于这一天"),
    "incidents.in_future": N_("时间不能晚于现在"),
    "incidents.too_long_ago": N_("早于 %(days)s 天前，请核对"),
    "incidents.ends_before": N_("结束时间不能早于开始时间"),
    "incidents.not_registered": N_("在册患者请从其页面开记录单"),
    "incidents.police_both": N_("告知公安机关的时间和方式要一起填写"),
    "incidents.tell_police": N_("危险性 3 级及以上须告知公安机关，请填写时间和方式"),
    "incidents.consent_why": N_("未能取得知情同意的，请选择原因"),
    "incidents.needed": N_("完成记录单前请填写"),
    "incidents.say_other": N_("选择“其他”的，请写明"),
    "incidents.is_finished": N_("记录单已完成，不能再改"),
    "incidents.no_check": N_("目前没有要做的核查"),
    # the audit's words
    "incidents.opened": N_("开应急处置记录单"),
    "incidents.filled": N_("填写应急处置记录单"),
    "incidents.finished": N_("完成应急处置记录单"),
    "incidents.denied": N_("判定不属于应急处置"),
    "incidents.check_made": N_("登记处置后核查"),
    "incidents.checks_set": N_("设定处置后核查"),
    "incidents.printed": N_("打印应急处置记录单"),
}

register(TEXTS)
