"""Sentences about treatment, joint visits and unlocking; registered where these are used."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "patients.injection.due": N_("%(drug)s %(given_on)s注射，每 %(weeks)s 周一次，应于 %(on)s注射下一次"),
    "patients.injection.given": N_("%(on)s已注射"),
    "patients.injection.stopped": N_("%(on)s停用长效针剂"),
    "patients.injection.none": N_("目前没有进行中的长效针剂"),
    "patients.supply.runs_out": N_("%(drug)s %(given_on)s领取，够用 %(days)s 天，到 %(on)s用完"),
    "patients.supply.ask_by": N_("用完前 5 个工作日（%(on)s）联系续领；这是办公期限，避开节假日，用完的日子不变"),
    "patients.supply.given": N_("%(on)s已续领"),
    "patients.supply.stopped": N_("%(on)s停用此药"),
    "patients.supply.none": N_("此药没有待续领的任务"),
    "patients.examination.due": N_("%(year)s年度健康体检，征得同意后于 %(on)s前完成；不同意也要登记"),
    "patients.examination.done": N_("%(on)s已体检"),
    "patients.examination.refused": N_("%(on)s本年度不同意体检"),
    "patients.examination.refused_is_empty": N_("不同意体检时，体检结果应为空"),
    "patients.examination.empty": N_("请至少填写一项体检结果；不同意体检请选“本年度不同意体检”"),
    "patients.examination.pressure": N_("收缩压和舒张压要一起填写，收缩压应高于舒张压"),
    "patients.treatment.not_registered": N_("此人不在册，不能登记"),
    "patients.examination.same_day": N_("%(on)s 已登记过体检；登记有误的请先撤销"),
    "patients.treatment.same_day": N_("%(on)s 已登记过%(drug)s；确有两次的请合并成一条，登记有误的请先撤销"),
    "patients.treatment.withdrawn": N_("原登记已撤销"),
    "patients.joint.because": N_("%(why)s，%(until)s前与村（居）委会、民警共同随访"),
    "patients.joint.why": N_("请至少选择一个原因"),
    "patients.joint.until": N_("请选今天之后、%(last_on)s之前（90 天内）的一天，到期可以续"),
    "patients.unlocking.none": N_("没有待解锁的任务"),
    "patients.unlocking.who": N_("请选择谁参与了解救"),
    "patients.unlocking.done": N_("%(on)s已解锁：%(way)s；参与：%(who)s"),
    # the audit's words
    "patients.injection_recorded": N_("登记长效针剂注射"),
    "patients.injections_stopped": N_("停用长效针剂"),
    "patients.supply_recorded": N_("登记领药"),
    "patients.supply_stopped": N_("停用药品"),
    "patients.examination_recorded": N_("登记健康体检"),
    "patients.examinations_opened": N_("生成年度健康体检任务"),
    "patients.treatment_withdrawn": N_("撤销治疗登记"),
    "patients.joint_visits_set": N_("设定联合随访"),
    "patients.joint_visits_ended": N_("结束联合随访"),
    "patients.unlocked": N_("登记解锁"),
}

register(TEXTS)
