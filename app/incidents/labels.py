"""Words of the emergency record's codes, as the paper prints them (domain 3.4)."""

from __future__ import annotations

from app.core.i18n import N_
from app.incidents.rules.emergencies import (
    ConsentSigner,
    Disposal,
    EmergencyEffect,
    EmergencyReason,
    NoConsent,
    NotAnEmergency,
    PersonCategory,
    PoliceTold,
    ReporterKind,
)

CATEGORIES = {
    PersonCategory.MANAGED: N_("在册在管居民"),
    PersonCategory.NOT_MANAGED: N_("在册未管居民"),
    PersonCategory.NOT_REGISTERED: N_("未在册居民"),
    PersonCategory.NON_RESIDENT: N_("非本地居民"),
    PersonCategory.UNKNOWN: N_("身份不明"),
}
REPORTERS = {
    ReporterKind.FAMILY: N_("家属"),
    ReporterKind.DOCTOR: N_("精防医生"),
    ReporterKind.POLICE: N_("民警"),
    ReporterKind.COMMITTEE: N_("村（居）委会"),
    ReporterKind.OTHER: N_("其他"),
}
REASONS = {
    EmergencyReason.SELF_HARM: N_("自伤自杀行为或危险"),
    EmergencyReason.DANGER: N_("危害公共安全或他人的行为或危险"),
    EmergencyReason.RELAPSE: N_("病情复发、明显加重"),
    EmergencyReason.DRUG_REACTION: N_("急性药物不良反应、过量或中毒"),
    EmergencyReason.OTHER: N_("其他"),
}
MEASURES = {
    1: N_("现场临时处置"),
    2: N_("由有资质人员保护性约束"),
    3: N_("应急用药"),
    4: N_("门诊或急诊留观"),
    5: N_("紧急住院"),
    6: N_("会诊"),
    7: N_("转诊"),
    8: N_("其他"),
}
EFFECTS = {
    EmergencyEffect.CONTROLLED: N_("已控制"),
    EmergencyEffect.PARTLY: N_("部分控制"),
    EmergencyEffect.NOT: N_("未控制"),
    EmergencyEffect.OTHER: N_("其他"),
}
DISPOSALS = {
    Disposal.ON_THE_SPOT: N_("现场处置"),
    Disposal.OBSERVATION: N_("门诊或急诊留观"),
    Disposal.ADMISSION: N_("紧急住院"),
}
SIGNERS = {
    ConsentSigner.GUARDIAN: N_("监护人"),
    ConsentSigner.RELATIVE: N_("近亲属"),
    ConsentSigner.POLICE_WITNESS: N_("在场民警或村（居）委会人员见证"),
    ConsentSigner.NONE: N_("未能取得"),
}
NO_CONSENT = {
    NoConsent.NOT_REACHED: N_("联系不上监护人、近亲属"),
    NoConsent.REFUSED: N_("监护人、近亲属拒绝签字"),
    NoConsent.TOO_URGENT: N_("情况紧急，来不及征求"),
}
POLICE_TOLD = {
    PoliceTold.STATION: N_("电话告知辖区派出所"),
    PoliceTold.EMERGENCY_CALL: N_("拨打 110 报警"),
    PoliceTold.ON_SCENE: N_("民警在处置现场"),
}
NOT_AN_EMERGENCY = {
    NotAnEmergency.PAST: N_("事情早已结束，目前没有危险"),
    NotAnEmergency.HANDLED: N_("已由其他机构处置并填写记录"),
    NotAnEmergency.JUDGED_MINOR: N_("医生当场评估，不需要应急处置"),
    NotAnEmergency.ENTRY_ERROR: N_("随访表填写有误"),
}
RISK_LEVELS = {str(level): str(level) for level in range(6)}
