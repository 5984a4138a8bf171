"""Sentences of messages: kinds, states, why something was not sent, and the words that are suggested for each kind."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register
from app.messages.rules.kinds import MessageKind, MessageState, Recipient
from app.messages.rules.templates import ConsentEnd, GivenBy, TemplateState

KIND_LABELS: dict[MessageKind, str] = {
    MessageKind.VISIT_DUE: N_("随访提醒"),
    MessageKind.INJECTION_DUE: N_("约定日期提醒"),
    MessageKind.AGREEMENT_ENDING: N_("协议到期提醒"),
    MessageKind.PAYMENT_MADE: N_("款项办理通知"),
    MessageKind.GUARDIAN_NOTICE: N_("请家属来电通知"),
    MessageKind.FORM_WAITING: N_("单据待确认提醒"),
    MessageKind.FORM_ESCALATED: N_("单据逾期催办"),
    MessageKind.TASKS_OVERDUE: N_("逾期工作汇总"),
    MessageKind.CONFERENCE: N_("协商会通知"),
    MessageKind.CONFERENCE_MOVED: N_("协商会改期通知"),
    MessageKind.CONFERENCE_OFF: N_("协商会取消通知"),
    MessageKind.CRISIS: N_("紧急值班通知"),
    MessageKind.SENDING_FAILED: N_("通知未送达提醒"),
}

STATE_LABELS: dict[MessageState, str] = {
    MessageState.QUEUED: N_("待发送"),
    MessageState.CLAIMED: N_("发送中"),
    MessageState.SENT: N_("已提交运营商"),
    MessageState.UNKNOWN: N_("结果不明"),
    MessageState.DELIVERED: N_("已送达"),
    MessageState.FAILED: N_("未送达"),
    MessageState.REFUSED: N_("不予发送"),
    MessageState.CANCELLED: N_("已取消"),
    MessageState.EXPIRED: N_("已过时"),
    MessageState.NOT_SENT: N_("未开通发送"),
}

# what a message's page shows of each event: a state, or what a look at the provider's list found
EVENT_LABELS: dict[str, str] = {
    **{state.value: label for state, label in STATE_LABELS.items()},
    "absent": N_("服务商处暂未查到"),
    # a provider's own words for what it did
    "accepted": N_("已受理"),
    "sending": N_("发送中"),
    "undelivered": N_("未送达"),
}

RECIPIENT_LABELS: dict[Recipient, str] = {
    Recipient.FIRST_GUARDIAN: N_("第一监护人"),
    Recipient.SECOND_GUARDIAN: N_("第二监护人"),
    Recipient.USER: N_("工作人员"),
    Recipient.AGENCY: N_("单位联系人"),
    Recipient.AREA: N_("属地联系人"),
}

TEMPLATE_STATE_LABELS: dict[TemplateState, str] = {
    TemplateState.PROPOSED: N_("待审批"),
    TemplateState.APPROVED: N_("使用中"),
    TemplateState.RETURNED: N_("已退回"),
    TemplateState.RETIRED: N_("已停用"),
}

GIVEN_BY_LABELS: dict[GivenBy, str] = {
    GivenBy.PAPER: N_("书面签字"),
    GivenBy.SPOKEN: N_("口头同意，有见证人"),
}

CONSENT_END_LABELS: dict[ConsentEnd, str] = {
    ConsentEnd.SAID: N_("本人撤回"),
    ConsentEnd.REPLIED: N_("回复短信退订"),
    ConsentEnd.WRONG_NUMBER: N_("回复短信称号码有误"),
    ConsentEnd.REPLACED: N_("重新登记"),
}

# Why a gateway is left alone for a while.
PAUSE_CODES = ("messages.pause.busy", "messages.pause.away", "messages.pause.account", "messages.pause.unknown")

TEXTS: dict[str, str] = {
    "messages.cancelled.no_longer_true": N_("事项已办结或已变化，不再需要提醒"),
    "messages.cancelled.not_registered": N_("患者已故或不在册"),
    "messages.cancelled.guardian_changed": N_("监护人已变更，原定短信取消"),
    "messages.expired": N_("已过有效时间"),
    "messages.refused.no_guardian": N_("没有现任监护人"),
    "messages.refused.guardian_dead": N_("监护人已故"),
    "messages.refused.no_consent": N_("接收人没有同意接收短信，或已撤回同意"),
    "messages.refused.not_safe": N_("已登记不宜发送短信"),
    "messages.failed.no_mobile": N_("没有可用的手机号码"),
    "messages.failed.new_number": N_("监护人换了号码，新号码还没有核对"),
    "messages.failed.nobody_named": N_("没有可通知的工作人员"),
    "messages.failed.no_address": N_("工作人员没有登记邮箱"),
    "messages.failed.forbidden_word": N_("短信内容未通过用词检查"),
    "messages.failed.by_provider": N_("服务商不接受（错误码 %(error)s）"),
    "messages.refused.stopped": N_("接收人已向运营商退订"),
    "messages.not_sent.off": N_("本系统没有开通发送"),
    "messages.not_sent.no_template": N_("没有审批通过的模板"),
    "messages.not_sent.no_provider_template": N_("模板没有在服务商处备案"),
    "messages.not_sent.no_callback_number": N_("没有可供回电的单位电话，请管理员登记本单位或县精防机构的电话"),
    "messages.failed.by_network": N_("运营商报告未送达（错误码 %(error)s）"),
    "messages.failed.never_accepted": N_("经向服务商两次核对，没有收到这条短信"),
    "messages.failed.by_person": N_("经人工核实没有送达"),
    "messages.unknown.no_answer": N_("服务商没有明确答复，正在核对"),
    "messages.unknown.sender_died": N_("发送程序中断，正在核对"),
    "messages.unknown.in_doubt": N_("服务商处查不清，请人工核实"),
    "messages.pause.busy": N_("服务商要求放慢"),
    "messages.pause.away": N_("服务商无法连接"),
    "messages.pause.account": N_("服务商账户异常（欠费、停用或密钥有误）"),
    "messages.pause.unknown": N_("服务商没有明确答复"),
    "messages.template.empty": N_("请填写内容"),
    "messages.template.bad_values": N_("花括号内只能是：%(names)s"),
    "messages.template.missing_values": N_("中英文内容须含有相同的变量：%(names)s"),
    "messages.template.no_phone": N_("发给家属的短信须含回电号码 {phone}"),
    "messages.template.forbidden": N_("含有不得出现的字词：%(words)s"),
    "messages.template.too_long": N_("超过 %(parts)s 条短信的长度"),
    "messages.template.waiting": N_("这一类已有一份待审批的模板"),
    "messages.template.decided": N_("这份模板已经审批过"),
    "messages.template.own": N_("不能审批本人提出的模板"),
    "messages.consent.not_guardian": N_("这个人不是患者现在的监护人"),
    "messages.consent.standing": N_("已登记同意；如有变化请先撤回"),
    "messages.consent.none": N_("没有登记同意"),
    "messages.contact": N_("%(name)s（%(rank)s，%(relation)s）"),
    "messages.not_unknown": N_("这条通知的结果已经确定"),
    "messages.not_failed": N_("这条通知不在未送达清单中"),
    "messages.not_relevant": N_("事项已变化，不再需要发送"),
    "messages.address.bad": N_("请填写工作邮箱，例如 name@example.cn；留空表示不接收"),
    "messages.owed": N_("登记待发通知"),
    "messages.template_proposed": N_("提出短信模板"),
    "messages.template_approved": N_("审批通过短信模板"),
    "messages.template_returned": N_("退回短信模板"),
    "messages.consent_given": N_("登记同意接收短信"),
    "messages.consent_ended": N_("撤回同意接收短信"),
    "messages.settled": N_("核实通知结果"),
    "messages.sent_again": N_("重新发送通知"),
    "messages.seen_to": N_("处理未送达通知"),
    "messages.address_set": N_("登记接收提醒的邮箱"),
}

register(TEXTS)
