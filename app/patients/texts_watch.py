"""Sentences about what is asked of somebody who is not simply visited, and how it was answered."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "patients.watch.inpatient": N_("%(on)s起住院，随访暂停；每月核实是否仍在院，出院后 14 日内访视"),
    "patients.watch.custody": N_("%(on)s起羁押、服刑或强制医疗，随访暂停；每季度核实，释放或解除后 14 日内访视"),
    "patients.watch.away": N_("%(on)s起外出，去向明确；满半年询问居住地，长期居住的办理迁出"),
    "patients.watch.lost": N_("%(on)s起失访，每月查找一次；找到后 14 日内访视"),
    "patients.watch.refused": N_("%(on)s起不同意管理，每三个月联系一次，会同关爱帮扶小组解释政策"),
    "patients.watch.consent": N_("%(on)s起在册，尚未签署知情同意；建档后 14 日内当面说明，以后每月一次"),
    "patients.watch.unknown": N_("%(on)s起去向不明，请当天确认是否失访；失访的，书面告知政法、公安部门和上级精防机构"),
    "patients.watch.review": N_("%(on)s起疑似，10 个工作日内由精神科执业医师诊断复核"),
    "patients.watch.unidentified": N_("没有身份证件，每 90 天核查一次身份"),
    "patients.watch.of_age": N_("%(on)s年满十八岁：由本人或依法确定的监护人重新签署知情同意，重定监护依据"),
    "patients.watch.paper_wrong": N_("%(on)s的同意书标为误登，现无有效的知情同意：请补签，或登记不同意"),
    # how it was answered
    "patients.answered.inpatient.still": N_("%(on)s询问%(whom)s：仍在院"),
    "patients.answered.inpatient.ended": N_("%(on)s出院"),
    "patients.answered.custody.still": N_("%(on)s询问%(whom)s：仍羁押、服刑或强制医疗"),
    "patients.answered.custody.ended": N_("%(on)s释放或解除"),
    "patients.answered.away.still": N_("%(on)s询问%(whom)s：仍在外，暂不迁出"),
    "patients.answered.away.ended": N_("%(on)s返回居家"),
    "patients.answered.lost.still": N_("%(on)s询问%(whom)s：仍无下落"),
    "patients.answered.lost.ended": N_("%(on)s找到"),
    "patients.answered.refused.still": N_("%(on)s联系%(whom)s：仍不同意管理"),
    "patients.answered.refused.not_reached": N_("%(on)s联系%(whom)s：没有联系上"),
    "patients.answered.consent.still": N_("%(on)s向%(whom)s说明：尚未决定"),
    "patients.answered.consent.not_reached": N_("%(on)s联系%(whom)s：没有联系上"),
    "patients.answered.unidentified.still": N_("%(on)s询问%(whom)s：身份仍不明"),
    "patients.answered.of_age.capable": N_("%(on)s核定：本人具有完全民事行为能力，不再设监护人"),
    "patients.answered.of_age.statutory": N_("%(on)s核定：按法定顺序确定监护人"),
    "patients.answered.of_age.court": N_("%(on)s核定：由法院指定监护人"),
    "patients.because.released": N_("%(on)s释放或解除"),
    "patients.because.returned": N_("%(on)s返回居家"),
    "patients.because.found": N_("%(on)s找到"),
    "patients.because.found_in_hospital": N_("%(on)s住院，已找到"),
    "patients.because.signed": N_("%(on)s已登记知情同意"),
    "patients.because.first_visit": N_("%(on)s起纳入管理，%(days)s 日内首次随访"),
    "patients.because.now": N_("%(on)s起%(state)s"),
    "patients.because.village_merged": N_("%(village)s于 %(on)s后并入现在的村（社区）"),
    "patients.because.identified": N_("已登记证件号码"),
    "patients.consent.marked_already": N_("这份同意书已标为误登"),
    # what speaks against an answer
    "patients.duty.whom_missing": N_("请选择询问了谁"),
    "patients.duty.before_state": N_("现在的状态自 %(on)s 起，日期不能更早"),
    "patients.duty.answer_elsewhere": N_("这项任务没有这种办法，请重新选择"),
    "patients.duty.sign_first": N_("请先登记 %(on)s（年满十八岁）以后签署的知情同意书，不同意的也要登记"),
    # the audit's words
    "patients.consent_withdrawn": N_("同意书标为误登"),
    "patients.duty_answered": N_("登记核实结果"),
    "patients.watches_opened": N_("生成核实任务"),
}

register(TEXTS)
