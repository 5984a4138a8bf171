"""Sentences of the register."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "patients.date_in_future": N_("日期在今天之后"),
    "patients.area_outside": N_("请选择本辖区内的村（社区）"),
    "patients.already_registered": N_("此人已有登记，请先在患者名单中查找；查不到的，请联系县精防机构"),
    "patients.is_first_guardian": N_("此人是另一位患者的第一监护人，请先为那位患者更换第一监护人，再建档"),
    "patients.record_number.taken": N_("此编号已属于另一份档案，编号不能重复使用"),
    "patients.consent_first": N_("纳入管理前，需先登记患者或监护人签署的知情同意书"),
    "patients.consent_before": N_("现有的同意书签于 %(on)s，新的不能更早"),
    "patients.no_consent": N_("没有可撤回的同意书"),
    "patients.state.illegal": N_("不能由“%(before)s”改为“%(after)s”"),
    "patients.state.not_registered": N_("未在册，没有管理状态和照护场所"),
    "patients.state.before_present": N_("现在的状态自 %(on)s 起，新状态不能更早"),
    "patients.state.death_by_record": N_("死亡请在“登记死亡”中办理"),
    "patients.state.stay_by_record": N_("住院、出院请在“登记入院”“登记出院”中办理"),
    "patients.state.already_dead": N_("已登记死亡"),
    "patients.state.two_hands": N_("此项变更需县精防机构两人共同办理"),
    "patients.stay.ends_before": N_("出院日期早于入院日期"),
    "patients.stay.none": N_("目前没有在院的记录"),
    "patients.stay.overlaps": N_("与 %(on)s 入院的记录重叠"),
    "patients.because.registered": N_("%(on)s 建档，%(days)s 日内首次随访"),
    "patients.because.owed_again": N_("%(on)s 起恢复随访，%(days)s 日内访视"),
    "patients.because.not_owed": N_("%(on)s 起%(state)s，随访暂停"),
    "patients.because.consented": N_("%(on)s 签署同意"),
    "patients.because.refused": N_("%(on)s 不同意参加管理"),
    "patients.because.withdrew": N_("%(on)s 撤回同意，次日起不再管理"),
    "patients.because.admitted": N_("%(on)s 入院"),
    "patients.because.discharged": N_("%(on)s 出院"),
    "patients.because.died": N_("%(on)s 死亡"),
    "patients.because.stated": "%(text)s",
    # the audit's words
    "patients.registered": N_("建立档案"),
    "patients.edited": N_("修改资料"),
    "patients.state_changed": N_("变更状态"),
    "patients.diagnosis_set": N_("登记诊断"),
    "patients.consent_set": N_("登记知情同意"),
    "patients.admitted": N_("登记入院"),
    "patients.discharged": N_("登记出院"),
    "patients.death_recorded": N_("登记死亡"),
    "patients.recomputed": N_("重算留存数据"),
}

register(TEXTS)
