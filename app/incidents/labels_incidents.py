"""Words of the codes of incidents and of what follows from them."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.identity import Sex
from app.incidents.rules.incidents import (
    Dismissal,
    Harm,
    IncidentKind,
    IncidentState,
    Insurance,
    Matter,
    Reporter,
    Victim,
    Whereabouts,
)

KINDS = {
    IncidentKind.MINOR: N_("轻度滋事"),
    IncidentKind.PUBLIC_ORDER: N_("肇事"),
    IncidentKind.CRIMINAL: N_("肇祸"),
}
STATES = {
    IncidentState.REPORTED: N_("已报告"),
    IncidentState.CONFIRMED: N_("已核实"),
    IncidentState.CLOSED: N_("已办结"),
    IncidentState.DISMISSED: N_("不予认定"),
}
STATE_TONES = {
    IncidentState.REPORTED: "soon",
    IncidentState.CONFIRMED: "calm",
    IncidentState.CLOSED: "good",
    IncidentState.DISMISSED: "grey",
}
REPORTERS = {
    Reporter.FAMILY: N_("家属（由工作人员代报）"),
    Reporter.VILLAGE: N_("村（社区）"),
    Reporter.POLICE: N_("公安机关"),
    Reporter.DOCTOR: N_("精防医生"),
    Reporter.TOWN: N_("乡镇（街道）"),
    Reporter.HOSPITAL: N_("医院"),
    Reporter.CALL: N_("危机来电"),
}
WHO_TELLS = {"own": N_("我自己了解到的"), "family": N_("家属告诉我的，代为报告")}
DISMISSALS = {
    Dismissal.DOUBLE: N_("重复报告，已有记录"),
    Dismissal.OTHER_PERSON: N_("不是此人所为"),
    Dismissal.NO_INCIDENT: N_("经核实没有发生"),
}
WHEREABOUTS = {
    Whereabouts.HOME: N_("在家"),
    Whereabouts.HOSPITAL: N_("在医院"),
    Whereabouts.POLICE: N_("在公安机关"),
    Whereabouts.CUSTODY: N_("羁押或强制医疗"),
    Whereabouts.RELATIVES: N_("在亲属处"),
    Whereabouts.UNKNOWN: N_("去向不明"),
}
INSURANCES = {
    Insurance.NOT_INSURED: N_("未投保"),
    Insurance.NOT_ASKED: N_("已投保，未报案"),
    Insurance.ASKED: N_("已报案"),
    Insurance.PAID: N_("已理赔"),
    Insurance.UNKNOWN: N_("不清楚"),
}
VICTIMS = {
    Victim.FAMILY: N_("家庭成员"),
    Victim.THIRD: N_("邻居、路人等他人"),
    Victim.STAFF: N_("在场工作人员"),
    Victim.SELF: N_("本人"),
}
HARMS = {
    Harm.SLIGHT: N_("轻伤"),
    Harm.SERIOUS: N_("重伤"),
    Harm.DEATH: N_("死亡"),
    Harm.PROPERTY: N_("仅财物受损"),
}
HELP = {"yes": N_("已提前报告并求助"), "no": N_("没有报告求助"), "unknown": N_("还不清楚")}
MATTERS = {
    Matter.LEVEL: N_("危险性等级"),
    Matter.VISITS: N_("随访安排"),
    Matter.FAULT: N_("监护人是否尽责"),
    Matter.AGREEMENT: N_("监护协议"),
    Matter.QUARTER: N_("本期监护补贴"),
}
WHO_DECIDES = {
    Matter.LEVEL: N_("由精防医生、精防机构评估"),
    Matter.VISITS: N_("由精防医生决定"),
    Matter.FAULT: N_("由县级协调小组集体认定；该患者的两名监护人均不参加"),
    Matter.AGREEMENT: N_("由乡镇（街道）、民政经办决定"),
    Matter.QUARTER: N_("由民政经办、复核人员决定"),
}
OUTCOMES = {
    (Matter.LEVEL, "kept"): N_("等级不变"),
    (Matter.LEVEL, "rated"): N_("重新评定等级"),
    (Matter.VISITS, "kept"): N_("随访日期不变"),
    (Matter.VISITS, "sooner"): N_("提前随访"),
    (Matter.FAULT, "not_at_fault"): N_("监护人已尽责"),
    (Matter.FAULT, "at_fault"): N_("监护人未尽责"),
    (Matter.AGREEMENT, "kept"): N_("协议继续履行"),
    (Matter.AGREEMENT, "talk"): N_("约谈监护人，协议继续"),
    (Matter.AGREEMENT, "replace"): N_("更换监护人，另签协议"),
    (Matter.QUARTER, "pay"): N_("照常发放"),
    (Matter.QUARTER, "stop"): N_("本期不发"),
    (Matter.QUARTER, "stop_year"): N_("本期及本监护年度其余各期不发"),
}
SEXES = (Sex.MALE, Sex.FEMALE)
