"""Sentences about supervision orders."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "numbers.order.term": N_("回复期限为 1 至 %(most)s 个工作日"),
    "numbers.order.no_accounts": N_("这类单位没有可以签收和回复督办单的账号，请用其他方式通知"),
    "numbers.order.nothing_late": N_("这个单位已经没有需要督办的事项"),
    "numbers.order.too_many": N_("名单超过 %(most)s 例，请按乡镇、村或事项缩小范围后再发"),
    "numbers.order.moved_on": N_("这份督办单的办理状态已经变化，请刷新后再操作"),
    "numbers.order.words": N_("请填写，最多 %(most)s 字，不要写姓名、证件号和病情"),
    "numbers.order.case_unanswered": N_("请选择这一例的办理情况"),
    "numbers.order.still_open": N_("系统核对仍有 %(n)s 例未整改，要办结请写明原因"),
    "numbers.order.sampled": N_("现场核查 %(n)s 项与登记不符"),
    "numbers.order.duty.follow_up": N_("随访应于%(on)s前完成"),
    "numbers.order.duty.follow_up_waits": N_("已于%(on)s随访，待确认（应于%(due)s前完成）"),
    "numbers.order.entered_late": N_("%(n)s 次随访超过 10 个工作日录入"),
    "numbers.order.duty.reassessment": N_("季度评估应于%(on)s前完成"),
    "numbers.order.duty.confirm_lost": N_("失访应于%(on)s前确认"),
    "numbers.order.duty.agreement_renewal": N_("监护协议应于%(on)s前续签"),
    "numbers.order_sent": N_("发出督办单"),
    "numbers.order_received": N_("签收督办单"),
    "numbers.order_replied": N_("回复督办单"),
    "numbers.order_sent_back": N_("退回督办单回复"),
    "numbers.order_closed": N_("办结督办单"),
    "numbers.order_withdrawn": N_("撤销督办单"),
    "numbers.order_opened": N_("查看督办单名单"),
    "numbers.order_printed": N_("打印督办单"),
}

register(TEXTS)
