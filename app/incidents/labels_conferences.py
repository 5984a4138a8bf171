"""Words of the codes of conferences and their decisions."""

from __future__ import annotations

from app.core.i18n import N_
from app.incidents.rules.conferences import (
    ConferenceState,
    DecisionKind,
    DecisionRefusal,
    DecisionState,
    InviteeAnswer,
    ItemResult,
    ItemSource,
)

STATES = {
    ConferenceState.PLANNED: N_("筹备中"),
    ConferenceState.HELD: N_("已召开，待成文"),
    ConferenceState.MINUTED: N_("纪要已成文"),
    ConferenceState.CALLED_OFF: N_("已取消"),
}
STATE_TONES = {
    ConferenceState.PLANNED: "calm",
    ConferenceState.HELD: "soon",
    ConferenceState.MINUTED: "good",
    ConferenceState.CALLED_OFF: "grey",
}
SOURCES = {
    ItemSource.ALERT: N_("预警"),
    ItemSource.INCIDENT: N_("案（事）件"),
    ItemSource.EMERGENCY: N_("应急处置"),
    ItemSource.FORM: N_("逾期单据"),
    ItemSource.REQUEST: N_("绿色通道申请"),
    ItemSource.DECISION: N_("逾期议定事项"),
    ItemSource.PATIENT: N_("会议提出"),
}
RESULTS = {
    ItemResult.DISCUSSED: N_("已商定"),
    ItemResult.POSTPONED: N_("下次再议"),
    ItemResult.SETTLED: N_("会前已解决"),
}
ANSWERS = {
    InviteeAnswer.COMING: N_("参加"),
    InviteeAnswer.DEPUTY: N_("派人代为参加"),
    InviteeAnswer.NOT_COMING: N_("不能参加"),
}
DECISION_KINDS = {
    DecisionKind.FEE_WAIVER: N_("费用减免"),
    DecisionKind.DISABILITY: N_("残疾评定"),
    DecisionKind.IDENTITY: N_("办理户口、身份证件"),
    DecisionKind.ALLOWANCE: N_("最低生活保障"),
    DecisionKind.MEDICAL_AID: N_("医疗救助"),
    DecisionKind.SCHOOL: N_("入学、复学"),
    DecisionKind.HOUSING: N_("住房安置"),
    DecisionKind.WORK: N_("就业帮扶"),
    DecisionKind.GUARDIAN: N_("落实监护"),
    DecisionKind.LEGAL_AID: N_("法律援助"),
    DecisionKind.ADMISSION: N_("安排住院"),
    DecisionKind.REHABILITATION: N_("社区康复"),
    DecisionKind.JOINT_VISIT: N_("共同走访"),
    DecisionKind.OTHER: N_("其他"),
}
DECISION_STATES = {
    DecisionState.OPEN: N_("待接收"),
    DecisionState.TAKEN: N_("办理中"),
    DecisionState.DONE: N_("已办结"),
    DecisionState.REFUSED: N_("不能办理"),
    DecisionState.WITHDRAWN: N_("已撤回"),
}
DECISION_TONES = {
    DecisionState.OPEN: "soon",
    DecisionState.TAKEN: "calm",
    DecisionState.DONE: "good",
    DecisionState.REFUSED: "late",
    DecisionState.WITHDRAWN: "grey",
}
REFUSALS = {
    DecisionRefusal.NOT_ENTITLED: N_("不符合条件"),
    DecisionRefusal.PAPERS_MISSING: N_("材料不全"),
    DecisionRefusal.NOT_OURS: N_("不属本单位职责"),
    DecisionRefusal.FAMILY_DECLINES: N_("本人或家属不同意"),
    DecisionRefusal.NO_MEANS: N_("目前没有名额或经费"),
    DecisionRefusal.OTHER: N_("其他"),
}
