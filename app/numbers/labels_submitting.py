"""Words of submitted reports: code → Chinese source text."""

from __future__ import annotations

from app.core.i18n import N_
from app.numbers.rules.submission import Cause, SubmissionState

STATES = {
    SubmissionState.PROPOSED: N_("待另一人复核"),
    SubmissionState.SUBMITTED: N_("上报生效"),
    SubmissionState.REFUSED: N_("复核未通过"),
    SubmissionState.WITHDRAWN: N_("已撤回"),
}
TONES = {
    SubmissionState.PROPOSED: "soon",
    SubmissionState.SUBMITTED: "good",
    SubmissionState.REFUSED: "grey",
    SubmissionState.WITHDRAWN: "grey",
}
CAUSES = {
    Cause.EXCLUDED: N_("已排除"),
    Cause.MERGED: N_("重复并档"),
    Cause.DEATH_LEARNED: N_("上报后得知死亡"),
    Cause.REGISTERED_LATE: N_("上报后登记"),
    Cause.MOVED: N_("已迁移"),
    Cause.AGENCY_CHANGED: N_("责任单位变更"),
    Cause.LATE_ENTRY: N_("随访补录"),
    Cause.VISIT_CORRECTED: N_("随访已更正"),
    Cause.STATE_CORRECTED: N_("管理或居住状态变更"),
    Cause.DIAGNOSIS_CHANGED: N_("诊断变更"),
    Cause.EXAMINATION_LATE: N_("体检补录"),
    Cause.RULES_CHANGED: N_("统计口径变更"),
    Cause.OTHER: N_("其他部门的资料更新"),
}
