"""Sentences of the desk: words for codes that its pages share, and what the audit calls its acts."""

from __future__ import annotations

from app.core.i18n import N_, _
from app.core.reasons import register
from app.desk.rules import TransferTab
from app.patients.rules import RequestKind, RequestState, TransferReason, TransferState
from app.risk.models import LevelSource
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState
from app.tasks.rules import TaskKind
from app.tasks.texts import KIND_LABELS

VISIT_FORMS = {1: N_("门诊"), 2: N_("家访"), 3: N_("电话")}
TASK_KINDS = KIND_LABELS

LEVEL_SOURCES = {
    LevelSource.VISIT: N_("随访时评估"),
    LevelSource.REASSESSMENT: N_("季度评估"),
    LevelSource.OPENING: N_("建档导入"),
    LevelSource.EMERGENCY: N_("应急处置时评估"),
    LevelSource.INCIDENT: N_("案（事）件后评估"),
}
DECISIONS = {LineState.PAY: N_("应发"), LineState.HOLD: N_("暂缓"), LineState.REFUSE: N_("不发")}
PAYMENT_STATES = {
    PaymentState.SENT: N_("已报盘"),
    PaymentState.PAID: N_("已发"),
    PaymentState.RETURNED: N_("银行退回"),
    PaymentState.WITHHELD: N_("拦付"),
}
TEXTS: dict[str, str] = {
    # to those who may not know what the date follows from
    "desk.late.follow_up": N_("服务规范要求按期随访，应于 %(on)s前完成"),
    "desk.late_exported": N_("导出督办清单"),
    "desk.late_printed": N_("打印督办清单"),
    "desk.team_card_printed": N_("打印关爱帮扶小组联系卡"),
    "desk.team_gaps_exported": N_("导出小组不全名单"),
    "desk.plan_printed": N_("打印关爱帮扶计划（给家属）"),
    "desk.plan.why.locked_up": N_("上次随访发现被关锁"),
    "desk.plan.why.injection": N_("长效针剂已逾期 %(days)s 天"),
    "desk.plan.why.medicine": N_("上次随访没有按医嘱规律服药"),
    "desk.plan.why.supply": N_("上次领的药 %(on)s用完"),
    "desk.plan.why.reaction": N_("上次随访有药物不良反应"),
    "desk.plan.why.guardian": N_("还没有第一监护人"),
    "desk.plan.why.agreement": N_("没有有效的监护协议"),
    "desk.plan.why.team": N_("小组缺村干部、网格员或民警"),
    "desk.plan.why.dependants": N_("家中有老人或孩子没有其他人照料"),
    "desk.plan.why.poor": N_("经济状况登记为贫困"),
    "desk.plan.why.unseen": N_("自 %(on)s起半年以上没有见到本人"),
    "desk.plan.why.examination": N_("%(year)s 年还没有体检"),
    "desk.plan.why.self_care": N_("上次随访个人生活料理较差"),
    "desk.plan.why.rehabilitation": N_("上次随访没有任何康复措施"),
    "desk.plan.why.social": N_("上次随访社会人际交往较差"),
    "desk.reassessment_printed": N_("打印季度评估表"),
    "desk.papers.account": N_("%(bank)s账户，自 %(on)s 起"),
    "desk.papers.recovery": N_("%(on)s 发现的多发款项"),
    "desk.papers.payment": N_("%(run)s 批次的一笔发放"),
    "desk.agreement_printed": N_("打印监护协议"),
    "desk.supplement_printed": N_("打印个人信息补充表"),
    "desk.consent_printed": N_("打印知情同意书"),
    "desk.print_fetched": N_("下载已生成的台账或告知书"),
    "desk.village_merged": N_("并村"),
    "desk.villages.last_day": N_("旧村（社区）的最后一天要在今天以前；以后的合并，到时再办"),
    "desk.transfer_proposed": N_("提出迁移"),
    "desk.transfer_accepted": N_("接收迁移"),
    "desk.transfer_refused": N_("退回迁移"),
    "desk.transfer_withdrawn": N_("撤回迁移"),
    "desk.transfer_recounted": N_("按放假安排重排迁移答复期限"),
    "desk.workdays_kept": N_("启用一年的放假安排"),
    "desk.transfer_printed": N_("打印迁移交接单或移交函"),
    "desk.ending_paper.not_due": N_("既没有失访也没有死亡，不用填这张表"),
    "desk.ending_printed": N_("打印失访/死亡登记表"),
    "desk.transfer.not_registered": N_("只有在册患者可以办理迁移"),
    "desk.transfer.open_already": N_("此人有一项迁移还没有答复，请先办结或撤回"),
    "desk.transfer.answered": N_("这项迁移已经办结，请刷新页面查看结果"),
    "desk.transfer.area_shape": N_("请填写 12 位区划代码"),
    "desk.transfer.area_unknown": N_("没有这个村（社区），请重新选择"),
    "desk.transfer.place_missing": N_("迁往县外的，请写明省、市、县和乡镇"),
    "desk.transfer.place_needed": N_("请选择新的村（社区），或填写县外的地址和区划代码"),
    "desk.transfer.place_twice": N_("本县的村和县外的地址只填一项"),
    "desk.transfer.same_town": N_("仍在同一乡镇，不用办理迁移，请在“编辑资料”中改居住村"),
    "desk.transfer.nobody_there": N_("这个乡镇还没有登记卫生院，请联系县精防机构"),
    "desk.transfer.receiver_answers": N_("由接收方答复，迁出方可以撤回"),
    "desk.transfer.other_answers": N_("提出的人不能代接收方答复，请由接收乡镇或县精防机构另一人办理"),
    "desk.transfer.after_change": N_("居住地 %(on)s 刚有变动，接收日期须晚于这一天"),
    "desk.transfer.before_proposal": N_("不能早于提出迁移的 %(on)s"),
    "desk.transfer.foreign_doctor": N_("请选择接收乡镇的医生"),
    "desk.transfer.refused.not_living_here": N_("不在本地居住"),
    "desk.transfer.refused.unknown_address": N_("地址不详，找不到人"),
    "desk.transfer.refused.other": N_("其他原因"),
    "desk.transfer.remarked": N_("%(why)s：%(remark)s"),
    "desk.transfer.withdrawn.stays": N_("实际没有搬走"),
    "desk.transfer.withdrawn.mistake": N_("登记有误"),
    "desk.transfer.withdrawn.other": N_("其他原因"),
    "desk.because.transferred": N_("迁移，接收方已接收"),
    "desk.because.left_county": N_("迁往县外，对方已接收"),
    "desk.because.merged": N_("重复登记，已并档"),
    "desk.request_proposed": N_("提出更正申请"),
    "desk.request_done": N_("复核通过更正申请"),
    "desk.request_refused": N_("退回更正申请"),
    "desk.request_withdrawn": N_("撤回更正申请"),
    "desk.merge_undone": N_("撤销并档"),
    "desk.request.because": N_("%(why)s（%(paper)s）"),
    "desk.request.open_already": N_("此人已有一项更正申请等待复核，请先办结"),
    "desk.request.decided": N_("这项申请已经办结，请刷新页面查看结果"),
    "desk.request.why_missing": N_("请选择依据"),
    "desk.request.paper_missing": N_("请填写材料名称或文号"),
    "desk.request.nothing_to_undo": N_("这项申请没有可以撤销的并档"),
    "desk.request.not_now.exclusion": N_("只有在册患者可以申请排除"),
    "desk.request.not_now.death_undone": N_("此人没有死亡登记，不用更正"),
    "desk.request.not_now.merge": N_("只有在册患者可以并档"),
    "desk.merge.same_record": N_("请选择另一份登记"),
    "desk.merge.both_registered": N_("两份登记都在册才能并档；疑似、排除、死亡或迁出的登记请先按各自的办法处理"),
    "desk.merge.each_others_guardian": N_("两人互为监护关系，不是同一人，请核对"),
    "desk.merge.guards_others": N_("被并档的人还是别人的监护人，请先为对方更换监护人"),
    "desk.merge.forms_wait": N_("被并档的登记还有手机送来的表等待处理，请先处理"),
    "desk.merge.too_late": N_("并档已超过 %(days)s 天，不能撤销"),
    "desk.merge.kept_is_merged": N_("保留的登记后来又并入了另一份，请先撤销那一次并档"),
    "desk.why.psychiatrist_review": N_("精神科医师书面复核，不符合登记诊断"),
    "desk.why.forensic_opinion": N_("司法鉴定意见，不符合登记诊断"),
    "desk.why.met_alive": N_("已当面核实本人健在"),
    "desk.why.other_person": N_("死亡登记错记到了此人名下"),
    "desk.why.same_papers": N_("证件核对为同一人"),
    "desk.why.same_after_check": N_("入户核实为同一人"),
    "desk.why.two_places": N_("两地重复登记，由居住地保留"),
    "desk.twice.number": N_("一方的证件号码是另一方用过的号码"),
    "desk.twice.birth": N_("姓名和出生日期相同"),
    "desk.twice.guardian": N_("姓名同音，监护人电话相同"),
    "desk.because.moved_in": N_("%(on)s 迁入，%(days)s 天内首访"),
}

