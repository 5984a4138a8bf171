"""Words of applications: code → Chinese source text."""

from __future__ import annotations

from app.core.actor import Role
from app.core.i18n import N_
from app.documents.rules import DocumentKind
from app.guardians.rules.application import ApplicationState, ApplicationStep
from app.guardians.rules.papers import Missing

STATE_LABELS = {
    ApplicationState.APPLIED: N_("待村（社区）初核"),
    ApplicationState.FIRST_CHECKED: N_("待乡镇（街道）复核"),
    ApplicationState.SECOND_CHECKED: N_("待签订协议"),
    ApplicationState.SIGNED: N_("已签协议"),
    ApplicationState.RETURNED: N_("已退回补材料"),
    ApplicationState.REFUSED: N_("不予受理"),
    ApplicationState.WITHDRAWN: N_("已撤回"),
}
STEP_LABELS = {
    ApplicationStep.APPLY: N_("受理申请"),
    ApplicationStep.FIRST_CHECK: N_("村（社区）初核"),
    ApplicationStep.SECOND_CHECK: N_("乡镇（街道）复核"),
    ApplicationStep.SIGN: N_("签订协议"),
    ApplicationStep.RETURN: N_("退回补材料"),
    ApplicationStep.REFUSE: N_("不予受理"),
    ApplicationStep.WITHDRAW: N_("撤回申请"),
}
OFFICE_LABELS = {Role.VILLAGE_WORKER: N_("村（社区）"), Role.TOWN: N_("乡镇（街道）"), Role.CLERK: N_("县民政局")}
PAPER_LABELS = {
    DocumentKind.APPLICATION: N_("申请表"),
    DocumentKind.IDENTITY: N_("双方身份证（原件已看）"),
    DocumentKind.RELATION: N_("户口簿、结婚证或关系证明"),
    DocumentKind.RESIDENCE: N_("居住证明"),
    DocumentKind.MANAGEMENT: N_("精防医生出具的管理证明"),
    DocumentKind.DISABILITY: N_("残疾人证（有的才要）"),
}
# Why an application was sent back, refused or withdrawn; the code is stored.
RETURN_GROUNDS = {
    "guardians.application.lacks_papers": N_("材料不齐，请补齐"),
    "guardians.application.unclear": N_("材料看不清或已过期，请换新的"),
    "guardians.application.form_wrong": N_("申请表填写有误，请改正"),
}
REFUSAL_GROUNDS = {
    "guardians.application.not_guardian": N_("申请人不是实际履行监护的人"),
    "guardians.application.not_able": N_("申请人没有监护能力"),
    "guardians.application.not_covered": N_("不在本县发放范围内"),
    "guardians.application.elsewhere": N_("已在其他地方享受同类补贴"),
}
WITHDRAWAL_GROUNDS = {
    "guardians.application.family_wish": N_("申请人不再申请"),
    "guardians.application.entered_wrongly": N_("登记有误"),
}
MISSING_LABELS = {
    Missing.SCAN: N_("缺签字页影像"),
    Missing.APPLICATION: N_("没有经过申请"),
    Missing.IDENTITY: N_("缺监护人证件影像"),
    Missing.RELATION: N_("缺关系证明影像"),
    Missing.ACCOUNT: N_("缺账户证明"),
    Missing.ACCOUNT_EXPIRED: N_("账户已换，证明是旧的"),
}
