"""Sentences about receptions, the green channel and delivery rounds."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "incidents.reception.waiting": N_("已有医院在答复或已同意接收；改送其他医院的，先登记不能接收或不再送"),
    "incidents.reception.which": N_("请选择医院，或填写医院名称"),
    "incidents.reception.no_move": N_("目前的状态不能这样登记，请重新打开页面"),
    "incidents.reception.when": N_("时间须在提出之后、现在之前"),
    "incidents.green.no_move": N_("目前的状态不能这样办理，请重新打开页面"),
    "incidents.green.in_past": N_("日期不能早于今天"),
    "incidents.green.which_drug": N_("请填写药品"),
    "incidents.green.how_long": N_("请填写够用多少天"),
    "incidents.green.which_hospital": N_("请填写医院"),
    "incidents.green.who_received": N_("请选择签收人"),
    "incidents.green.start_first": N_("请先登记出发，再登记签收"),
    "incidents.green.lines_open": N_("还有药品没有登记结果，不能办结"),
    "incidents.green.on_a_round": N_("所选药品中有的已安排在另一趟送药里，请重新打开本页核对"),
    "incidents.green.supplied": N_("%(on)s 送达，已登记为配药"),
    "incidents.green.admitted": N_("%(on)s 入院，已登记住院"),
    # the audit's words
    "incidents.hospital_asked": N_("联系医院接收"),
    "incidents.reception_answered": N_("登记医院接收情况"),
    "incidents.green_asked": N_("提出绿色通道申请"),
    "incidents.green_moved": N_("办理绿色通道申请"),
    "incidents.round_planned": N_("安排送药"),
    "incidents.round_started": N_("送药出发"),
    "incidents.line_answered": N_("登记送药签收"),
    "incidents.round_closed": N_("办结送药"),
    "incidents.purchases_printed": N_("打印集中购药清单"),
    "incidents.round_printed": N_("打印送药签收单"),
}

register(TEXTS)
