"""Words of data quality: kinds of findings, and what the form that mends one is called."""

from __future__ import annotations

from app.core.i18n import N_
from app.numbers.rules.quality import Mend, Severity

SEVERITIES = {Severity.WRONG: N_("相互矛盾"), Severity.MISSING: N_("缺项"), Severity.DOUBTFUL: N_("需要核实")}
TONES = {Severity.WRONG: "late", Severity.MISSING: "soon", Severity.DOUBTFUL: "calm"}
MEND_WORDS = {
    Mend.EDIT: N_("修改档案"),
    Mend.IDENTITY: N_("更正身份信息"),
    Mend.HAND_OVER: N_("落实责任医生"),
    Mend.DIAGNOSIS: N_("变更诊断"),
    Mend.CONSENT: N_("签署知情同意"),
    Mend.NEW_GUARDIAN: N_("登记监护人"),
    Mend.GUARDIANS: N_("核对监护人"),
    Mend.NEW_VISIT: N_("填写随访"),
    Mend.VISITS: N_("核对随访"),
    Mend.STATES: N_("变更状态"),
    Mend.DEATH: N_("登记死亡"),
    Mend.AGREEMENTS: N_("查看协议"),
}
