"""Words of the duty check, contacts and help: code → Chinese source text. Nothing clinical stands here."""

from __future__ import annotations

from app.core.i18n import N_
from app.guardians.rules.duty import (
    AssessmentMark,
    CheckWay,
    ContactWay,
    DutyMark,
    Found,
    HelpGiven,
    HelpNeeded,
    Signer,
)

MARK_LABELS = {
    DutyMark.PASSED: N_("合格"),
    DutyMark.REMARKS: N_("基本合格（有意见）"),
    DutyMark.FAILED: N_("不合格"),
}
WAY_LABELS = {
    CheckWay.VISIT: N_("入户"),
    CheckWay.PHONE: N_("电话"),
    CheckWay.PAPER: N_("照纸质核查表补录"),
}
SIGNER_LABELS = {
    Signer.VILLAGE: N_("村（居）委会"),
    Signer.GRID: N_("网格员"),
    Signer.HEALTH: N_("精防医生"),
    Signer.POLICE: N_("派出所"),
    Signer.CIVIL: N_("民政"),
    Signer.DISABLED: N_("残联"),
}
ASSESSMENT_LABELS = {
    AssessmentMark.EXCELLENT: N_("优秀"),
    AssessmentMark.QUALIFIED: N_("合格"),
    AssessmentMark.UNQUALIFIED: N_("不合格"),
}
CONTACT_LABELS = {
    ContactWay.VISIT: N_("上门"),
    ContactWay.PHONE: N_("电话"),
    ContactWay.MET: N_("村里见面"),
}
FOUND_LABELS = {
    Found.GUARDIAN: N_("见到第一监护人"),
    Found.PATIENT: N_("见到本人"),
    Found.BOTH: N_("两人都见到"),
    Found.NOBODY: N_("没有联系上"),
}
GIVEN_LABELS = {
    HelpGiven.GREETING: N_("慰问"),
    HelpGiven.FOOD: N_("米面油等"),
    HelpGiven.CLOTHING: N_("衣被"),
    HelpGiven.CASH: N_("慰问金"),
    HelpGiven.LABOUR: N_("帮助劳动"),
    HelpGiven.PAPERS: N_("代办手续"),
    HelpGiven.TRANSPORT: N_("接送"),
    HelpGiven.REPAIR: N_("修缮房屋"),
}
NEEDED_LABELS = {
    HelpNeeded.NOTHING: N_("目前没有困难"),
    HelpNeeded.LIVING: N_("生活困难"),
    HelpNeeded.MEDICINE_COST: N_("购药费用"),
    HelpNeeded.CARER: N_("缺人照料"),
    HelpNeeded.HOUSING: N_("住房"),
    HelpNeeded.SCHOOLING: N_("子女就学"),
    HelpNeeded.PAPERS: N_("证件、手续"),
    HelpNeeded.WORK: N_("就业"),
}
# What the town decides when a guardian has failed twice in a year.
REPLACE_DECISIONS: dict[str, str] = {
    "guardians.replace.changing": N_("更换监护人，由新监护人另签协议"),
    "guardians.replace.improving": N_("已约谈并整改，暂不更换"),
    "guardians.replace.nobody_else": N_("没有其他合适的人，由第二监护人协助"),
}
