"""Sentences of the hand-over: refusals, tasks, and the audit's words."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "discharges.needed": N_("请填写这一项"),
    "discharges.too_long": N_("最多 %(most)s 个字"),
    "discharges.too_many_medicines": N_("最多填写 %(most)s 种药"),
    "discharges.medicine_unnamed": N_("请写明药名"),
    "discharges.not_left_yet": N_("出院时间晚于现在：患者离院时再确认，之前请保存为拟出院"),
    "discharges.admitted_after": N_("入院日期不能晚于出院日期"),
    "discharges.in_future": N_("不能晚于现在"),
    "discharges.before_discharge": N_("不能早于出院日期"),
    "discharges.partial_date": N_("请填写年、年月或年月日，如 2019、2019-07、2019-07-03"),
    "discharges.icd10": N_("请填写 ICD-10 编码，如 F20.0"),
    "discharges.count": N_("请填写 1 到 999 的次数，含本次"),
    "discharges.none_excludes": N_("选“无”时不能再选其他"),
    "discharges.area_code": N_("请填写 12 位行政区划代码"),
    "discharges.to_the_village": N_("请选到村（社区）"),
    "discharges.place_in_words": N_("系统里没有这个地方，请用文字写明省、县、乡镇、村"),
    "discharges.own_record": N_("本院报送不填收到时间，由县精防办代录时填写"),
    "discharges.no_hospital": N_("这个账号没有关联医院，请联系管理员"),
    "discharges.plan_withdrawn": N_("这份拟出院已撤销，请重新填写"),
    "discharges.is_sent": N_("这份记录已经报送，不能再改"),
    "discharges.has_ended": N_("这个对接闭环已经结束"),
    "discharges.form_has_ended": N_("这张单已经办结或停止，请刷新页面"),
    "discharges.nothing_to_note": N_("这张单没有要登记的措施"),
    "discharges.noted_that_day": N_("这一天已经登记过一次"),
    "discharges.say_whose_paper": N_("这张单不是发给本单位的：代录请写明是谁、依据哪份盖章的单据"),
    "discharges.own_form": N_("这张单是发给本单位的，请直接办理，不必代录"),
    "discharges.paper_number": N_("请填写盖章单据的编号（不含姓名和证件号）"),
    "discharges.before_it_went_out": N_("不能早于单据发出的时间"),
    "discharges.not_yours_to_correct": N_("只能更正自己登记的内容，其他请联系县精防办"),
    "discharges.unreadable": N_("没有读出任何一项，请核对每行是否写成“项目：内容”"),
    "discharges.plan_needs": N_("请填写姓名和拟出院日期（或出院时间）再保存"),
    "discharges.ten_a_day": N_("今天查看的人数已满 10 人，请明天再看，或请县精防办协助"),
    "discharges.slip": N_("对接单 %(number)s 的回执"),
    # tasks
    "discharges.first_visit": N_("%(on)s 出院，%(by)s 前完成首次随访"),
    "discharges.verify_death": N_("医院报告 %(on)s 死亡出院，请核实并登记"),
    "discharges.verify_transfer": N_("医院报告 %(on)s 转往其他医院，请核实住院情况"),
    # the audit's words
    "discharges.planned": N_("保存拟出院"),
    "discharges.plan_dropped": N_("撤销拟出院"),
    "discharges.submitted": N_("报送出院病历"),
    "discharges.dispatched": N_("派发出院对接单"),
    "discharges.stay_differs": N_("出院记录与在册住院情况不一致"),
    "discharges.linked": N_("出院对接关联到在册登记"),
    "discharges.reissued": N_("因搬迁改派对接单"),
    "discharges.received": N_("接收对接单"),
    "discharges.acted": N_("登记对接措施"),
    "discharges.reported": N_("对接单反馈"),
    "discharges.corrected": N_("更正对接登记"),
    "discharges.closed": N_("出院对接办结"),
    "discharges.escalated": N_("对接单超时未接收，已提级"),
    "discharges.form_printed": N_("打印对接单"),
    "discharges.receipts_printed": N_("打印对接回执单"),
    "discharges.bases_set": N_("设置告知公安的依据"),
}
register(TEXTS)
