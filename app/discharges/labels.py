"""Words of the hand-over's codes, as pages and papers say them."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.identity import ID_KIND_LABELS
from app.discharges.rules.states import (
    Advice,
    CloseReason,
    DischargeState,
    DischargeTo,
    DischargeType,
    EventKind,
    FormKind,
    FormState,
    GuardianState,
    LateBy,
    LegalBasis,
    Source,
    Which,
)
from app.discharges.sheets import PoliceNotice, Sheet

STATES = {
    DischargeState.PLANNED: N_("拟出院"),
    DischargeState.OPENED: N_("已开启"),
    DischargeState.DISPATCHED: N_("已派发"),
    DischargeState.RECEIVED: N_("已全部接收"),
    DischargeState.ACTING: N_("落实中"),
    DischargeState.CLOSED: N_("已办结"),
    DischargeState.WITHDRAWN: N_("已撤销"),
}
TYPES = {
    DischargeType.ORDERED: N_("医嘱离院"),
    DischargeType.FAMILY: N_("家属要求离院"),
    DischargeType.TRANSFER: N_("转院"),
    DischargeType.DEATH: N_("死亡"),
    DischargeType.LEFT: N_("脱离"),
}
DESTINATIONS = {
    DischargeTo.HOME: N_("回家"),
    DischargeTo.HOSPITAL: N_("其他医院"),
    DischargeTo.CARE_HOME: N_("养护机构"),
    DischargeTo.UNKNOWN: N_("去向不明"),
}
SOURCES = {
    Source.PAGE: N_("网页填写"),
    Source.PASTE: N_("粘贴"),
    Source.WORKBOOK: N_("表格导入"),
    Source.API: N_("接口报送"),
    Source.PAPER: N_("纸质代录"),
}
KINDS = {
    FormKind.GUARDIAN: N_("监护人通知单"),
    FormKind.HEALTH_CENTRE: N_("卫生院对接单"),
    FormKind.POLICE: N_("派出所告知单"),
    FormKind.TOWN: N_("乡镇（街道）提示单"),
    FormKind.VILLAGE: N_("村（社区）跟踪单"),
    FormKind.TRANSFER: N_("异地转接告知单"),
    FormKind.ORIGIN: N_("失访找回告知单"),
}
FORM_STATES = {
    FormState.DISPATCHED: N_("待接收"),
    FormState.RECEIVED: N_("已接收"),
    FormState.ACTING: N_("落实中"),
    FormState.CLOSED: N_("已办结"),
    FormState.STOPPED: N_("已停止"),
}
EVENTS = {
    EventKind.OPENED: N_("报送出院病历"),
    EventKind.DISPATCHED: N_("派发"),
    EventKind.RECEIVED: N_("接收"),
    EventKind.CONTACT: N_("登记联系"),
    EventKind.PLAN: N_("登记帮扶计划"),
    EventKind.VISIT: N_("首次随访"),
    EventKind.FEEDBACK: N_("反馈"),
    EventKind.CORRECTION: N_("更正"),
    EventKind.UNDONE: N_("登记有误，不计入"),
    EventKind.REOPENED: N_("恢复办理"),
    EventKind.CLOSED: N_("办结"),
    EventKind.STOPPED: N_("停止"),
    EventKind.REISSUED: N_("因搬迁改派"),
    EventKind.REGISTERED: N_("已登记在册"),
}
CLOSE_REASONS = {
    CloseReason.DONE: N_("各单位全部落实"),
    CloseReason.READMITTED: N_("再次住院"),
    CloseReason.DIED: N_("死亡"),
    CloseReason.MOVED: N_("已转往现居住地"),
    CloseReason.DOUBLE: N_("同一次住院已有在先的对接"),
    CloseReason.NO_LOOP: N_("死亡或转院，不需要对接"),
    CloseReason.HANDLED: N_("已由其他途径落实"),
    CloseReason.WRONG_ENTRY: N_("报送有误"),
    CloseReason.SEARCHING: N_("联系不上，已转入失访查找"),
}
LATE_BY = {
    LateBy.HOSPITAL: N_("医院迟报"),
    LateBy.OFFICE: N_("代录迟延"),
}
ID_KINDS = ID_KIND_LABELS
# whether somebody helped to pay for the stay; None: the hospital has not said
FUNDED = {True: N_("获得补助"), False: N_("没有补助")}
BASES = {
    LegalBasis.RISK: N_("出院时经评估需公安机关协助管理"),
    LegalBasis.INCIDENT: N_("曾有案（事）件记录"),
    LegalBasis.LAW_30: N_("《精神卫生法》第三十条第二款第二项情形"),
}
GUARDIANS = {
    GuardianState.OK: N_("有监护人，能够履责"),
    GuardianState.WEAK: N_("有监护人，出院时未到场或电话未核实"),
    GuardianState.OTHER: N_("有监护人，出院时到场的是其他家属，请核实"),
    GuardianState.NAMED: N_("医院记有家属，还没有登记监护人"),
    GuardianState.NONE: N_("没有监护人"),
}
ADVICE = {
    Advice.IN_PAIRS: N_("两人同行"),
    Advice.WITH_CLINICIAN: N_("与医务人员一同前往"),
    Advice.CALL_DOCTOR_FIRST: N_("上门前先与精防医生通话"),
}
FILTERS = {
    Which.LIVE: N_("进行中"),
    Which.UNRECEIVED: N_("逾期未接收"),
    Which.LATE: N_("逾期未落实"),
    Which.LATE_BY_HOSPITAL: N_("医院迟报"),
    Which.CLOSED: N_("已办结"),
}
# whom a step of the escalation turns to
STEPS = {
    24: N_("提醒接收单位"),
    48: N_("县级协调员督办"),
    72: N_("提请政法委联系人"),
}
# what a unit is asked for, on its own form
ASKED = {
    FormKind.GUARDIAN: N_("请尽快为其落实监护人或照看人，并与精防医生联系。"),
    FormKind.HEALTH_CENTRE: N_("请在期限内完成首次随访并填写随访表，登记后本单自动办结。"),
    FormKind.POLICE: N_("请在 7 天内与监护人取得联系，并登记结果。"),
    FormKind.TOWN: N_("请在 7 天内召集关爱帮扶小组或制定帮扶计划，并登记结果。"),
    FormKind.VILLAGE: N_("请在 3 天内上门看望，之后每周一次，共 4 次，每次登记结果。"),
    FormKind.TRANSFER: N_("请安排居住地卫生院接续服务，确认即可。"),
    FormKind.ORIGIN: N_("此人已在外地医院找到，请与居住地联系办理转出，确认即可。"),
}
# where nobody guards the person there is nobody to call but those who live there
ASKED_WITHOUT_GUARDIAN = N_("没有登记监护人：请在 7 天内与村（社区）取得联系，并登记结果。")
ACT_WITHOUT_GUARDIAN = N_("登记已联系村（社区）")
ACT_BUTTONS = {
    FormKind.POLICE: N_("登记已联系监护人"),
    FormKind.TOWN: N_("登记会议或帮扶计划"),
    FormKind.VILLAGE: N_("登记一次看望"),
}


def asked_of(kind: FormKind, sheet: Sheet | None) -> str:
    """What the unit is asked for, on this form."""
    return ASKED_WITHOUT_GUARDIAN if _has_nobody_to_call(sheet) else ASKED[kind]


def act_of(kind: FormKind, sheet: Sheet | None) -> str:
    """The button by which it says that this was done; empty where there is nothing to say."""
    return ACT_WITHOUT_GUARDIAN if _has_nobody_to_call(sheet) else ACT_BUTTONS.get(kind, "")


def _has_nobody_to_call(sheet: Sheet | None) -> bool:
    return isinstance(sheet, PoliceNotice) and not sheet.guarding.first.name


# what a record may be sent without and those who take the person over miss
WISHED = {
    "id_number": N_("证件号码"),
    "address": N_("村以下住址"),
    "contact_name": N_("监护人姓名"),
    "contact_phone": N_("监护人电话"),
    "medicines": N_("出院带药和用法"),
    "recheck_on": N_("复诊日期"),
    "warning_signs": N_("需要留意的先兆"),
}
# of whom a form speaks, each by its source
STILL_AT = N_("目前登记在")
REGISTERED, NAMED = N_("登记的监护人"), N_("医院填报的联系人")
# what the committee reads where the register has no guardian: who looks for one is the committee of the place (domain 6)
UNGUARDED = N_("尚无，请协助落实监护人")
DIFFERS = N_("（与在册登记不同，请核实）")


# what whoever goes there looks at; no word of illness
WATCH = (
    N_("吃饭、睡觉是否正常，情绪有没有明显变化"),
    N_("有没有人照看，家里有没有困难"),
    N_("有异常先打精防医生电话，有危险拨打 110、120"),
)
EMERGENCY_NUMBERS = "110 · 120 · 12356"
