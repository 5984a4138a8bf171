"""Sentences about crisis calls: what to do now, what cannot be, and the audit's words."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "incidents.crisis.do.police": N_("立即拨打 110，报清地点；记下时间"),
    "incidents.crisis.do.ambulance": N_("拨打 120；服药的问清药名和数量"),
    "incidents.crisis.do.stay": N_("不挂断，请身边的人陪着，不让其独处"),
    "incidents.crisis.do.away": N_("请身边的人拿开刀具、药品，离开高处、水边"),
    "incidents.crisis.do.minor": N_("未成年人：同时联系监护人或学校"),
    "incidents.crisis.before_call": N_("不能早于来电的时间"),
    "incidents.crisis.do.family": N_("征得同意后联系家人；来电者可以不留姓名"),
    "incidents.crisis.tell_police": N_("有危险的须告知公安机关；没有告知的，请选择原因"),
    "incidents.crisis.closed": N_("这次来电已结束，不能再改"),
    "incidents.crisis.no_village": N_("请先选择所在的村（社区），再移交"),
    # the audit's words
    "incidents.call_taken": N_("接听危机来电"),
    "incidents.call_written": N_("记录危机来电"),
    "incidents.call_closed": N_("结束危机来电"),
    "incidents.call_handed_over": N_("移交危机来电"),
}

register(TEXTS)
