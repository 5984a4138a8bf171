"""Sentences about care teams, plans, dependants and groups; registered where these are used."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "patients.team.not_live": N_("此人已不在册，不能再安排小组成员"),
    "patients.team.moved": N_("%(on)s搬到新的村（社区），%(count)s 名原小组成员到此为止，%(days)s 天内重新确定村干部或网格员、民警和医生"),
    "patients.team.moved_without": N_("%(on)s搬到新的村（社区），%(days)s 天内确定村干部或网格员、民警和医生"),
    "patients.team.set_up": N_("小组已重新组建"),
    "patients.plan.review": N_("%(made_on)s制定的一人一策，约定 %(on)s复核"),
    "patients.plan.step": N_("一人一策“%(aim)s”一步由%(who)s负责，应于 %(on)s前做到，还没有打勾"),
    "patients.plan.reviewed": N_("%(on)s已复核并制定新的计划"),
    "patients.plan.step_done": N_("%(on)s已做到"),
    "patients.plan.not_registered": N_("此人不在册，不能制定计划"),
    "patients.plan.steps": N_("请至少填写一步"),
    "patients.plan.step_before": N_("不能早于计划制定的日期"),
    "patients.plan.future": N_("不能晚于今天"),
    "patients.plan.before_last": N_("不能早于现行计划的制定日期 %(on)s"),
    "patients.plan.review_on": N_("请选制定之后一年之内的一天"),
    "patients.plan.replaced": N_("这份计划已有新版本，请在新版本上打勾"),
    "patients.dependants.child": N_("家中有未成年的孩子，没有其他人照料，请民政核实并安排"),
    "patients.dependants.elder": N_("家中有需要照顾的老人，没有其他人照料，请民政核实并安排"),
    "patients.dependants.both": N_("家中有未成年的孩子和需要照顾的老人，没有其他人照料，请民政核实并安排"),
    "patients.dependants.term": N_("5 个工作日内（%(on)s前）答复"),
    "patients.dependants.open": N_("已经告知民政，正在办理"),
    "patients.dependants.not_registered": N_("此人不在册，不能由此告知民政"),
    "patients.dependants.withdrawn": N_("%(on)s报告人撤回，已有人照料"),
    "patients.dependants.none": N_("目前没有等待民政办理的事项"),
    "patients.dependants.closed": N_("%(on)s：%(outcome)s"),
    "patients.group.exists": N_("这个地方已经有小组，请直接维护成员"),
    "patients.group.wrong_level": N_("只能为乡镇（街道）或村（社区）建立小组"),
    "patients.group.future": N_("不能晚于今天"),
    "patients.group.before_founded": N_("不能早于小组成立的 %(on)s"),
    "patients.group.name": N_("请填写姓名"),
    "patients.group.ended": N_("这位成员已经离任"),
    "patients.group.before_member": N_("不能早于任职的 %(on)s"),
    "patients.group.present": N_("请勾选到会的成员"),
    "patients.group.topics": N_("请至少勾选一个议题"),
    "patients.group.met": N_("这一天的会议已经登记"),
    "patients.group.not_member": N_("会议当天不是小组成员：%(name)s"),
    "patients.group.quarterly": N_("小组每季度至少开会一次，%(quarter)s到 %(on)s为止还没有会议记录"),
    # the audit's words
    "patients.team_ended": N_("结束关爱帮扶小组成员任期"),
    "patients.plan_made": N_("制定一人一策"),
    "patients.plan_step_ticked": N_("一人一策打勾"),
    "patients.plan_step_unticked": N_("取消一人一策打勾"),
    "patients.plan_duties_opened": N_("生成一人一策逾期任务"),
    "patients.dependants_reported": N_("告知民政"),
    "patients.dependants_withdrawn": N_("撤回告知民政"),
    "patients.dependants_taken_up": N_("民政受理"),
    "patients.dependants_closed": N_("民政办结"),
    "patients.group_founded": N_("建立小组"),
    "patients.group_member_added": N_("增加小组成员"),
    "patients.group_member_ended": N_("结束小组成员任期"),
    "patients.group_member_phone_shown": N_("查看小组成员电话"),
    "patients.group_meeting_recorded": N_("登记小组会议"),
    "patients.group_meeting_printed": N_("打印小组会议记录"),
    "patients.group_coverage_exported": N_("导出小组覆盖情况"),
}  # fmt: skip

register(TEXTS)
