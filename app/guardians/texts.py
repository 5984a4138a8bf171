"""Sentences about guardians and agreements."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register
from app.guardians.labels import END_REASONS, NO_RENEWAL_REASONS
from app.guardians.texts_application import APPLICATION_TEXTS
from app.guardians.texts_duty import DUTY_TEXTS

TEXTS: dict[str, str] = {
    "guardians.consent.no_guardian": N_("签字当天没有这位监护人；请先登记第一监护人"),
    "guardians.consent.second": N_("第二监护人不是法定监护人，不能签署医疗同意"),
    "guardians.consent.purpose": N_("请写明用于什么"),
    "guardians.consent.receiver": N_("请写明给谁、给哪些内容"),
    "guardians.consent.witness_name": N_("请填写见证人姓名"),
    "guardians.consent.minor": N_("未成年人不能自己签署，由父母或其他监护人签署"),
    "guardians.consent.parents": N_(
        "未成年人的同意由父母签署；父母不能签的，由法院、居（村）委会或民政部门指定的监护人签署"
    ),
    "guardians.consent.witness": N_("见证人只能见证拒绝，同意和撤回由本人或监护人签署"),
    **END_REASONS,
    **NO_RENEWAL_REASONS,
    "guardians.is_patient": N_("本人也是在册患者，不能担任第一监护人，请按顺序另选"),
    "guardians.is_self": N_("患者不能做自己的监护人"),
    "guardians.is_dead": N_("此人已于 %(died_on)s 去世"),
    "guardians.minor": N_("监护人须年满 18 周岁"),
    "guardians.birth_unknown": N_("请填写身份证号或出生日期，以核对是否成年"),
    "guardians.not_patient": N_("患者未在册，不能登记监护人"),
    "guardians.rank_taken": N_("已有%(rank)s，请先结束或选择更换"),
    "guardians.rank_taken_now": N_("刚有人登记了同一位次的监护人，请按最新内容核对"),
    "guardians.none_of_rank": N_("目前没有%(rank)s"),
    "guardians.before_start": N_("现任监护自 %(from_on)s 起，日期不能更早"),
    "guardians.warn.sex": N_("与患者关系和监护人性别不符，请核对"),
    "guardians.warn.spouse_sex": N_("关系为配偶而性别相同，请核对"),
    "guardians.warn.age": N_("与患者关系和两人年龄不符，请核对是否填反"),
    "guardians.warn.many_patients": N_("此人已是 %(count)s 位患者的第一监护人，请核对能否履行职责"),
    "guardians.agreement.no_guardian": N_("协议起始日没有第一监护人，请先登记监护人"),
    "guardians.agreement.ends_before": N_("终止日期早于起始日期"),
    "guardians.agreement.too_long": N_("协议最长一年，最晚到 %(latest)s"),
    "guardians.agreement.overlaps": N_("与 %(from_on)s 至 %(to_on)s 的协议 %(number)s 重叠"),
    "guardians.agreement.overlaps_now": N_("与刚签的另一份协议重叠，请按最新内容核对"),
    "guardians.agreement.number_taken": N_("协议编号已使用，请换一个"),
    "guardians.agreement.by_application": N_("村（社区）凭申请办理协议，请先受理申请；由乡镇或民政签订"),
    "guardians.agreement.withdrew": N_("您在 %(days)s 天内撤回过这户的申请，协议须由另一个人登记，或重新受理申请"),
    "guardians.agreement.outside": N_("结束日期应在 %(from_on)s 至 %(to_on)s 之间"),
    "guardians.agreement.dead": N_("患者已于 %(died_on)s 去世，不能再签协议"),
    "guardians.agreement_signed": N_("签订监护协议"),
    "guardians.agreement_ended": N_("结束监护协议"),
    "guardians.added": N_("登记监护人"),
    "guardians.ended": N_("结束监护"),
    "guardians.renewed": N_("已签协议 %(number)s"),
    "guardians.not_renewed": N_("不再续签：%(why)s"),
    "guardians.renewal_declined": N_("登记不再续签"),
    "guardians.no_renewal.choose": N_("请选择不再续签的原因"),
    "guardians.no_renewal.none_open": N_("这份协议没有待办的续签"),
    "guardians.agreement.own": N_("您是这位患者的监护人，协议须由他人办理"),
}

register(TEXTS)
register(DUTY_TEXTS)
register(APPLICATION_TEXTS)
