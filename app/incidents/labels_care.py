"""Words of the codes of receptions, green-channel requests and delivery rounds."""

from __future__ import annotations

from app.core.i18n import N_
from app.incidents.rules.green import GreenKind, GreenRefusal, GreenState, LineState, Receiver, RoundState
from app.incidents.rules.reception import ReceptionRefusal, ReceptionState, Transport

TRANSPORTS = {
    Transport.AMBULANCE: N_("救护车"),
    Transport.POLICE_CAR: N_("公安机关车辆"),
    Transport.FAMILY: N_("家属送"),
    Transport.HEALTH_CENTRE: N_("卫生院车辆"),
    Transport.OTHER: N_("其他"),
}
RECEPTION_STATES = {
    ReceptionState.ASKED: N_("等医院答复"),
    ReceptionState.ACCEPTED: N_("同意接收"),
    ReceptionState.REFUSED: N_("不能接收"),
    ReceptionState.ARRIVED: N_("已送达"),
    ReceptionState.CALLED_OFF: N_("不再送"),
}
RECEPTION_TONES = {
    ReceptionState.ASKED: "soon",
    ReceptionState.ACCEPTED: "calm",
    ReceptionState.REFUSED: "late",
    ReceptionState.ARRIVED: "good",
    ReceptionState.CALLED_OFF: "grey",
}
RECEPTION_REFUSALS = {
    ReceptionRefusal.NO_BED: N_("没有床位"),
    ReceptionRefusal.BODY_FIRST: N_("须先治疗躯体疾病或外伤"),
    ReceptionRefusal.NOT_OURS: N_("不属精神科收治范围"),
    ReceptionRefusal.NO_CONSENT: N_("手续不齐"),
    ReceptionRefusal.OTHER: N_("其他"),
}
GREEN_KINDS = {GreenKind.DELIVERY: N_("送药上门"), GreenKind.ADMISSION: N_("护送住院")}
GREEN_STATES = {
    GreenState.ASKED: N_("已申请"),
    GreenState.ACCEPTED: N_("已受理"),
    GreenState.UNDER_WAY: N_("办理中"),
    GreenState.DONE: N_("已办结"),
    GreenState.REFUSED: N_("不予办理"),
    GreenState.CALLED_OFF: N_("已撤回"),
}
GREEN_TONES = {
    GreenState.ASKED: "soon",
    GreenState.ACCEPTED: "calm",
    GreenState.UNDER_WAY: "calm",
    GreenState.DONE: "good",
    GreenState.REFUSED: "grey",
    GreenState.CALLED_OFF: "grey",
}
GREEN_REFUSALS = {
    GreenRefusal.NO_BED: N_("没有床位"),
    GreenRefusal.NOT_DUE: N_("药品还够用"),
    GreenRefusal.FAMILY_DOES: N_("家属自行办理"),
    GreenRefusal.NOT_CLINICAL: N_("医生评估不需要"),
    GreenRefusal.OTHER: N_("其他"),
}
ROUND_STATES = {
    RoundState.PLANNED: N_("待出发"),
    RoundState.UNDER_WAY: N_("送药中"),
    RoundState.CLOSED: N_("已办结"),
}
ROUND_TONES = {RoundState.PLANNED: "soon", RoundState.UNDER_WAY: "calm", RoundState.CLOSED: "good"}
LINE_STATES = {
    LineState.PLANNED: N_("待送"),
    LineState.RECEIVED: N_("已签收"),
    LineState.NOT_MET: N_("未见到人"),
    LineState.RETURNED: N_("退回"),
}
LINE_TONES = {
    LineState.PLANNED: "soon",
    LineState.RECEIVED: "good",
    LineState.NOT_MET: "late",
    LineState.RETURNED: "grey",
}
RECEIVERS = {
    Receiver.PATIENT: N_("本人"),
    Receiver.GUARDIAN: N_("监护人"),
    Receiver.VILLAGE_DOCTOR: N_("村医代收"),
    Receiver.OTHER: N_("其他"),
}
