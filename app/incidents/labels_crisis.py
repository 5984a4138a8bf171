"""Words of a crisis call's codes."""

from __future__ import annotations

from app.core.i18n import N_
from app.incidents.rules.crisis import AgeBand, CallChannel, Caller, CallOutcome, CallState, DangerNow, NoPolice

CHANNELS = {
    CallChannel.HOTLINE: N_("热线电话"),
    CallChannel.OFFICE: N_("办公电话"),
    CallChannel.WALK_IN: N_("当面来访"),
}
CALLERS = {
    Caller.SELF: N_("本人"),
    Caller.FAMILY: N_("家属"),
    Caller.NEIGHBOUR: N_("邻居"),
    Caller.POLICE: N_("民警"),
    Caller.SCHOOL: N_("学校"),
    Caller.OTHER: N_("其他"),
    Caller.ANONYMOUS: N_("不愿透露"),
}
AGES = {
    AgeBand.CHILD: N_("14 岁以下"),
    AgeBand.YOUTH: N_("14 至 17 岁"),
    AgeBand.ADULT: N_("成年人"),
    AgeBand.ELDER: N_("60 岁及以上"),
    AgeBand.UNKNOWN: N_("不清楚"),
}
DANGERS_NOW = {DangerNow.YES: N_("有"), DangerNow.UNSURE: N_("不确定"), DangerNow.NO: N_("没有")}
DANGER_KINDS = {
    1: N_("伤害自己"),
    2: N_("伤害他人"),
    3: N_("手边有刀具等"),
    4: N_("用火、燃气"),
    5: N_("服药过量、中毒"),
    6: N_("高处、水边、路边"),
    7: N_("走失"),
}
OUTCOMES = {
    CallOutcome.CALMED: N_("情绪已平稳"),
    CallOutcome.POLICE_ON_WAY: N_("民警已出发"),
    CallOutcome.AMBULANCE_ON_WAY: N_("救护车已出发"),
    CallOutcome.FAMILY_PRESENT: N_("家人已在身边"),
    CallOutcome.REFERRED: N_("已告知求助途径"),
    CallOutcome.BROKEN_OFF: N_("通话中断"),
    CallOutcome.NO_DANGER: N_("没有危险，一般咨询"),
}
NO_POLICE = {
    NoPolice.OVER: N_("通话中危险已解除"),
    NoPolice.THERE: N_("民警已在现场"),
    NoPolice.NO_PLACE: N_("问不到地点"),
}
CALL_STATES = {CallState.OPEN: N_("通话记录中"), CallState.CLOSED: N_("已结束")}
