"""Sentences about referrals; registered where these are used."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "visit.referral.awaited": N_("%(visited_on)s随访建议转诊到%(org)s，应于 %(on)s前问清是否就诊并登记回执"),
    "visit.referral.seen": N_("%(on)s已在%(org)s就诊，未住院"),
    "visit.referral.admitted": N_("%(on)s已在%(org)s住院"),
    "visit.referral.not_gone": N_("没有去：%(why)s"),
    "visit.referral.none": N_("这次转诊已有回执，不需要再登记"),
    "visit.referral.before": N_("不能早于提出转诊的随访日期 %(on)s"),
    "visit.referral.future": N_("不能晚于今天"),
    "visit.referral.on": N_("请填写就诊或住院日期"),
    "visit.referral.why": N_("请选择没有去的原因"),
    # the audit's words
    "visits.referral_answered": N_("登记转诊回执"),
    "visits.referral_printed": N_("打印转诊单"),
}

register(TEXTS)