TRANSFER_REASONS = {
    TransferReason.MOVED_HOUSE: N_("搬家"),
    TransferReason.WORK: N_("务工"),
    TransferReason.FAMILY: N_("随家人生活"),
    TransferReason.CARE_FACILITY: N_("入住养老、托养机构"),
    TransferReason.OTHER: N_("其他"),
}
REQUEST_KINDS = {
    RequestKind.EXCLUSION: N_("排除"),
    RequestKind.DEATH_UNDONE: N_("更正死亡登记"),
    RequestKind.MERGE: N_("并档"),
}
REQUEST_STATES = {
    RequestState.PROPOSED: N_("待复核"),
    RequestState.DONE: N_("已办理"),
    RequestState.REFUSED: N_("已退回"),
    RequestState.WITHDRAWN: N_("已撤回"),
    RequestState.UNDONE: N_("并档已撤销"),
}
TRANSFER_STATES = {
    TransferState.PROPOSED: N_("待答复"),
    TransferState.ACCEPTED: N_("已接收"),
    TransferState.REFUSED: N_("已退回"),
    TransferState.WITHDRAWN: N_("已撤回"),
}
TRANSFER_TABS = {
    TransferTab.INCOMING: N_("待我答复"),
    TransferTab.OUTGOING: N_("待对方答复"),
    TransferTab.DONE: N_("已办结"),
}


def owner_of(kind: TaskKind, agency: str | None) -> str:
    """Whose duty it is: the responsible agency, or for agreements the village and the town of the place beside it."""
    return _("村（社区）与乡镇") if kind is TaskKind.AGREEMENT_RENEWAL else agency or "—"


register(TEXTS)
