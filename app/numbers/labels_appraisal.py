"""Words of the appraisal: code → Chinese source text."""

from __future__ import annotations

from app.core.i18n import N_
from app.numbers.rules.appraisal import AppraisalState, ObjectionState, SchemeState, UnitKind, Way, Whom

WHOM = {Whom.ALL: N_("乡镇和机构"), Whom.TOWNS: N_("乡镇（街道）"), Whom.INSTITUTIONS: N_("医疗卫生机构")}
UNITS = {UnitKind.TOWN: N_("乡镇（街道）"), UnitKind.INSTITUTION: N_("医疗卫生机构")}
WAYS = {Way.LINEAR: N_("低于目标按比例扣分"), Way.STEPS: N_("低于目标按档扣分"), Way.CASES: N_("按件扣分")}
EACH = {
    Way.LINEAR: N_("每低 1 个百分点扣 %(marks)s 分"),
    Way.STEPS: N_("每低 %(step)s 个百分点（不足也算）扣 %(marks)s 分"),
    Way.CASES: N_("每件扣 %(marks)s 分"),
}
SCHEME_STATES = {
    SchemeState.PROPOSED: N_("待另一人复核"),
    SchemeState.ADOPTED: N_("方案生效"),
    SchemeState.REFUSED: N_("复核未通过"),
    SchemeState.WITHDRAWN: N_("已撤回"),
}
STATES = {
    AppraisalState.PREVIEW: N_("考评预览"),
    AppraisalState.PUBLISHED: N_("考评已公布"),
    AppraisalState.FINAL: N_("考评定稿"),
    AppraisalState.DROPPED: N_("预览作废"),
}
OBJECTIONS = {
    ObjectionState.OPEN: N_("申诉待答复"),
    ObjectionState.UPHELD: N_("申诉已采纳"),
    ObjectionState.TURNED_DOWN: N_("申诉未采纳"),
}
TONES = {
    SchemeState.PROPOSED: "soon",
    SchemeState.ADOPTED: "good",
    AppraisalState.PREVIEW: "calm",
    AppraisalState.PUBLISHED: "soon",
    AppraisalState.FINAL: "good",
    ObjectionState.OPEN: "soon",
    ObjectionState.UPHELD: "good",
}
