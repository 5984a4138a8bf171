"""Sentences about conferences: why a point stands on the agenda, what cannot be, and the audit's words."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "incidents.agenda.incident": N_("%(on)s发生案（事）件，尚未办结"),
    "incidents.agenda.alert": N_("需要多部门协助"),
    "incidents.agenda.colour": N_("%(colour)s预警"),
    "incidents.agenda.form_waits": N_("%(unit)s的%(form)s应在 %(on)s 前接收，至今没有接收"),
    "incidents.agenda.form_late": N_("%(unit)s的%(form)s应在 %(on)s 前落实，至今没有落实"),
    "incidents.agenda.request": N_("绿色通道申请超过 7 天没有办结，应在 %(on)s 前办理"),
    "incidents.agenda.late": N_("%(agency)s的议定事项应在 %(on)s 前办结"),
    "incidents.conference.in_past": N_("开会时间须晚于现在"),
    "incidents.conference.not_yet": N_("会议定于 %(on)s召开，当天才能登记；提前召开的请先改期"),
    "incidents.conference.nobody_came": N_("请选择到会的单位；没有单位到会的，请改期或取消"),
    "incidents.conference.unsigned": N_("代录请填写来函编号，没有来函的写明通话时间和对方姓名"),
    "incidents.decision.illness": N_("办理单位不应知道病情、用药，请删去：%(words)s"),
    "incidents.decision.ten_a_day": N_("今天查看的人数已满 10 人，请明天再看，或请县精防办协助"),
    "incidents.conference.meanwhile": N_("同一编号的会议刚刚建立，请再试一次"),
    "incidents.conference.agency_outside": N_("请在名单中选择单位"),
    "incidents.conference.due_in_past": N_("办结期限不能早于今天"),
    "incidents.conference.has_decisions": N_("这一项已有议定事项，不能移除"),
    "incidents.conference.items_open": N_("还有议题没有记录结果，不能成文"),
    "incidents.conference.not_now": N_("会议目前的状态不能这样办理，请重新打开页面"),
    "incidents.decision.no_move": N_("这一事项目前的状态不能这样办理，请重新打开页面"),
    "incidents.decision.why_refused": N_("请选择不能办理的原因"),
    # the audit's words
    "incidents.conference_called": N_("召集联合协商会"),
    "incidents.conference_moved": N_("协商会改期"),
    "incidents.items_added": N_("添加协商会议题"),
    "incidents.item_taken_off": N_("移除协商会议题"),
    "incidents.invitation_answered": N_("答复协商会邀请"),
    "incidents.conference_held": N_("登记协商会召开"),
    "incidents.item_minuted": N_("记录议题结果"),
    "incidents.decision_taken": N_("作出议定事项"),
    "incidents.minutes_closed": N_("协商会纪要成文"),
    "incidents.conference_called_off": N_("取消协商会"),
    "incidents.decision_moved": N_("办理议定事项"),
    "incidents.minutes_printed": N_("打印协商会纪要"),
}

register(TEXTS)
