"""Words of the codes of treatment, joint visits and unlocking."""

from __future__ import annotations

from app.core.i18n import N_
from app.patients.rules_treatment import AgreedBy, Helper, InjectionSite, JointTrigger, UnlockWay

INJECTION_SITES = {
    InjectionSite.DELTOID: N_("三角肌"),
    InjectionSite.GLUTEAL: N_("臀部"),
    InjectionSite.OTHER: N_("其他部位"),
}
AGREED_BY = {
    AgreedBy.PATIENT: N_("患者本人同意"),
    AgreedBy.GUARDIAN: N_("监护人同意"),
    AgreedBy.REFUSED: N_("本年度不同意体检"),
}
ECG = {1: N_("正常"), 2: N_("异常")}
JOINT_TRIGGERS = {
    JointTrigger.VIOLENCE: N_("有暴力行为史"),
    JointTrigger.SUBSTANCE: N_("酒精、药物滥用"),
    JointTrigger.PERSECUTION: N_("被害妄想"),
    JointTrigger.THREATS: N_("言语威胁"),
    JointTrigger.INTENT: N_("流露过伤害他人的想法"),
    JointTrigger.ANTISOCIAL: N_("反社会行为"),
    JointTrigger.INSTABILITY: N_("情绪明显不稳"),
    JointTrigger.STRESS: N_("遇到重大压力"),
}
UNLOCK_WAYS = {
    UnlockWay.ADMITTED: N_("送医住院治疗"),
    UnlockWay.TREATED: N_("居家服药治疗、落实看护"),
    UnlockWay.PERSUADED: N_("与家属商定后解除"),
    UnlockWay.PLACED: N_("转入托养、康复机构"),
    UnlockWay.OTHER: N_("其他方式"),
}
HELPERS = {
    Helper.FAMILY: N_("家属"),
    Helper.COMMITTEE: N_("村（居）委会"),
    Helper.POLICE: N_("派出所"),
    Helper.CIVIL_AFFAIRS: N_("民政部门"),
    Helper.DISABILITY_FEDERATION: N_("残联"),
    Helper.HOSPITAL: N_("精神专科医院"),
}
