"""Sentences about incidents: what cannot be, what would follow and why, and the audit's words."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "incidents.report.say_what": N_("请写一句发生了什么"),
    "incidents.incident.closed": N_("这条记录已办结或不予认定，不能再改"),
    "incidents.incident.not_closed": N_("这条记录还没有办结"),
    "incidents.incident.confirm_first": N_("请先核实这条记录"),
    "incidents.incident.undecided": N_("还有事项没有决定，不能办结"),
    "incidents.decide.not_yours": N_("这一事项由其他部门决定"),
    "incidents.decide.own": N_("您是该患者的监护人，不参与此项认定"),
    "incidents.decide.meanwhile": N_("已有人作出决定，请重新打开页面"),
    "incidents.decide.nothing": N_("这一事项不需要决定"),
    "incidents.decide.no_fault": N_("已认定监护人尽责的，只能照常发放"),
    "incidents.decide.say_why": N_("请写明认定的依据"),
    "incidents.decide.which_level": N_("请选择评定的等级"),
    "incidents.decide.which_day": N_("请填写今天到 %(last)s 之间的日期"),
    "incidents.decide.not_in_group": N_("所选人员不能参加这次认定，请重新选择"),
    "incidents.decide.too_few": N_("须由至少 %(n)s 人共同认定，请选择参加人员"),
    "incidents.effect.level_people": N_("有人受伤，按评估标准属 %(level)s 级及以上的行为"),
    "incidents.effect.level_criminal": N_("属肇祸，按评估标准为 %(level)s 级及以上的行为"),
    "incidents.effect.level_kept": N_("没有高于现有等级的行为"),
    "incidents.effect.visit_soon": N_("下次随访已定在 %(on)s"),
    "incidents.effect.visit": N_("发生后 14 天内应随访（%(by)s 前）"),
    "incidents.effect.fault": N_("是否尽责只由人认定，不作推定"),
    "incidents.effect.sought_help": N_("记录：监护人事前已报告并求助"),
    "incidents.effect.no_help": N_("记录：监护人事前没有报告求助"),
    "incidents.effect.help_unknown": N_("事前有没有报告求助，还没有记录"),
    "incidents.effect.waits_fault": N_("须先认定监护人是否尽责"),
    "incidents.effect.no_fault": N_("已认定监护人尽责，不受影响"),
    "incidents.effect.agreement_talk": N_("已认定监护人未尽责，协议是否继续须重新考虑"),
    "incidents.effect.quarter_stop": N_("已认定监护人未尽责，按政策本期不发；已发的各期不追回"),
    "incidents.visit_sooner": N_("发生案（事）件后提前随访（%(by)s 前）"),
    "incidents.now.level": N_("现为 %(level)s 级"),
    "incidents.now.visit": N_("下次随访 %(on)s"),
    "incidents.now.no_fault": N_("现已认定监护人尽责，不予发放的决定不再有效"),
    "incidents.now.agreement": N_("现有协议到 %(to)s"),
    "incidents.now.agreement_ended": N_("协议已于 %(on)s结束"),
    # the audit's words
    "incidents.incident_reported": N_("报告案（事）件"),
    "incidents.incident_confirmed": N_("核实案（事）件"),
    "incidents.incident_dismissed": N_("不予认定案（事）件"),
    "incidents.incident_closed": N_("办结案（事）件"),
    "incidents.incident_reopened": N_("重新打开案（事）件"),
    "incidents.incident_filled": N_("填写案（事）件记录"),
    "incidents.harm_recorded": N_("登记受害情况"),
    "incidents.harm_withdrawn": N_("撤回受害情况"),
    "incidents.decided": N_("作出案（事）件后的决定"),
    "incidents.incident_printed": N_("打印案（事）件记录"),
}

register(TEXTS)
