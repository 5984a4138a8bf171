"""Words of insurance: code → Chinese source text (domain 5.8)."""

from __future__ import annotations

from app.core.i18n import N_
from app.insurance.rules.claims import ClaimPaperKind, ClaimRefusal, ClaimState, Harm, ReportClock
from app.insurance.rules.enrolment import BatchKind, EndReason
from app.insurance.rules.policies import EligibleRule, PolicyKind, PolicyPhase, PolicyState, Proration
from app.insurance.rules.relief import ReliefGround, ReliefState

POLICY_KINDS = {PolicyKind.LIABILITY: N_("监护人责任险"), PolicyKind.ACCIDENT: N_("意外伤害险")}
ELIGIBLE_RULES = {
    EligibleRule.RISK3: N_("危险性 3 级及以上的在册患者"),
    EligibleRule.MANAGED: N_("全部在管患者"),
    EligibleRule.REGISTERED: N_("全部在册患者"),
}
PRORATIONS = {
    Proration.BY_DAY: N_("按天计费，减员退还剩余天数"),
    Proration.WHOLE: N_("不分天数收全额，减员不退"),
}
POLICY_STATES = {
    PolicyState.PROPOSED: N_("待复核"),
    PolicyState.CONFIRMED: N_("已复核"),
    PolicyState.REFUSED: N_("复核未通过"),
    PolicyState.WITHDRAWN: N_("已撤回"),
}
PHASES = {
    PolicyPhase.COMING: N_("未起保"),
    PolicyPhase.RUNNING: N_("保障中"),
    PolicyPhase.ENDING: N_("即将到期"),
    PolicyPhase.ENDED: N_("已到期"),
}
BATCH_KINDS = {BatchKind.OPENING: N_("首批参保"), BatchKind.ADDITIONS: N_("增员"), BatchKind.REMOVALS: N_("减员")}
END_REASONS = {
    EndReason.DIED: N_("死亡"),
    EndReason.LEFT: N_("迁出本县"),
    EndReason.EXCLUDED: N_("已排除"),
    EndReason.MERGED: N_("并入另一份档案"),
    EndReason.GUARDIAN: N_("监护人变更"),
}
CLAIM_STATES = {
    ClaimState.REPORTED: N_("已报案"),
    ClaimState.PAPERS_COMPLETE: N_("材料已齐"),
    ClaimState.ACCEPTED: N_("已核定"),
    ClaimState.REFUSED: N_("已拒赔"),
    ClaimState.PAID: N_("已赔付"),
    ClaimState.WITHDRAWN: N_("已撤案"),
}
HARMS = {
    Harm.DEATH: N_("人员死亡"),
    Harm.DISABILITY: N_("人员伤残"),
    Harm.INJURY: N_("人员受伤"),
    Harm.PROPERTY: N_("财产损失"),
}
REFUSALS = {
    ClaimRefusal.NO_COVER: N_("出险日不在保障内"),
    ClaimRefusal.EXCLUDED: N_("属于免责条款"),
    ClaimRefusal.NOT_LIABLE: N_("监护人不承担赔偿责任"),
    ClaimRefusal.TOO_LATE: N_("超过报案时限"),
    ClaimRefusal.PAPERS: N_("材料不全"),
    ClaimRefusal.OTHER: N_("其他，见保险公司书面通知"),
}
CLAIM_PAPERS = {
    ClaimPaperKind.NOTICE: N_("出险通知书"),
    ClaimPaperKind.GUARDIAN_ID: N_("监护人身份证明"),
    ClaimPaperKind.GUARDIANSHIP: N_("监护关系证明"),
    ClaimPaperKind.POLICE: N_("公安机关出具的证明"),
    ClaimPaperKind.DIAGNOSIS: N_("患者确诊证明"),
    ClaimPaperKind.MEDICAL: N_("伤者病历和费用票据"),
    ClaimPaperKind.APPRAISAL: N_("伤残鉴定书"),
    ClaimPaperKind.DEATH: N_("死亡证明"),
    ClaimPaperKind.LOSS: N_("财产损失清单和价格认定"),
    ClaimPaperKind.SETTLEMENT: N_("调解书、判决书或赔偿协议"),
    ClaimPaperKind.ACCOUNT: N_("收款账户信息"),
}
RELIEF_STATES = {
    ReliefState.PROPOSED: N_("待复核"),
    ReliefState.APPROVED: N_("已批准，待支付"),
    ReliefState.REFUSED: N_("未批准"),
    ReliefState.PAID: N_("已支付"),
    ReliefState.WITHDRAWN: N_("已撤回"),
}
RELIEF_GROUNDS = {
    ReliefGround.NOT_INSURED: N_("没有保险保障"),
    ReliefGround.BEYOND_LIMIT: N_("超过保险限额"),
    ReliefGround.WAITS: N_("理赔到账前先行救助"),
    ReliefGround.HARDSHIP: N_("伤者家庭困难"),
}
# colours mark where a matter stands, never people
TONES = {
    PolicyState.PROPOSED: "soon",
    PolicyState.CONFIRMED: "good",
    PolicyState.REFUSED: "grey",
    PolicyState.WITHDRAWN: "grey",
    PolicyPhase.COMING: "calm",
    PolicyPhase.RUNNING: "good",
    PolicyPhase.ENDING: "soon",
    PolicyPhase.ENDED: "grey",
}
CLAIM_TONES = {
    ClaimState.REPORTED: "calm",
    ClaimState.PAPERS_COMPLETE: "calm",
    ClaimState.ACCEPTED: "soon",
    ClaimState.REFUSED: "grey",
    ClaimState.PAID: "good",
    ClaimState.WITHDRAWN: "grey",
}
RELIEF_TONES = {
    ReliefState.PROPOSED: "soon",
    ReliefState.APPROVED: "calm",
    ReliefState.REFUSED: "grey",
    ReliefState.PAID: "good",
    ReliefState.WITHDRAWN: "grey",
}
# how it stands with the hours in which an insurer is told: a tone and a word
REPORT_CLOCKS = {
    ReportClock.RUNNING: ("calm", N_("时限内")),
    ReportClock.SOON: ("soon", N_("时限不足一天")),
    ReportClock.PAST: ("late", N_("时限已过，请尽快报案并说明原因")),
}
