"""Words of benefits and rehabilitation: code → Chinese source text."""

from __future__ import annotations

from app.benefits.rules.backstop import BackstopGround, BackstopRefusal, BackstopState
from app.benefits.rules.benefit import BenefitKind, BenefitState, Gap
from app.benefits.rules.rehab import (
    ReferralConsent,
    ReferralRefusal,
    ReferralSource,
    ReferralState,
    RehabAim,
    RehabEnd,
)
from app.benefits.rules.requests import RequestRefusal, RequestState
from app.core.i18n import N_

BENEFIT_KINDS = {
    BenefitKind.BASIC_MEDICAL: N_("基本医疗保险"),
    BenefitKind.SERIOUS_ILLNESS: N_("大病保险"),
    BenefitKind.MEDICAL_ASSISTANCE: N_("医疗救助"),
    BenefitKind.DRUG_SUBSIDY: N_("服药补助"),
    BenefitKind.NURSING_ALLOWANCE: N_("重度残疾人护理补贴"),
    BenefitKind.LIVING_ALLOWANCE: N_("困难残疾人生活补贴"),
    BenefitKind.MINIMUM_LIVING: N_("最低生活保障"),
    BenefitKind.DISABILITY_CERTIFICATE: N_("残疾人证"),
}
BENEFIT_STATES = {
    BenefitState.RECEIVING: N_("正在享受"),
    BenefitState.APPLIED: N_("已申请"),
    BenefitState.NOT_RECEIVING: N_("没有享受"),
    BenefitState.REFUSED: N_("申请未通过"),
    BenefitState.ENDED: N_("已停止"),
}
GAPS = {
    Gap.MISSING: N_("应享未享"),
    Gap.WAITING: N_("已申请，等待办理"),
    Gap.TO_CHECK: N_("应享，待核实"),
    Gap.UNKNOWN: N_("资料不全，无法判断"),
    Gap.NONE: N_("无需办理"),
}
BENEFIT_TONES = {
    BenefitState.RECEIVING: "good",
    BenefitState.APPLIED: "calm",
    BenefitState.NOT_RECEIVING: "grey",
    BenefitState.REFUSED: "grey",
    BenefitState.ENDED: "grey",
}
GAP_TONES = {Gap.MISSING: "soon", Gap.WAITING: "calm", Gap.TO_CHECK: "soon", Gap.UNKNOWN: "grey", Gap.NONE: "grey"}
REQUEST_STATES = {
    RequestState.ASKED: N_("已转办"),
    RequestState.TAKEN_UP: N_("办理中"),
    RequestState.GRANTED: N_("已办成"),
    RequestState.REFUSED: N_("不予办理"),
    RequestState.WITHDRAWN: N_("已撤回"),
}
REQUEST_TONES = {
    RequestState.ASKED: "soon",
    RequestState.TAKEN_UP: "calm",
    RequestState.GRANTED: "good",
    RequestState.REFUSED: "grey",
    RequestState.WITHDRAWN: "grey",
}
REQUEST_REFUSALS = {
    RequestRefusal.NOT_ENTITLED: N_("不符合条件"),
    RequestRefusal.ALREADY: N_("已经在别处享受"),
    RequestRefusal.PAPERS: N_("材料不全"),
    RequestRefusal.OTHER_PLACE: N_("应由户籍地办理"),
    RequestRefusal.FAMILY: N_("家庭不愿办理"),
}
BACKSTOP_STATES = {
    BackstopState.ASKED: N_("待复核"),
    BackstopState.APPROVED: N_("已批准，待支付"),
    BackstopState.REFUSED: N_("未批准"),
    BackstopState.WITHDRAWN: N_("已撤回"),
    BackstopState.PAID: N_("已支付"),
}
BACKSTOP_TONES = {
    BackstopState.ASKED: "soon",
    BackstopState.APPROVED: "calm",
    BackstopState.REFUSED: "grey",
    BackstopState.WITHDRAWN: "grey",
    BackstopState.PAID: "good",
}
BACKSTOP_GROUNDS = {
    BackstopGround.NO_INSURANCE: N_("没有医疗保险"),
    BackstopGround.BEYOND_INSURANCE: N_("医保报销后仍无力负担"),
    BackstopGround.NO_MEANS: N_("家庭无支付能力"),
    BackstopGround.UNIDENTIFIED: N_("身份不明"),
    BackstopGround.SENT_BY_POLICE: N_("公安机关送治"),
}
BACKSTOP_REFUSALS = {
    BackstopRefusal.INSURED: N_("应由医疗保险支付"),
    BackstopRefusal.FAMILY_PAYS: N_("应由家庭支付"),
    BackstopRefusal.PAPERS: N_("票据不全"),
    BackstopRefusal.NOT_OURS: N_("不属于本县负担"),
}
REFERRAL_STATES = {
    ReferralState.ASKED: N_("已转介，待答复"),
    ReferralState.WAITING: N_("名额已满，轮候"),
    ReferralState.ACCEPTED: N_("已接收，待开始"),
    ReferralState.ATTENDING: N_("康复中"),
    ReferralState.ENDED: N_("已结束"),
    ReferralState.REFUSED: N_("未接收"),
    ReferralState.WITHDRAWN: N_("已撤回"),
}
REFERRAL_TONES = {
    ReferralState.ASKED: "soon",
    ReferralState.WAITING: "calm",
    ReferralState.ACCEPTED: "calm",
    ReferralState.ATTENDING: "good",
    ReferralState.ENDED: "grey",
    ReferralState.REFUSED: "grey",
    ReferralState.WITHDRAWN: "grey",
}
REFERRAL_SOURCES = {
    ReferralSource.HOSPITAL: N_("医院"),
    ReferralSource.DOCTOR: N_("精防医生"),
    ReferralSource.FAMILY: N_("家属"),
}
REFERRAL_CONSENTS = {ReferralConsent.PATIENT: N_("本人"), ReferralConsent.GUARDIAN: N_("监护人")}
REFERRAL_REFUSALS = {
    ReferralRefusal.NOT_SUITED: N_("目前更适合其他帮助"),
    ReferralRefusal.TOO_FAR: N_("路途太远"),
    ReferralRefusal.NO_SERVICE: N_("没有所需的服务"),
    ReferralRefusal.NOT_REACHED: N_("联系不上"),
}
REHAB_ENDS = {
    RehabEnd.DONE: N_("达到目标"),
    RehabEnd.WORK: N_("就业"),
    RehabEnd.MOVED: N_("搬离"),
    RehabEnd.HOSPITAL: N_("住院"),
    RehabEnd.STOPPED: N_("不愿继续"),
    RehabEnd.DIED: N_("去世"),
}
REHAB_AIMS = {
    RehabAim.MEDICINE: N_("用药自我管理"),
    RehabAim.DAILY_LIFE: N_("生活技能"),
    RehabAim.SOCIAL: N_("与人交往"),
    RehabAim.WORK: N_("劳动和就业"),
    RehabAim.LEISURE: N_("文体活动"),
}
AIM_CODES = dict(enumerate(RehabAim, start=1))
